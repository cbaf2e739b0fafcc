#!/usr/bin/env bash
# Compares matrix products of random shapes (1 to 257 in each extent, so ragged edges of tiles and of words) on random
# GPU multiprocessors with the functional engine, bit for bit. Needs a built build/release.
#   scripts/check_gpu_gemm.sh [--seed N] [--count N] [--jobs N]
#     --count: shapes (1000 unless given)
#     --jobs: processes, 10 shapes at a time each (one per core unless given)
set -euo pipefail
cd "$(dirname "$0")/.."

seed=1
count=1000
jobs=$(nproc)
while [[ $# -gt 1 ]]; do
  case "$1" in
    --seed) seed=$2 ;;
    --count) count=$2 ;;
    --jobs) jobs=$2 ;;
    *) echo "check_gpu_gemm: unknown option '$1'; give --seed N, --count N or --jobs N" >&2; exit 2 ;;
  esac
  shift 2
done
if [[ $# -gt 0 ]]; then
  echo "check_gpu_gemm: '$1' has no value; give --seed N, --count N or --jobs N" >&2
  exit 2
fi

export FAULTLINE_SEED=$seed
# Shapes FIRST to FIRST + COUNT - 1; all that was printed where something differs.
check_shapes() {
  local text
  if text=$(FAULTLINE_FIRST=$1 FAULTLINE_COUNT=$2 build/release/tests/test_unit_gpu --gtest_filter=GemmShapes.* 2>&1); then
    grep '^seed ' <<<"$text"
  else
    echo "$text" >&2
    return 1
  fi
}
export -f check_shapes

at_once=10
if ! for ((first = 0; first < count; first += at_once)); do
  left=$((count - first))
  echo "$first $((left < at_once ? left : at_once))"
done | xargs -P "$jobs" -L 1 bash -c 'check_shapes "$@"' check_shapes; then
  echo "check_gpu_gemm: seed $seed: the GPU and the functional engine differ" >&2
  exit 1
fi
echo "check_gpu_gemm: seed $seed, $count shapes, no difference"
