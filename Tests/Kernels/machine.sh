# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Virtual machines: no disk, no network, a serial console that is a file.

# How qemu is to run processors: by KVM where that really works, which neither /dev/kvm nor the processor's flags say for sure.
find_accelerator() { # KERNEL IMAGE
  local log=$cache/logs/kvm
  accelerator=(tcg -cpu max)
  [ -w /dev/kvm ] && grep --quiet --word-regexp --extended-regexp 'vmx|svm' /proc/cpuinfo || return 0
  accelerator=(kvm -cpu host)
  boot "$1" "$2" "$log" 20 km=nothing &
  wait $! || true
  grep --quiet '^fact end-ms' "$log" || accelerator=(tcg -cpu max)
}

# Boots a kernel and waits for its end, or until the time is over. To be called in a shell of its own, which takes the machine with
# it when it is told to end.
boot() { # KERNEL IMAGE LOG SECONDS WORDS
  local machine
  timeout --foreground --kill-after=5 "$4" qemu-system-x86_64 -accel "${accelerator[@]}" -m "${memory:-1G}" -smp 2 \
    -nographic -no-reboot -nodefaults -serial stdio -kernel "$1" -initrd "$2" \
    -append "console=ttyS0 panic=-1 quiet $5" </dev/null >"$3.raw" 2>&1 &
  machine=$!
  trap 'kill "$machine" 2>/dev/null; exit 143' TERM
  wait "$machine" || true
  tr -d '\r' <"$3.raw" >"$3"
  rm "$3.raw"
}

# What a machine told: the value of its last fact of this name.
fact() { # LOG NAME
  sed -n "s/^fact $2 //p" "$1" | tail -n 1
}
