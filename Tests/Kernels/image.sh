# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The initramfs that is booted: busybox, the program, what both are linked to, the peers, and the checks of `inside/`.

# Copies programs and the libraries that they name, each to where it lies on this machine.
copy_libraries() { # ROOT PROGRAM…
  local root=$1 library
  shift
  { ldd "$@" 2>/dev/null || true; } | grep --only-matching --extended-regexp '/[^ ]+\.so[^ ):]*' | sort -u |
    while read -r library; do
      [ -e "$root$library" ] || install -D "$(readlink --canonicalize "$library")" "$root$library"
    done
}

# Linked with all they need, because the initramfs has no libraries but the program's. `narrow` needs no 32-bit libc either.
build_peers() { # FOLDER
  local strict=(-O2 -Wall -Werror -static)
  gcc "${strict[@]}" -o "$1/traffic" "$here/peers/traffic.c"
  gcc "${strict[@]}" -pthread -o "$1/owner-cases" "$here"/../OwnerPrograms/*.c
  gcc "${strict[@]}" -m32 -nostdlib -ffreestanding -fno-stack-protector -o "$1/narrow" "$here/peers/narrow.c"
}

# An archive of a root folder, in which everything is root's.
pack() { # ROOT ARCHIVE
  (cd "$1" && find . | cpio --quiet --create --format=newc --owner=0:0) >"$2"
}

base_image() { # ROOT
  local root=$1 applet
  mkdir -p "$root"/{bin,proc,sys,dev,tmp,etc,run}
  cp /bin/busybox "$root/bin/busybox"
  for applet in $(/bin/busybox --list); do [ -e "$root/bin/$applet" ] || ln -s busybox "$root/bin/$applet"; done
  printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
  printf '127.0.0.1 localhost\n::1 localhost\n' >"$root/etc/hosts"
  cp -r "$here/inside" "$root/inside"
  ln -s inside/init "$root/init"
}

# The image whose `init` traces traffic and checks the events.
build_image() { # BINARY ARCHIVE
  local root
  root=$(mktemp --directory --tmpdir="$cache")
  base_image "$root"
  install --strip "$1" "$root/bin/tracee-policy"
  copy_libraries "$root" "$1"
  build_peers "$root/bin"
  pack "$root" "$2"
  rm -rf "$root"
}

# The image whose `init` runs the tests that compare the kernel's decisions with the reference.
build_equivalence_image() { # TESTS ARCHIVE
  local root
  root=$(mktemp --directory --tmpdir="$cache")
  base_image "$root"
  install -D "$1" "$root/tests/$(basename "$1")"
  strip --strip-debug "$root/tests/$(basename "$1")"
  copy_libraries "$root" "$1"
  pack "$root" "$2"
  rm -rf "$root"
}
