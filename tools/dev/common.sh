# SPDX-License-Identifier: Apache-2.0
# Shared by ./dev and the scripts in this folder; sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${WEIR_CACHE_DIR:-$root/.cache}
buf=$cache/buf-1.75.0/buf

say() { printf 'dev: %s\n' "$*" >&2; }
die() { say "error: $1"; exit "${2:-1}"; }

# fetch_npm NAME VERSION SHA512_BASE64 DESTINATION MEMBER...
# Downloads one pinned package from the npm registry and unpacks the named members flat into a new
# folder DESTINATION. No script of the package runs; the archive is compared with our own digest
# before it is opened. DESTINATION appears complete or not at all.
fetch_npm() (
  name=$1 version=$2 digest=$3 destination=$4
  shift 4
  mkdir -p "$(dirname "$destination")"
  work=$(mktemp -d "$destination.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  say "fetching $name $version from the npm registry"
  (cd "$work" && npm pack "$name@$version" --ignore-scripts --cache "$work/npm" \
    --loglevel=error --no-update-notifier >/dev/null) || die "npm could not fetch $name $version"
  archive=$(find "$work" -maxdepth 1 -name '*.tgz')
  found=$(openssl dgst -sha512 -binary "$archive" | openssl base64 -A)
  [ "$found" = "$digest" ] ||
    die "$name $version has sha512 $found, expected $digest: not unpacked"
  mkdir "$work/out"
  for member in "$@"; do
    tar -xzf "$archive" -C "$work/out" --no-same-owner --transform='s,.*/,,' "package/$member"
  done
  chmod 755 "$work/out"
  mv -T "$work/out" "$destination" 2>/dev/null || [ -d "$destination" ]
)
