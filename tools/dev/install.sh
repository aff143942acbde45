# SPDX-License-Identifier: Apache-2.0
# install_packages SET...: brings what a verb needs onto a Debian 12 machine. Sourced by ./dev.

. "$root/tools/dev/services.sh"

packages_build=(
  build-essential cmake ninja-build ccache pkg-config git ca-certificates openssl
  protobuf-compiler protobuf-compiler-grpc libgrpc++-dev libprotobuf-dev libprotoc-dev libabsl-dev
  libc-ares-dev libre2-dev zlib1g-dev libzstd-dev libssl-dev libsodium-dev libsqlite3-dev libarchive-dev
  libcli11-dev libyaml-cpp-dev nlohmann-json3-dev rapidjson-dev coinor-libclp-dev
  libgtest-dev libgmock-dev libbenchmark-dev librapidcheck-dev
  age faketime strace python3 python3-cryptography
  clickhouse-server libcurl4 libcurl4-openssl-dev
  libpq-dev libpq5 postgresql-15
)
packages_lint=(clang-14 clang-format-14 clang-tidy-14)
packages_fuzz=(clang-14 libclang-rt-14-dev)

# missing PACKAGE...: prints those that are not installed.
missing() {
  comm -23 <(printf '%s\n' "$@" | sort -u) \
    <(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^ii *//p' | sort -u)
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  elif command -v sudo >/dev/null; then
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  else
    die "packages are missing, and there is neither root nor sudo. As root, run:
     apt-get install --no-install-recommends ${wanted[*]}"
  fi
}

apt_install() {
  command -v dpkg-query >/dev/null || die "this needs Debian 12 (dpkg-query is absent)"
  local wanted log
  mapfile -t wanted < <(missing "$@")
  [ ${#wanted[@]} -gt 0 ] || return 0
  say "installing ${#wanted[@]} packages: ${wanted[*]}"
  log=$(mktemp)
  hold_services
  { as_root apt-get update -q -o DPkg::Lock::Timeout=600 &&
    as_root apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=600 \
      "${wanted[@]}"; } >"$log" || {
    release_services
    tail -n 30 "$log" >&2
    die "apt-get failed; its whole output is in $log"
  }
  release_services
  leave_disabled "${wanted[@]}"
  rm -f "$log"
}

# have_npm_files SET...: true if nothing has to come from the npm registry.
have_npm_files() {
  [ -e "$cache/duckdb/lib/libduckdb.so" ] && [ -e "$cache/duckdb/include/duckdb.h" ] || return 1
  case " $* " in *" lint "*) [ -x "$buf" ] ;; esac
}

fetch_buf() {
  [ -x "$buf" ] || fetch_npm @bufbuild/buf-linux-x64 1.75.0 \
    YGGJAx0lpMCE7aMWjNOJcfoEaG/e+iYHnTC4SZ0P5eS4IffMryA9Z4/bb1m1wNXAEJ8ATFMEZOAk/5x9VE47ig== \
    "$(dirname "$buf")" bin/buf
}

install_packages() {
  local wanted=() set
  for set in "$@"; do
    local -n list=packages_$set
    wanted+=("${list[@]}")
    unset -n list
  done
  if ! command -v npm >/dev/null && ! have_npm_files "$@"; then
    wanted+=(nodejs npm)
  fi
  apt_install "${wanted[@]}"
  "$root/tools/dev/duckdb.sh"
  case " $* " in *" lint "*) fetch_buf ;; esac
}
