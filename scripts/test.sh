#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests: the release build, then a build by Clang with AddressSanitizer
# and UndefinedBehaviorSanitizer, which leaves out what other programs do (tests/CMakeLists.txt) and draws fewer random cases.
#   scripts/test.sh [--no-sanitizers]
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=$(nproc)

scripts/setup.sh --tests
cmake --preset release -DFAULTLINE_TRAIN=ON -DFAULTLINE_MPI=ON -DBUILD_TESTING=ON >/dev/null
cmake --build --preset release
ctest --preset release -j "$jobs" --no-tests=error

if [[ "${1:-}" != "--no-sanitizers" ]]; then
  cmake --preset asan-ubsan >/dev/null
  cmake --build --preset asan-ubsan
  ctest --preset asan-ubsan -j "$jobs" --no-tests=error
fi
