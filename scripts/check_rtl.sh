#!/usr/bin/env bash
# Steps the generated RTL and the cycle grid together through random cases: 30 combinations of shape, dataflow and
# multiplier, random programs on each, random faults of every model on every field. Fails at the first difference, which
# it prints with the command that repeats it. Needs a built build/release and verilator, make and g++.
#   scripts/check_rtl.sh [--seed N] [--cases N]     --cases: over all combinations (10,000 unless given)
set -euo pipefail
cd "$(dirname "$0")/.."

seed=1
cases=10000
while [[ $# -gt 0 ]]; do
  case "$1" in
    --seed) seed=$2; shift 2 ;;
    --cases) cases=$2; shift 2 ;;
    *) echo "check_rtl: unknown option '$1'; give --seed N or --cases N" >&2; exit 2 ;;
  esac
done

# Multipliers other than exact are a table of 65,536 products in every element: small shapes.
arrays=("1x1 exact" "1x7 exact" "6x1 exact" "2x2 exact" "3x5 exact" "4x4 exact" "5x3 exact" "8x8 exact" "2x3 drum:k=4" "1x2 mitchell")
dataflows=(ws os is)
builds=$((${#arrays[@]} * ${#dataflows[@]}))
log=$(mktemp)
trap 'rm -f "$log"' EXIT

run=0
compared=0
build=0
for array in "${arrays[@]}"; do
  read -r shape multiplier <<<"$array"
  for dataflow in "${dataflows[@]}"; do
    share=$((cases * (build + 1) / builds - cases * build / builds))
    build=$((build + 1))
    [[ $share -gt 0 ]] || continue
    programs=$(((share + 9) / 10))
    if ! build/release/faultline cosim --array "$shape" --dataflow "$dataflow" --multiplier "$multiplier" \
        --programs "$programs" --faults $((share - programs)) --seed "$seed" >"$log"; then
      cat "$log"
      echo "check_rtl: seed $seed, $shape $dataflow $multiplier: the engines differ or could not be run" >&2
      exit 1
    fi
    echo "$shape $dataflow $multiplier: $(cat "$log")"
    run=$((run + $(sed -n 's/.*: \([0-9]*\) cases.*/\1/p' "$log")))
    compared=$((compared + $(sed -n 's/.* \([0-9]*\) values compared.*/\1/p' "$log")))
  done
done
echo "check_rtl: seed $seed, $run cases on $build combinations, $compared values compared, no difference"
