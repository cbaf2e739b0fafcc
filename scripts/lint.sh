#!/usr/bin/env bash
# Runs clang-tidy with the profile of .clang-tidy over the sources (or the files given), each compiled by itself, by
# Clang. Needs what scripts/setup.sh installs.
set -euo pipefail
cd "$(dirname "$0")/.."

files=("$@")
if [[ ${#files[@]} -eq 0 ]]; then
  mapfile -t files < <(find hw rtl sim testbenches tests -name '*.cpp' | sort)
fi
cmake --preset lint >/dev/null
printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 4 clang-tidy -p build/lint --quiet
