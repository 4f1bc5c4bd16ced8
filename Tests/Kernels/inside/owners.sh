# Whose packet it is where that is hard to tell. Each program is in `peers/` and says who must own what.
# shellcheck shell=dash

owner_policies() {
  local n
  policy o all global "$everything" "$here"
  for n in 1 2 3; do
    policy o "shared-$n" "uid=${n}000, comm=km-shared-$n" net_packet_udp 'data.dst_port=7101'
  done
  policy o worker uid=33 net_packet_tcp '"data.dst_port=7102,7103"'
  policy o user uid=1000 "net_packet_udp,net_packet_tcp" "$here"
}

# Runs a peer, which says 77 where this kernel has not what it needs.
peer() { # NAME COMMAND…
  local name="$1" code
  shift
  timeout 20 "$@" >"peer.out" 2>&1
  code=$?
  [ $code = 77 ] && fact "without-$name" yes && return 1
  is "owners: the peer of $name" "$code $(cat peer.out)" "0 "
}

# Of each datagram the length says who sent it; the owner shown must be the one who was judged, and on egress the sender.
shared() {
  awk '
    /"dst_port","type":"u16","value":7101[,}]/ && /net_packet_udp/ {
      match($0, /"userId":[0-9]*/); uid = substr($0, RSTART + 9, RLENGTH - 9) / 1000
      match($0, /"processName":"[^"]*"/); comm = substr($0, RSTART + 15, RLENGTH - 16)
      match($0, /"length":[0-9]*/); sender = substr($0, RSTART + 9, RLENGTH - 9) - 8
      match($0, /"matchedPolicies":\[[^]]*\]/); judged = substr($0, RSTART + 19, RLENGTH - 20)
      is_egress = /"direction":"egress"/
      all++
      if (comm != "km-shared-" uid) halves++
      if (uid && judged !~ ("\"shared-" uid "\"")) judged_other++
      for (n = 1; n <= 3; n++) if (n != uid && judged ~ ("\"shared-" n "\"")) judged_other++
      if (is_egress && uid != sender) not_sender++
    }
    END { print all + 0, halves + 0, judged_other + 0, not_sender + 0 }' owners.json
}

check_shared() {
  # shellcheck disable=SC2046
  set -- $(shared)
  check 'owners: shared: there is something to judge' "$1" test "$1" -ge 100
  is 'owners: shared: one owner, not half of two' "$2 of $1" "0 of $1"
  is 'owners: shared: who is shown was judged' "$3 of $1" "0 of $1"
  is 'owners: shared: the sender owns what leaves' "$4 of $1" "0 of $1"
}

# How many packets of each connection to a server's port are whose, in the order of the connections: "1 km-worker 5;".
served() { # PORT
  grep '^tcp ' owners.flow | awk -v port="$1" '
    {
      split($3, side, ">")
      if (side[2] == port && $2 == "ingress") client = side[1]
      else if (side[1] == port && $2 == "egress") client = side[2]
      else next
      if (!(client in connection)) connection[client] = ++connections
      packets[connection[client] " " $4]++
    }
    END { for (whose in packets) print whose, packets[whose] }' | sort | tr '\n' ';'
}
# The first connection is the listener's up to the end of its handshake, three packets at most; from accepting on it is the
# accepter's, and so is the second from its SYN on.
is_the_accepters() { # SERVED
  echo "$1" | tr ';' '\n' | awk '
    $2 == "km-worker" { own[$1] = $3 }
    $2 == "km-master" && $1 == 1 && $3 <= 3 { next }
    $2 != "" && $2 != "km-worker" { others++ }
    END { exit !(own[1] >= 3 && own[2] >= 5 && !others) }'
}
check_accepting() { # NAME PORT CLIENT
  check "owners: $1: the accepter's" "$(served "$2")" is_the_accepters "$(served "$2")"
  none_other "$1: the client's end is the client's" "^tcp (egress [0-9]+>$2|ingress $2>[0-9]+)" " $3 "
}

owners() {
  local mode has_mptcp='' modes='' calls=''
  owner_policies
  start owners o || return
  peer shared shared 7101 300
  peer accept accepting 7102 tcp
  peer splice accepting 7103 splice
  peer mptcp accepting 7104 mptcp && has_mptcp=yes
  for mode in inline async sqpoll; do
    peer "io_uring $mode" uring 7110 $mode && modes="$modes $mode"
  done
  for mode in plain upper splice sendfile int80-send int80-write; do
    peer "$mode" calls 7120 $mode && calls="$calls $mode"
  done
  peer narrow narrow
  settle
  stop
  check_shared
  check_accepting accept 7102 'km-client uid=0'
  check_accepting splice 7103 'km-client uid=0'
  [ "$has_mptcp" ] && check_accepting mptcp 7104 'km-mptcp uid=1000'
  # shellcheck disable=SC2086
  set -- $modes
  number "io_uring:$modes" $((2 * $#)) '^udp egress [0-9]+>7110 km-uring uid=1000 .*\[all,user\]'
  none_other 'io_uring: nobody else' '>7110 ' ' km-uring uid=1000 '
  # shellcheck disable=SC2086
  set -- $calls
  number "calls:$calls" $((2 * $#)) '^udp egress [0-9]+>7120 km-caller uid=1000 .*\[all,user\]'
  number 'calls: nobody else sends' $((2 * $#)) '^udp egress [0-9]+>7120 '
  number 'a 32-bit program' 2 '^udp egress [0-9]+>7001 km-narrow uid=0 compat=true'
}
