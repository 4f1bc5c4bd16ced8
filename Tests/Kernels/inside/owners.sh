# SPDX-License-Identifier: Apache-2.0
# Whose packet it is where that is hard to tell. The peers are Tests/OwnerPrograms, as in KernelTests, and `narrow`.
# shellcheck shell=dash

owner_policies() {
  policy o a 'uid=1000, comm=aaaaaaaaaaaaaaa' net_packet_udp 'data.dst_port=7101'
  policy o all global "$everything" "$here"
  policy o b 'uid=2000, comm=bbbbbbbbbbbbbbb' net_packet_udp 'data.dst_port=7101'
  policy o c 'uid=3000, comm=ccccccccccccccc' net_packet_udp 'data.dst_port=7101'
  policy o user uid=1000 net_packet_udp,net_packet_tcp '"data.dst_port=7001,7104,7120"'
}

# A peer that has to end well.
peer() { # NAME WORDS…
  local name="$1" code
  shift
  timeout 20 owner-cases "$@" </dev/null >"peer.out" 2>&1
  code=$?
  check "owners: the peer of $name" "$code $(tail -n 2 peer.out | tr '\n' ';')" test $code = 0
}

# Two connections of a client of user 1000 to a server that forked before it accepts. The worker is told to read at once, but the
# client asks only when it is accepted.
conversation() { # WAY PORT tcp|mptcp
  local server n
  : >serve.out
  yes '' | head -n 2 | timeout 60 owner-cases serve "$1" 127.0.0.1 "$2" 33 2 >serve.out 2>&1 &
  server=$!
  eventually grep -q worker serve.out
  for n in 1 2; do
    { eventually grep -q "accepted $n" serve.out; echo; } |
      timeout 30 owner-cases request "$3" 127.0.0.1 "$2" client 1000 >>request.out 2>&1
    eventually grep -q "answered $n" serve.out
    settle
  done
  wait $server
  is "owners: the peers of $1" "$? $(grep -c '^answered' serve.out) $(grep -c '^answered' request.out)" '0 2 2'
  rm request.out
}

# Each datagram's length says who sent it. The owner that is shown is the one that was judged, and on egress the sender.
shared() {
  awk '
    /"dst_port","type":"u16","value":7101}/ && /net_packet_udp/ {
      match($0, /"userId":[0-9]*/); user = substr($0, RSTART + 9, RLENGTH - 9) / 1000
      match($0, /"processName":"[^"]*"/); comm = substr($0, RSTART + 15, 1)
      match($0, /"length":[0-9]*/); sender = substr($0, RSTART + 9, RLENGTH - 9) - 8
      match($0, /"matchedPolicies":\[[^]]*\]/); judged = substr($0, RSTART + 19, RLENGTH - 20)
      letter = substr("abc", user, 1)
      all++
      # The first owner is who made the socket, before it was shared.
      if (user == 0) { if (/"direction":"egress"/) not_sender++; if (judged != "\"all\"") judged_other++; next }
      if (comm != letter) halves++
      if (judged != (letter == "a" ? "\"a\",\"all\"" : "\"all\",\"" letter "\"")) judged_other++
      if (/"direction":"egress"/ && user != sender) not_sender++
    }
    END { print all + 0, halves + 0, judged_other + 0, not_sender + 0 }' owners.json
}
check_shared() {
  # shellcheck disable=SC2046
  set -- $(shared)
  check 'owners: shared: there is something to judge' "$1" test "$1" -ge 500
  is 'owners: shared: one owner, not half of two' "$2 of $1" "0 of $1"
  is 'owners: shared: who is shown was judged' "$3 of $1" "0 of $1"
  is 'owners: shared: the sender owns what leaves' "$4 of $1" "0 of $1"
}

# How many packets of each connection to a server's port are whose, in the order of the connections: "1 worker 5;".
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
# accepter's, and so is the second from its SYN on. What TIME_WAIT answers at the end may be nobody's.
is_the_accepters() { # SERVED
  echo "$1" | tr ';' '\n' | awk '
    $2 == "worker" { own[$1] = $3 }
    $2 == "master" && $1 == 1 && $3 <= 3 { next }
    $2 == "(nobody)" && $3 <= 1 { next }
    $2 != "" && $2 != "worker" { others++ }
    END { exit !(own[1] >= 3 && own[2] >= 5 && !others) }'
}
# How many packets of each connection are whose at the client's end: "40001 client 5;".
requested() { # PORT
  grep '^tcp ' owners.flow | awk -v port="$1" '
    {
      split($3, side, ">")
      if (side[2] == port && $2 == "egress") packets[side[1] " " $4 " " $5]++
      if (side[1] == port && $2 == "ingress") packets[side[2] " " $4 " " $5]++
    }
    END { for (whose in packets) print whose, packets[whose] }' | sort | tr '\n' ';'
}
# Both connections are the client's, but for what TIME_WAIT answers to a last packet that comes again.
is_the_clients() { # REQUESTED
  echo "$1" | tr ';' '\n' | awk '
    $2 == "client" && $3 == "uid=1000" { own[$1] += $4; next }
    $2 == "(nobody)" && $4 <= 1 { next }
    NF { others++ }
    END { for (connection in own) if (own[connection] >= 5) whole++; exit !(whole == 2 && !others) }'
}
check_conversation() { # WAY PORT
  check "owners: $1: the accepter's" "$(served "$2")" is_the_accepters "$(served "$2")"
  check "owners: $1: the client's end is the client's" "$(requested "$2")" is_the_clients "$(requested "$2")"
}

owners() {
  local way
  owner_policies
  start owners o || return
  peer sharing share udp processes 127.0.0.1 7101 200
  conversation accept 7102 tcp
  conversation splice 7103 tcp
  conversation mptcp 7104 mptcp
  conversation ring 7105 tcp
  for way in inline async sqpoll made; do
    peer "io_uring $way" ring $way 127.0.0.1 7001
  done
  for way in sendto writev sendmmsg sendto-upper splice sendfile sendto32 write32 socketcall32; do
    peer "$way" turns $way 127.0.0.1 7120
  done
  check 'owners: the peer of 32 bits' '' narrow
  settle
  stop
  check_shared
  check_conversation accept 7102
  check_conversation splice 7103
  check_conversation mptcp 7104
  check_conversation ring 7105
  number 'io_uring: who submits owns what leaves' 16 '^udp egress [0-9]+>7001 asker uid=1000 .*\[all,user\]'
  number 'io_uring: who submits owns what comes' 16 '^udp ingress 7001>[0-9]+ asker uid=1000 '
  none_other 'io_uring: nobody else' '^udp (egress [0-9]+>|ingress )7001' ' (asker uid=1000|narrow|km-[a-z]+) '
  number 'calls: each is the sender'"'"'s' 36 '^udp egress [0-9]+>7120 second uid=1000 .*\[all,user\]'
  number 'calls: and no other is' 36 '^udp egress [0-9]+>7120 first uid=0 .*\[all\]'
  number 'a 32-bit program' 2 '^udp egress [0-9]+>7001 km-narrow uid=0 compat=true'
}
