# SPDX-License-Identifier: Apache-2.0
# Traffic of every kind, each at a port of its own, and whose packets it must have given.
# shellcheck shell=dash

servers() {
  traffic udp-server 127.0.0.1 7001 &
  udp_server=$!
  traffic udp-server ::1 7002 &
  traffic tcp-server 127.0.0.1 7003 &
  traffic tcp-server ::1 7004 &
  traffic tcp-server 127.0.0.1 80 &
  traffic tcp-server ::1 80 &
  traffic udp-server 127.0.0.1 53 &
  traffic udp-server ::1 53 &
  # Those that the older sockets of `old` are connected to.
  traffic tcp-server 127.0.0.1 7005 &
  traffic udp-server 127.0.0.1 7006 &
  eventually all_listen
}
all_listen() {
  is_many 5 ' 0A ' /proc/net/tcp /proc/net/tcp6 && is_many 5 ' 07 ' /proc/net/udp /proc/net/udp6
}
is_many() { # NUMBER PATTERN FILE…
  local number="$1" pattern="$2"
  shift 2
  [ "$(cat "$@" | grep -c "$pattern")" = "$number" ]
}

send_all() {
  traffic udp 127.0.0.1 7001 3
  traffic udp ::1 7002 3
  traffic tcp 127.0.0.1 7003 3
  traffic tcp ::1 7004 3
  traffic http 127.0.0.1 80
  traffic http ::1 80
  traffic http-split 127.0.0.1 80
  wget -q -O /dev/null http://127.0.0.1/wget
  traffic dns 127.0.0.1 53
  traffic dns ::1 53
  ping -c 1 127.0.0.1 >/dev/null
  ping -c 1 ::1 >/dev/null
  traffic refused 127.0.0.1 7099
  traffic inherit 127.0.0.1 7001
  traffic other-user 127.0.0.1 7001
  traffic reader 127.0.0.1 7008
  settle
}

# All packets of a flow belong to the right end, and there are some of each.
ends() { # NAME EVENT PORT CLIENT SERVER
  some "$1: the client sends" "^$2 egress [0-9]+>$3 $4 "
  some "$1: the client receives" "^$2 ingress $3>[0-9]+ $4 "
  some "$1: the server receives" "^$2 ingress [0-9]+>$3 ($5) "
  some "$1: the server sends" "^$2 egress $3>[0-9]+ ($5) "
}
# Nobody but those has packets of the port.
only() { # NAME PORT COMMS
  none_other "$1: nobody else" "^(tcp|udp) [a-z]+ ([0-9]+>$2|$2>[0-9]+) " "^[a-z]+ [a-z]+ [0-9>]+ ($3) "
}

check_all() {
  ends 'UDP, IPv4' udp 7001 km-udp-client km-udp-server
  ends 'UDP, IPv6' udp 7002 km-udp-client km-udp-server
  ends 'TCP, IPv4' tcp 7003 km-tcp-client km-child
  ends 'TCP, IPv6' tcp 7004 km-tcp-client km-child
  only 'UDP, IPv4' 7001 'km-udp-client|km-udp-server|km-parent|km-heir|km-uid-1000'
  only 'UDP, IPv6' 7002 'km-udp-client|km-udp-server'
  only 'TCP, IPv4' 7003 'km-tcp-client|km-tcp-server|km-child'
  only 'TCP, IPv6' 7004 'km-tcp-client|km-tcp-server|km-child'
  # Who closes first answers the other's end from TIME_WAIT: before 6.13 or so a packet of nobody.
  only HTTP 80 'km-http-client|km-http-split|wget|km-tcp-server|km-child|.nobody.'
  number 'three datagrams of the client' 3 '^udp egress [0-9]+>7001 km-udp-client'
  number 'what an heir sends is its own' 1 '^udp egress [0-9]+>7001 km-heir'
  number 'what an heir receives is its own' 1 '^udp ingress 7001>[0-9]+ km-heir'
  number 'what a reader receives is its own' 2 '^udp ingress [0-9]+>7008 km-reader'
  some 'another user' '^udp egress [0-9]+>7001 km-uid-1000 uid=1000'
  number 'refused: the SYN and the reset' 2 '^tcp (egress [0-9]+>7099|ingress 7099>[0-9]+) km-refused'
  number 'refused: nobody resets' 1 '^tcp egress 7099>[0-9]+ .nobody.'
  number 'ping, IPv4: the request leaves' 1 '^icmp egress .* ping '
  number 'ping, IPv4: a raw socket gets the request, too' 2 '^icmp ingress .* ping '
  number 'ping, IPv6: the request leaves' 1 '^icmpv6 egress .* ping '
  number 'ping, IPv6: the reply comes' 1 '^icmpv6 ingress .* ping '
  number 'ping: nobody replies' 2 '^icmp(v6)? egress .* .nobody. '
  number 'DNS: a query of either family' 2 '^dns_request - [0-9]+>53 km-dns-client'
  number 'DNS: its answer' 2 '^dns_response - 53>[0-9]+ km-dns-client'
  number 'HTTP: requests of either family' 4 '^http_request - [0-9]+>80 (km-http-client|km-http-split|wget)'
  number 'HTTP: their answers' 4 '^http_response - 80>[0-9]+ km-child'
}
