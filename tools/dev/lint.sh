#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# lint.sh [--all]: the checks of ./dev lint, which installs the tools and configures preset lint.
# Runs every check and fails at the end if one failed. clang-tidy sees the .cc files that changed
# since the base (WEIR_LINT_BASE; else where this branch left origin/main; else the commit before),
# at most WEIR_LINT_FILES (50) of them; with --all every .cc of lib, services and tools.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$root"

all=no
case ${1:-} in
  --all) all=yes ;;
  "") ;;
  *) die "lint: unknown argument $1" 2 ;;
esac
failed=()

check() { # check NAME COMMAND...
  local name=$1
  shift
  say "lint: $name"
  "$@" || failed+=("$name")
}

# Tracked files and new ones not ignored, that exist. Data for tests is taken as it is.
files() {
  git ls-files -co --exclude-standard -- "$@" ':(exclude)*testdata/*' ':(exclude)*/corpus/*' |
    sort -u | while IFS= read -r path; do [ ! -f "$path" ] || printf '%s\n' "$path"; done
}

sources() {
  files '*.h' '*.cc' '*.proto' '*.cmake' '*CMakeLists.txt' '*.py' '*.sh' '*.yaml' '*.yml' '*.sql' \
    '*.js' '*.ts' '*.css' '*.html' dev .ci/run .clang-tidy
}

scripts() { files '*.sh' dev .ci/run; }

none() { # none MESSAGE: fails and shows what came in on stdin, if anything.
  local found
  found=$(cat)
  [ -z "$found" ] || { printf '%s:\n%s\n' "$1" "$found" >&2; return 1; }
}

check_format() { files '*.h' '*.cc' | xargs -r -d '\n' clang-format-14 --dry-run -Werror; }

check_protos() { (cd proto && "$buf" lint); }

check_syntax() {
  local path status=0
  while IFS= read -r path; do bash -n "$path" || status=1; done < <(scripts)
  files '*.py' | xargs -r -d '\n' /usr/bin/python3 -c '
import ast, sys
for path in sys.argv[1:]:
    ast.parse(open(path, encoding="utf-8").read(), path)' || status=1
  return $status
}

check_spdx() {
  sources | while IFS= read -r path; do
    head -n 3 "$path" | grep -q 'SPDX-License-Identifier: Apache-2.0' || echo "  $path"
  done | none "no SPDX line among the first three"
}

check_ascii() {
  { sources | xargs -r -d '\n' env LC_ALL=C grep -nP '[^\x00-\x7F]' | cut -c1-120 || true; } |
    none "not ASCII"
}

# Commits name neither a registry host nor a folder of the machine they were made on.
check_hosts() {
  { git grep -nIiE --untracked \
      -e 'https?://[^ ]*(npm|debian|pypi|registry|proxy)' \
      -e '(registry|deb|security|files|index|proxy)[.](npmjs|yarnpkg|debian|pythonhosted|crates|golang)[.]' \
      -e '(^|[^[:alnum:]_.])/work[/](main|shared)' -- ':(exclude)*.csv' || true; } | cut -c1-160 |
    none "a registry host or a path of one machine"
}

# Where the change under test begins; empty with a single commit.
base() {
  local upstream
  if [ -n "${WEIR_LINT_BASE:-}" ]; then
    git rev-parse --verify "$WEIR_LINT_BASE^{commit}"
  elif upstream=$(git merge-base HEAD origin/main 2>/dev/null) &&
    [ "$upstream" != "$(git rev-parse HEAD)" ]; then
    printf '%s\n' "$upstream"
  else
    git rev-parse --verify -q HEAD~1 || true
  fi
}

# The .cc files to analyse; a changed header stands for the source beside it.
candidates() {
  local from
  from=$(base)
  if [ $all = yes ] || [ -z "$from" ]; then
    files 'lib/*.cc' 'services/*.cc' 'tools/*.cc'
  else
    { git diff --name-only --diff-filter=d "$from" -- lib services tools
      git ls-files -o --exclude-standard -- lib services tools
    } | sed 's/\.h$/.cc/' | grep '\.cc$' | sort -u |
      while IFS= read -r path; do [ ! -f "$path" ] || printf '%s\n' "$path"; done || true
  fi
}

# Which files come first turns with the commit, so that a limit leaves out others next time.
rotated() {
  local salt
  salt=$(git rev-parse HEAD)
  while IFS= read -r path; do
    printf '%s %s\n' "$(printf '%s %s' "$salt" "$path" | sha256sum | cut -c1-16)" "$path"
  done | sort | cut -d' ' -f2-
}

tidy_one() {
  local out
  out=$(clang-tidy-14 -p build/lint --quiet "$1" 2>&1) || {
    printf '%s\n' "$out" | grep -vE '^[0-9]+ warnings?( and [0-9]+ errors?)? generated' >&2
    return 1
  }
}
export -f tidy_one

check_tidy() {
  local chosen limit=${WEIR_LINT_FILES:-50} total
  mapfile -t chosen < <(candidates | rotated)
  total=${#chosen[@]}
  if [ $all = no ] && [ "$total" -gt "$limit" ]; then
    chosen=("${chosen[@]:0:$limit}")
    say "lint: $total files changed, analysing $limit of them; ./dev lint --all takes every one"
  else
    say "lint: analysing $total files"
  fi
  [ "$total" -gt 0 ] || return 0
  ninja -C build/lint -t targets all | sed -n 's/^\(generated.*\.pb\.h\): .*/\1/p' | sort -u |
    xargs -r ninja -C build/lint >/dev/null || return 1
  printf '%s\n' "${chosen[@]}" | xargs -d '\n' -P "$(nproc)" -I{} bash -c 'tidy_one "$1"' _ {}
}

check "format (clang-format 14)" check_format
check "protos (buf)" check_protos
check "scripts (bash and python syntax)" check_syntax
check "licence lines" check_spdx
check "ASCII" check_ascii
check "no registry host" check_hosts
check "analysis (clang-tidy 14)" check_tidy

if [ ${#failed[@]} -gt 0 ]; then
  say "lint: ${#failed[@]} of 7 checks failed:"
  for name in "${failed[@]}"; do say "  $name"; done
  exit 1
fi
say "lint: all checks passed"
