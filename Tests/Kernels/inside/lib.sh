# SPDX-License-Identifier: Apache-2.0
# Facts and checks, the tracer, and events as lines.
# shellcheck shell=dash

fact() { echo "fact $*"; }
uptime_ms() { awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime; }

# Passes when COMMAND does. What it shows is WHY, when it does not.
check() { # NAME WHY COMMAND…
  local name="$1" why="$2"
  shift 2
  if "$@" >/dev/null 2>&1; then echo "ok $name"; else echo "failed $name: $why"; fi
}
is() { # NAME GOT WANTED
  check "$1" "[$2] for [$3]" test "$2" = "$3"
}

# Waits up to two minutes until COMMAND passes.
eventually() { # COMMAND…
  local n=0
  until "$@" >/dev/null 2>&1; do
    n=$((n + 1))
    [ $n -lt 2400 ] || return 1
    usleep 50000
  done
}

# --- The tracer. `run` is the name of what is running, and of its files in /tmp.

is_ready_or_gone() { grep -q 'ready:' "/tmp/$run.err" || [ ! -d "/proc/$tracer" ]; }

start() { # NAME OPTIONS…
  local began
  run=$1
  shift
  began=$(uptime_ms)
  tracee-policy apply -o "json:/tmp/$run.json" "$@" 2>"/tmp/$run.err" &
  tracer=$!
  eventually is_ready_or_gone
  fact "$run-ready-ms" $(($(uptime_ms) - began))
  check "$run: starts" "$(tail -n 3 "/tmp/$run.err" | tr '\n' ' ')" grep -q 'ready:' "/tmp/$run.err" && grep -q 'ready:' "/tmp/$run.err"
}

# Stops it. Its ledger has to balance, and it must have lost nothing unless it may.
stop() { # [may-lose]
  local done_line
  kill -INT "$tracer"
  wait "$tracer"
  is "$run: ends with 0" $? 0
  flows "/tmp/$run.json" >"/tmp/$run.flow"
  sed 's/^/log /' "/tmp/$run.err"
  sort "/tmp/$run.flow" | sed 's/ [0-9]*>\([0-9]*\) / >\1 /; s/ pid=[0-9]*//' | uniq -c | head -n 200 | sed "s/^/log $run: /"
  done_line=$(grep 'done:' "/tmp/$run.err")
  seen=$(count_of seen) wanted=$(count_of wanted) submitted=$(count_of submitted) ring_full=$(count_of 'ring full')
  is "$run: seen = unwanted + wanted" "$seen" $(($(count_of unwanted) + wanted))
  is "$run: wanted = submitted + ring full" "$wanted" $((submitted + ring_full))
  [ "$1" = may-lose ] || is "$run: nothing is lost" "$ring_full $(count_of lost)" "0 0"
}
count_of() { # WORDS: the number after them in `done_line`
  echo "$done_line" | grep -oE "(: |, )$1 [0-9]+" | head -n 1 | grep -oE '[0-9]+$' || echo 0
}

# --- Events, one a line: "EVENT DIRECTION PORT>PORT COMM UID COMPAT pid=PID [POLICIES]". Those of DNS and HTTP have no direction.

flows() { # FILE
  awk '
    function text(key) { return match(line, "\"" key "\":\"[^\"]*\"") ? substr(line, RSTART + length(key) + 4, RLENGTH - length(key) - 5) : "-" }
    function plain(key) { return match(line, "\"" key "\":[a-z0-9]*") ? substr(line, RSTART + length(key) + 3, RLENGTH - length(key) - 3) : "-" }
    {
      line = $0
      policies = match(line, /"matchedPolicies":\[[^]]*\]/) ? substr(line, RSTART + 19, RLENGTH - 20) : "-"
      gsub(/"/, "", policies)
      event = text("eventName")
      sub(/^net_packet_/, "", event)
      comm = text("processName")
      if (comm == "") comm = "(nobody)"
      gsub(/_port","type":"u16","value":/, "_port\":", line)
      print event, text("direction"), plain("src_port") ">" plain("dst_port"), comm, "uid=" plain("userId"), \
        "compat=" plain("isCompat"), "pid=" plain("processId"), "[" policies "]"
    }' "$1"
}

# How many lines of the run's flow match.
count() { # PATTERN
  grep -cE -- "$1" "/tmp/$run.flow"
}
some() { # NAME PATTERN: at least one does
  check "$run: $1" "none of $(count .) events is $2" grep -qE -- "$2" "/tmp/$run.flow"
}
number() { # NAME NUMBER PATTERN: exactly so many do
  is "$run: $1" "$(count "$3")" "$2"
}
# Those that match PATTERN and not EXCEPT, each once, and how often.
other_than() { # PATTERN EXCEPT
  grep -E -- "$1" "/tmp/$run.flow" | grep -vE -- "$2" | sed 's/ pid=[0-9]*//' | sort | uniq -c | tr -s ' \n' ' ;'
}
none_other() { # NAME PATTERN EXCEPT
  is "$run: $1" "$(other_than "$2" "$3")" ""
}
# The policies of the first that matches.
policies_of() { # PATTERN
  grep -E -- "$1" "/tmp/$run.flow" | head -n 1 | sed 's/.*\[\(.*\)\]$/\1/'
}

# --- Policies.

everything=net_packet_tcp,net_packet_udp,net_packet_icmp,net_packet_icmpv6
everything=$everything,net_packet_dns_request,net_packet_dns_response,net_packet_http_request,net_packet_http_response
here='"data.dst=127.0.0.0/8,::1"'

policy() { # FOLDER NAME SCOPE EVENTS FILTERS
  mkdir -p "$1"
  cat >"$1/$2.yaml" <<END
type: policy
name: $2
scope: [$3]
rules:
  - event: $4
    filters: [$5]
END
}
# So many rules of other ports, and at the end one of 7001.
many_rules() { # FOLDER NAME COUNT
  policy "$1" "$2" global net_packet_udp 'data.dst_port=20000, data.metadata.direction=egress'
  awk -v count="$3" 'BEGIN {
    for (i = 1; i <= count; i++)
      printf "  - event: net_packet_udp\n    filters: [data.dst_port=%d, data.metadata.direction=egress]\n", i < count ? 20000 + i : 7001
  }' >>"$1/$2.yaml"
}

# What is on its way when its sender is done has arrived: on the loopback interface that is at once, but for last ACKs and FINs.
settle() { usleep 300000; }
