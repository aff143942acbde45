#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fails if an object file with one of the given names computes with floating point or calls libm.
# usage: check_no_floating_point.sh OBJECT:OBJECT:... NAME...
set -euo pipefail

objects=${1//:/$'\n'}
shift
for name in "$@"; do
  object=$(grep -E "(^|/)$name\.cc\.o$" <<<"$objects") || { echo "no object $name" >&2; exit 1; }
  [[ -s $object ]] || { echo "$object is not there" >&2; exit 1; }
  arithmetic=$(objdump -d --no-show-raw-insn "$object" |
    grep -E '\s(v?(add|sub|mul|div|sqrt|min|max|ucomi|comi|cmp|fmadd[0-9]*|fmsub[0-9]*)(ss|sd|ps|pd)|v?cvt[a-z0-9]+|f(ld|st|add|mul|div|sub|sqrt)[a-z]*)\s' || true)
  calls=$(nm -u "$object" | grep -E '\s(exp|log|pow|sqrt|sin|cos|floor|ceil|round|lgamma|erf)[a-z0-9]*$|__(float|fix)[a-z]*$' || true)
  if [[ -n "$arithmetic$calls" ]]; then
    echo "$object uses floating point:" >&2
    echo "$arithmetic$calls" >&2
    exit 1
  fi
done
