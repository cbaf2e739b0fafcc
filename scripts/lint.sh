#!/usr/bin/env bash
# Runs clang-tidy with the profile of .clang-tidy over the sources (or the files given). Needs a configured build/release.
set -euo pipefail
cd "$(dirname "$0")/.."

files=("$@")
if [[ ${#files[@]} -eq 0 ]]; then
  mapfile -t files < <(find hw sim testbenches tests -name '*.cpp' | sort)
fi
printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 4 clang-tidy -p build/release --quiet
