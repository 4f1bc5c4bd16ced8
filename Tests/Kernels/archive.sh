# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Debian's kernels, by apt: with lists and a cache of their own below $cache, so that nothing is installed and no root needed.

# Old stable to unstable; one that the archive no longer has gives no packages. Updates of stable releases are in -security first.
suites=(bullseye bookworm bookworm-backports trixie trixie-backports forky sid)
secured=(bullseye bookworm trixie)

# The addresses of Debian's archive and of its security updates, as this machine's own apt knows them: "ARCHIVE SECURITY". Others
# have suites of the same names, but no component main below a folder that is called so.
archive_addresses() {
  local uris archive security
  uris=$(apt-get update --print-uris 2>/dev/null | sed -n "s,^'\(.*\)/dists/\([^/]*\)/main/binary-.*,\1 \2,p" | sort -u)
  archive=$(grep --max-count=1 --extended-regexp '/debian(-archive)?(/[0-9TZ]+)? [a-z]+$' <<<"$uris" | cut -d' ' -f1)
  security=$(grep --max-count=1 -- '-security$' <<<"$uris" | cut -d' ' -f1)
  [ -n "$archive" ] && echo "$archive $security"
}

# A program of apt's, by this machine's settings (such as a proxy) and then by ours.
by_apt() { # PROGRAM ARGUMENTS…
  "$1" --config-file="$cache/apt.conf" "${@:2}"
}

# Brings the lists up to date, once an hour. Fails where this machine's apt knows no archive of Debian's, or cannot reach it.
update_archive() {
  local addresses archive security suite
  # A folder that was moved is not what its settings say.
  if [ -n "$(find "$cache/updated" -mmin -60 2>/dev/null)" ] && grep --quiet "\"$cache/lists\"" "$cache/apt.conf"; then return; fi
  local signed='[arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
  if ! command -v apt-get >/dev/null || ! addresses=$(archive_addresses); then
    echo "This machine's apt has no archive of Debian's, which the kernels come from." >&2
    return 1
  fi
  read -r archive security <<<"$addresses"
  mkdir -p "$cache"/{lists/partial,archives/partial,kernels,none.d}
  {
    for suite in "${suites[@]}"; do echo "deb $signed $archive $suite main"; done
    for suite in "${secured[@]}"; do
      [ -z "$security" ] || echo "deb $signed $security $suite-security main"
    done
  } >"$cache/sources.list"
  cat >"$cache/apt.conf" <<CONF
Dir::Etc::sourcelist "$cache/sources.list";
Dir::Etc::sourceparts "$cache/none.d";
Dir::State::lists "$cache/lists";
Dir::Cache "$cache";
Dir::Cache::pkgcache "packages.bin";
Dir::Cache::srcpkgcache "";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
Acquire::Retries "3";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONF
  # Fails for a suite that is not there, and takes the others nevertheless.
  by_apt apt-get update -qq >"$cache/update.log" 2>&1 || true
  if [ -z "$(kernel_packages)" ]; then
    echo "Debian's archive at $archive offers no kernel:" >&2
    cat "$cache/update.log" >&2
    return 1
  fi
  touch "$cache/updated"
}

# All packages that hold a kernel for virtual machines, the oldest first: "SERIES VERSION PACKAGE". From 6.19 on the kernel
# itself is in a package of its own, linux-binary-…, which linux-image-… asks for.
kernel_packages() {
  local names
  names=$(by_apt apt-cache search --names-only '^linux-(image|binary)-[0-9]+\.[0-9]+\.[0-9].*-cloud-amd64$' | cut -d' ' -f1)
  # shellcheck disable=SC2086 # names, one an argument
  by_apt apt-cache show --no-all-versions $names | awk '
    $1 == "Package:" { package = $2 }
    $1 == "Version:" {
      split($2, part, ".")
      is_split = part[1] > 6 || (part[1] == 6 && part[2] >= 19)
      if ((package ~ /^linux-binary-/) == is_split) print part[1] "." part[2], $2, package
    }' | sort -k1,1V -k2,2V
}

# Of `kernel_packages` (on stdin) those that are named by their series or by how their version begins.
chosen() { # SERIES…
  awk -v names="$*" '
    BEGIN { count = split(names, name, " ") }
    { for (i = 1; i <= count; i++) if ($1 == name[i] || $2 == name[i] || index($2, name[i] "-") == 1) { print; break } }'
}

# Of each series the newest, and of those of Debian's releases the oldest as well: a fix within a series changed what its verifier takes.
ends_of_series() {
  awk '
    function flush() {
      if ((series == "6.1" || series == "6.12") && first != last) print first
      if (series != "") print last
    }
    $1 != series { flush(); series = $1; first = $0 }
    { last = $0 }
    END { flush() }'
}

# Puts a package's kernel into a file of its own and prints the path.
fetch_kernel() { # PACKAGE
  local file=$cache/kernels/$1 unpacked
  if [ ! -s "$file" ]; then
    (cd "$cache/archives" && by_apt apt-get download -qq "$1") >&2 || return 1
    unpacked=$(mktemp --directory --tmpdir="$cache")
    dpkg-deb --fsys-tarfile "$cache/archives/$1"_*.deb |
      tar --extract --directory "$unpacked" --wildcards './boot/vmlinuz-*' './usr/lib/modules/*/vmlinuz' 2>/dev/null || true
    find "$unpacked" -name 'vmlinuz*' -type f -exec mv {} "$file" \;
    rm -rf "$unpacked" "$cache/archives/$1"_*.deb
  fi
  [ -s "$file" ] && echo "$file"
}
