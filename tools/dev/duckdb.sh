#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts the pinned libduckdb.so and duckdb.h into <cache>/duckdb. The C API is stable, so a header of
# 1.4 serves the library of 1.5. <cache> is $WEIR_CACHE_DIR, or .cache of the checkout.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

fetch_duckdb() {
  local target=$cache/duckdb
  [ "$(uname -m)" = x86_64 ] ||
    die "libduckdb is fetched for x86_64 only; give cmake -DWEIR_DUCKDB_ROOT=<folder>"
  [ -f "$target/lib-1.5.6-r.1/libduckdb.so" ] ||
    fetch_npm @duckdb/node-bindings-linux-x64 1.5.6-r.1 \
      IXcrZJE6kEqM0Z4wwdVnGBHX/frOS33VPNAwDXQ/Q+Fs84b058Qe94chrCCIcNJlG8Y3UHIUU4eBeCQxW5mN1Q== \
      "$target/lib-1.5.6-r.1" libduckdb.so
  [ -f "$target/include-1.4.4/duckdb.h" ] ||
    fetch_npm duckdb 1.4.4 \
      hEJJ5hyVF0VLj3dmOLpsWrQR0b3d4Ykqtygm6iUXjHJDDnSqg/USKxcb5qvNrOhFYPgktayU6dXCtgPqcmmpog== \
      "$target/include-1.4.4" src/duckdb/src/include/duckdb.h
  ln -sfnT lib-1.5.6-r.1 "$target/lib"
  ln -sfnT include-1.4.4 "$target/include"
}

fetch_duckdb
