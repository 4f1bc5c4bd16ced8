# SPDX-License-Identifier: Apache-2.0
# Scopes of every kind, and who descends from whom.
# shellcheck shell=dash

container=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef

namespace() { readlink "/proc/self/ns/$1" | tr -dc 0-9; }

# All that matched the first packet that COMM sent to PORT.
of() { # COMM PORT POLICIES
  is "scopes: $1 to $2" "$(policies_of "^udp egress [0-9]+>$2 $1 ")" "$3"
}

# Runs a command in a cgroup.
within() { # CGROUP COMMAND…
  mkdir -p "/sys/fs/cgroup/$1"
  # shellcheck disable=SC2016
  sh -c 'echo $$ >"/sys/fs/cgroup/$0/cgroup.procs"; exec "$@"' "$@"
}

# The files' names are in the order in which an event names its policies.
scope_policies() { # PID of a server
  local udp=net_packet_udp
  policy s cgroup cgroup=/km $udp "$here"
  policy s cgroupid "cgroupId=$(stat -c %i /sys/fs/cgroup/km)" $udp "$here"
  policy s comm comm=km-udp-client $udp "$here"
  policy s container container $udp "$here"
  policy s containerid "container=$(echo $container | cut -c1-12)" $udp "$here"
  policy s containernew container=new $udp "$here"
  policy s executable executable=/bin/traffic $udp "$here"
  policy s host not-container $udp "$here"
  policy s mntns "mntns=$(namespace mnt)" $udp "$here"
  policy s netns "netns=$(namespace net)" $udp "$here"
  policy s new pid=new $udp "$here"
  policy s others '"comm!=km-udp-client,km-udp-server"' $udp "$here"
  policy s pid "pid=$1" $udp "$here"
  policy s pidns "\"pidns!=$(namespace pid)\"" $udp "$here"
  policy s ppid ppid=1 $udp "$here"
  policy s tid "tid=$1" $udp "$here"
  policy s uid uid=1000 $udp "$here"
  policy s uts uts=km-host $udp "$here"
}

scopes() {
  mkdir -p /sys/fs/cgroup/km
  scope_policies "$udp_server"
  start scopes s || return
  traffic udp 127.0.0.1 7001
  traffic other-user 127.0.0.1 7001
  within km traffic inherit 127.0.0.1 7001
  within "system.slice/docker-$container.scope" traffic inherit ::1 7002
  unshare -p -f traffic udp ::1 7002
  unshare -n sh -c 'ip link set lo up; traffic reader 127.0.0.1 7008; true'
  settle
  stop
  of km-udp-client 7001 comm,executable,host,mntns,netns,new,ppid,uts
  of km-uid-1000 7001 executable,host,mntns,netns,new,others,ppid,uid,uts
  of km-parent 7001 cgroup,cgroupid,executable,host,mntns,netns,new,others,ppid,uts
  of km-heir 7001 cgroup,cgroupid,executable,host,mntns,netns,new,others,uts
  of km-parent 7002 container,containerid,containernew,executable,mntns,netns,new,others,ppid,uts
  of km-udp-client 7002 comm,executable,host,mntns,netns,new,pidns,uts
  of km-binder 7008 executable,host,mntns,new,others,uts
  check "scopes: the container's id" "$(grep -o '"containerId":"[^"]*"' scopes.json | sort | uniq -c)" \
    grep -q "\"containerId\":\"$container\"" scopes.json
  is 'scopes: a server older than the tracer' \
    "$(policies_of '^udp ingress [0-9]+>7001 km-udp-server')" executable,host,mntns,netns,pid,ppid,tid,uts
}

# `tree` asks for ancestors, `follow` for what a process starts: both attach the hooks of processes.
trees() {
  local ancestor
  # shellcheck disable=SC2016
  sh -c 'until [ -e /tmp/go ]; do usleep 20000; done; (traffic udp 127.0.0.1 7001); sh -c "traffic udp ::1 7002"; true' &
  ancestor=$!
  policy t tree "tree=$ancestor" net_packet_udp "$here"
  policy t not-tree "\"tree!=$ancestor\"" net_packet_udp "$here"
  policy t follow 'follow, comm=km-first' net_packet_udp "$here"
  start trees t || return
  touch go
  wait $ancestor
  traffic other-user 127.0.0.1 7001
  traffic spawn traffic dns 127.0.0.1 53
  settle
  stop
  some 'a child' '^udp egress [0-9]+>7001 km-udp-client .*\[tree\]'
  some 'a grandchild' '^udp egress [0-9]+>7002 km-udp-client .*\[tree\]'
  some 'somebody else' '^udp egress [0-9]+>7001 km-uid-1000 .*\[not-tree\]'
  some 'what is started is followed' '^udp egress [0-9]+>53 km-dns-client .*\[.*follow'
  none_other 'nobody else is followed' 'follow' 'km-dns-client'
}
