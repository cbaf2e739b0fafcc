#!/usr/bin/env bash
# Compares the cone engine with the cycle engine on random experiments: networks, arrays, dataflows, multipliers, sites,
# faults and images. Those that the cone engine has simulated are not compared. Fails on the first difference. Needs a built build/release.
#   scripts/check_cone.sh [--seed N] [--count N]     --count: experiments, 1000 on each machine (100,000 unless given)
set -euo pipefail
cd "$(dirname "$0")/.."

seed=1
count=100000
while [[ $# -gt 0 ]]; do
  case "$1" in
    --seed) seed=$2; shift 2 ;;
    --count) count=$2; shift 2 ;;
    *) echo "check_cone: unknown option '$1'; give --seed N or --count N" >&2; exit 2 ;;
  esac
done

log=$(mktemp)
trap 'rm -f "$log"' EXIT
on_each=1000
experiments=0
followed=0
for ((machine = 0; experiments < count; ++machine)); do
  share=$((count - experiments < on_each ? count - experiments : on_each))
  if ! FAULTLINE_SEED=$seed FAULTLINE_MACHINE=$machine FAULTLINE_COUNT=$share \
      build/release/tests/test_equivalence --gtest_filter='Machines/ConeEquivalence.OfRandomExperiments/0' >"$log" 2>&1; then
    cat "$log"
    echo "check_cone: seed $seed, machine $machine: the engines differ" >&2
    exit 1
  fi
  grep '^seed ' "$log"
  followed=$((followed + $(sed -n 's/^seed .*: \([0-9]*\) experiments followed.*/\1/p' "$log")))
  experiments=$((experiments + share))
done
echo "check_cone: seed $seed, $experiments experiments on $machine machines, $followed of them followed and compared, no difference"
