# SPDX-License-Identifier: Apache-2.0
# Reloads: another policy, then the hooks of processes, then as many rules as there can be: wider rows, which are another object.
# shellcheck shell=dash

reloaded() { grep -c ' reloaded: generation' "/tmp/$run.err"; }
# shellcheck disable=SC2317 # `eventually` calls it
has_reloaded() { [ "$(reloaded)" -gt "$1" ]; }

reload() { # NAME
  local before began
  before=$(reloaded)
  began=$(uptime_ms)
  kill -HUP "$tracer"
  eventually has_reloaded "$before"
  fact "reload-$1-ms" $(($(uptime_ms) - began))
  check "reloads: $1" "$(tail -n 3 "/tmp/$run.err" | tr '\n' ';')" has_reloaded "$before"
}

reloads() {
  policy r first comm=km-udp-client net_packet_udp "$here"
  start reloads r || return
  traffic udp 127.0.0.1 7001
  policy r user uid=1000 net_packet_udp "$here"
  reload 'another policy'
  traffic other-user 127.0.0.1 7001
  policy r tree "tree=$$" net_packet_udp 'data.dst_port=7002'
  reload ancestors
  traffic udp ::1 7002
  many_rules r wide 1020
  reload 'wider rows'
  traffic inherit 127.0.0.1 7001
  settle
  stop
  is 'reloads: before' "$(policies_of '^udp egress [0-9]+>7001 km-udp-client')" first
  is 'reloads: by another policy' "$(policies_of '^udp egress [0-9]+>7001 km-uid-1000')" user
  is 'reloads: by ancestors' "$(policies_of '^udp egress [0-9]+>7002 km-udp-client')" first,tree
  is 'reloads: by the last of 1,024 rules' "$(policies_of '^udp egress [0-9]+>7001 km-parent')" wide
}
