# SPDX-License-Identifier: Apache-2.0
# A Debian with systemd as its first process, in namespaces and a cgroup of its own. Sourced by `run`.
#
# Its root is a layer over a root that is made once by mmdebstrap, so each machine begins clean. Everything of it is gone when
# its first process is killed, which happens when whoever started it ends.

make_root() { # SUITE → the directory of a root with systemd and without Swift
  local root=$cache/$1
  if [ ! -e "$root.made" ]; then
    rm -rf "$root"
    mmdebstrap --quiet --variant=minbase --include=systemd,systemd-sysv,dbus,init-system-helpers,iproute2,curl,netcat-openbsd,procps,rsync,git,libbpf1,libelf1,libyaml-0-2,libseccomp2,libstdc++6,libmd0 \
      "$1" "$root" >&2
    touch "$root.made"
  fi
  echo "$root"
}

start_machine() { # ROOT NAME: sets machine (its first process, as this host sees it) and files (its root)
  work=$cache/run.$2
  group=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)/tracee-policy-$2
  mkdir -p "$work/root" "$work/layer" "$group"
  mount -t tmpfs tmpfs "$work/layer"
  mkdir "$work/layer/upper" "$work/layer/work"
  (
    echo 0 >"$group/cgroup.procs"
    exec unshare --mount --pid --fork --kill-child --uts --ipc --net --cgroup --propagation private \
      "$here/first" "$1" "$work" >"$work/console" 2>&1
  ) &
  keeper=$!
  machine=''
  for _ in $(seq 100); do
    machine=$(pgrep --parent "$keeper" || true)
    [ -n "$machine" ] && [ "$(cat "/proc/$machine/comm" 2>/dev/null)" = systemd ] && break
    sleep 0.1
  done
  wait_for 'a running systemd' '{ inside systemctl is-system-running 2>/dev/null || true; } | grep -qE "running|degraded"'
}

inside() { # COMMAND…: runs it in the machine
  nsenter --target "$machine" --mount --pid --uts --ipc --net --cgroup --root --wdns=/ \
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"
}

stop_machine() {
  [ -n "${keeper:-}" ] || return 0
  kill -KILL "${machine:-$keeper}" 2>/dev/null || true
  wait "$keeper" 2>/dev/null || true
  umount "$work/layer" 2>/dev/null || umount --lazy "$work/layer" 2>/dev/null || true
  # What a cgroup held is gone a moment after its processes are.
  for _ in $(seq 50); do
    find "$group" -depth -type d -exec rmdir {} + 2>/dev/null && break
    sleep 0.1
  done
  rm -rf "$work"
  keeper=''
}

wait_for() { # WHAT CONDITION [SECONDS]
  local end=$((SECONDS + ${3:-30}))
  until eval "$2"; do
    [ $SECONDS -lt $end ] || { echo "FAILED: $1 did not come"; return 1; }
    sleep 0.1
  done
}
