# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What was seen, as rows: on the terminal, and in docs/kernels.md.

# When it was ready, in seconds.
readiness() { # LOG
  local milliseconds
  milliseconds=$(fact "$1" kernel-ready-ms)
  if [ "$(fact "$1" refused)" ]; then
    echo refused
  elif [ "$milliseconds" ]; then
    awk -v n="$milliseconds" 'BEGIN { printf "%.1f", n / 1000 }'
  else
    echo -
  fi
}

# What a machine's log says: "READY PASSED FAILED".
summary() { # LOG
  printf '%s %s %s\n' "$(readiness "$1")" \
    "$(grep --count '^ok ' "$1")" "$(grep --count '^failed ' "$1")"
}

print_head() {
  printf '%-8s %-22s %9s %8s %8s %6s\n' series version 'ready, s' passed failed 'all, s'
}

# A row, and below it what failed, or how much was compared.
print_row() { # SERIES VERSION LOG SECONDS
  local ready passed failed
  read -r ready passed failed <<<"$(summary "$3")"
  printf '%-8s %-22s %9s %8s %8s %6s\n' "$1" "$2" "$ready" "$passed" "$failed" "$4"
  sed -n -e 's/^failed /         failed: /p' -e 's/^log \(compared .*\)/         \1/p' "$3" | cut -c1-400
}

# Puts the rows between the marks of the page.
write_page() { # PAGE <ROWS
  local page=$1 series version ready passed failed table
  table=$(mktemp --tmpdir="$cache")
  {
    echo '| series | version | ready, s | checks passed |'
    echo '|---|---|---|---|'
    while read -r series version _; do
      read -r ready passed failed <<<"$(summary "$cache/logs/$version")"
      echo "| $series | $version | $ready | $passed of $((passed + failed)) |"
    done
  } >"$table"
  sed -i -e '/^<!-- begin: make kernels DOC=1 -->$/,/^<!-- end -->$/ { /^<!-- /!d }' \
    -e "/^<!-- begin: make kernels DOC=1 -->\$/r $table" "$page"
  rm "$table"
}
