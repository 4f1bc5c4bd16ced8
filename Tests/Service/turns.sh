# SPDX-License-Identifier: Apache-2.0
# Sourced by `run`: sets that are turned over in the middle of reloads are never taken by halves.

make_set() { # DIRECTORY PREFIX
  inside sh -c "mkdir -p $1 && for n in \$(seq 10 49); do
    printf 'type: policy\nname: $2-%s\nscope: [comm=x]\nrules: [{event: net_packet_udp}]\n' \$n >$1/\$n.yaml; done"
}
digest_of() { inside sh -c "cd $1 && sha256sum -- *.yaml | sha256sum | cut -d' ' -f1"; }

turn() { # NAME DIRECTORY SCRIPT: the script turns the directory over to $set, 12 times, while reloads go on
  local name=$1 directory=$2 script=$3 seen
  make_set /srv/a a
  make_set /srv/b b
  local one two
  one=$(digest_of /srv/a) two=$(digest_of /srv/b)
  inside sh -c "rm -rf $directory; mkdir -p $directory"
  inside sh -c "set=a; cd /srv; $script" >/dev/null 2>&1
  inside sed -i "s|^policies:.*|policies:|; s|^  - /.*|  - $directory|" /etc/tracee-policy/config.yaml
  inside systemctl restart tracee-policy
  inside sh -c "cd /srv; for n in 1 2 3 4 5 6; do for set in b a; do $script; sleep 0.2; done; done; touch /srv/done" >/dev/null 2>&1 &
  seen=$(inside sh -c 'while [ ! -e /srv/done ]; do
    tracee-policy ctl reload >/dev/null 2>&1
    tracee-policy ctl status --format json | sed -n "s/^  \"digest\": \"\(.*\)\",/\1/p"
  done | sort | uniq -c; rm /srv/done')
  wait $!
  check "$name: both sets were seen" test "$(wc -l <<<"$seen")" = 2
  check "$name: and nothing else" sh -c "! grep -vq -e $one -e $two" <<<"$seen"
}

turn 'rsync' /srv/by-rsync 'rsync --archive --checksum --delete $set/ by-rsync/'
inside sh -c 'cd /srv && git init --quiet repository && cd repository && git config user.email a@b.c && git config user.name a'
make_set /srv/repository a
inside sh -c 'cd /srv/repository && git add . && git commit --quiet -m a && git branch a'
make_set /srv/repository b
inside sh -c 'cd /srv/repository && git checkout --quiet -b b && git commit --quiet -am b'
turn 'git checkout' /srv/by-git '[ -d by-git/.git ] || git clone --quiet repository by-git; git -C by-git fetch --quiet; git -C by-git checkout --quiet --detach origin/$set'
turn 'a switched link' /srv/by-link/set 'rm -d by-link/set 2>/dev/null; ln -sfn ../$set by-link/new && mv -T by-link/new by-link/set'
turn 'a ConfigMap' /srv/by-map 'new=..$(date +%s%N); cp -r $set by-map/$new; ln -sfn $new by-map/..data_tmp; mv -T by-map/..data_tmp by-map/..data;
  [ -e by-map/10.yaml ] || for f in $set/*.yaml; do ln -s ..data/${f##*/} by-map/${f##*/}; done'
