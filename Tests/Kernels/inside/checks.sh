# SPDX-License-Identifier: Apache-2.0
# What tracee-policy must do on every kernel.
# shellcheck shell=dash
# shellcheck source=traffic.sh
. /inside/traffic.sh
# shellcheck source=owners.sh
. /inside/owners.sh
# shellcheck source=scopes.sh
. /inside/scopes.sh
# shellcheck source=changes.sh
. /inside/changes.sh

# Everything is traced, and decided where OPTIONS say.
whole() { # NAME OPTIONS…
  start "$@" p || return
  send_all
  stop
  check_all
}

# As `whole`, with sockets that are older than the tracer.
whole_and_older() {
  local old
  traffic old 127.0.0.1 7005 >old.out 2>&1 &
  old=$!
  eventually grep -q connected old.out
  start kernel p || return
  send_all
  kill -USR1 $old
  eventually grep -q answered old.out
  settle
  stop
  check_all
  ends 'an older TCP socket' tcp 7005 km-old-client km-child
  ends 'an older UDP socket' udp 7006 km-old-client km-udp-server
  only 'an older TCP socket' 7005 'km-old-client|km-child'
  only 'an older UDP socket' 7006 'km-old-client|km-udp-server'
  # Told, not checked: docs/kernels.md says which kernel shows them.
  for port in 7003 7004; do
    fact "syn-acks-from-$port" "$(grep "\"src_port\",\"type\":\"u16\",\"value\":$port}" kernel.json | grep '"SYN":1' | grep -c '"egress"')"
  done
}

# More than a small ring takes while nobody reads it: what is lost is counted.
flood() {
  start flood p --buffer 64K || return
  kill -STOP "$tracer"
  traffic flood 127.0.0.1 7009 4000
  kill -CONT "$tracer"
  settle
  stop may-lose
  check 'flood: all are seen' "$seen" test "$seen" -ge 8000
  check 'flood: some are lost' "$ring_full of $wanted" test "$ring_full" -gt 0
}

# Kernels before 5.19 are refused: with a sentence that names the version which is needed, and why.
is_too_old() {
  [ "$(printf '5.19\n%s\n' "$(uname -r)" | sort -V | head -n 1)" != 5.19 ]
}
refusal() {
  local code
  policy p all global "$everything" "$here"
  timeout 60 tracee-policy apply -p p >refusal.out 2>&1
  code=$?
  sed 's/^/log /' refusal.out
  fact refused yes
  is 'too old: exit code' $code 2
  is 'too old: lines' "$(wc -l <refusal.out)" 1
  check 'too old: which is needed' "$(cat refusal.out)" grep -qE 'needs Linux [5-9]\.[0-9]+' refusal.out
  is 'too old: doctor' "$(tracee-policy doctor >doctor.out 2>&1; echo $?)" 2
  sed 's/^/log doctor: /' doctor.out
}

tests() {
  tracee-policy doctor >doctor.out 2>&1
  is 'doctor: exit code' $? 0
  sed 's/^/log doctor: /' doctor.out
  servers
  policy p all global "$everything" "$here"
  whole_and_older
  # One reason is enough.
  grep -q 'ready:' kernel.err || return
  whole user-space --filters user-space
  owners
  scopes
  trees
  reloads
  flood
}

if is_too_old; then refusal; else tests; fi
