#!/usr/bin/env bash
# Compares the cone engine with the cycle engine on random experiments: networks, arrays, dataflows, multipliers, widths
# of operands, sites, faults and images. Those that the cone engine has simulated are not compared. Fails where the
# engines differ, after all machines have been compared. Needs a built build/release.
#   scripts/check_cone.sh [--seed N] [--count N] [--jobs N]
#     --count: experiments, 1000 on each machine (100,000 unless given)
#     --jobs: machines compared at a time (one per core unless given)
set -euo pipefail
cd "$(dirname "$0")/.."

seed=1
count=100000
jobs=$(nproc)
while [[ $# -gt 0 ]]; do
  case "$1" in
    --seed) seed=$2; shift 2 ;;
    --count) count=$2; shift 2 ;;
    --jobs) jobs=$2; shift 2 ;;
    *) echo "check_cone: unknown option '$1'; give --seed N, --count N or --jobs N" >&2; exit 2 ;;
  esac
done

export FAULTLINE_SEED=$seed
logs=$(mktemp -d)
export logs
trap 'rm -rf "$logs"' EXIT

# One machine and its share of the experiments; its log stays where the engines differ.
check_machine() {
  local machine=$1 share=$2 log="$logs/$1"
  if FAULTLINE_MACHINE=$machine FAULTLINE_COUNT=$share \
      build/release/tests/test_equivalence --gtest_filter='Machines/ConeEquivalence.OfRandomExperiments/0' >"$log" 2>&1; then
    grep '^seed ' "$log"
    rm "$log"
  else
    echo "seed $FAULTLINE_SEED, machine $machine: the engines differ" >&2
  fi
}
export -f check_machine

on_each=1000
machines=$(((count + on_each - 1) / on_each))
for ((machine = 0; machine < machines; ++machine)); do
  left=$((count - machine * on_each))
  echo "$machine $((left < on_each ? left : on_each))"
done | xargs -P "$jobs" -L 1 bash -c 'check_machine "$@"' check_machine | tee "$logs/compared"
followed=$(awk '{ sum += $5 } END { print sum + 0 }' "$logs/compared")
rm "$logs/compared"

if compgen -G "$logs/*" >/dev/null; then
  cat "$logs"/*
  echo "check_cone: seed $seed: the engines differ on $(find "$logs" -type f | wc -l) of $machines machines" >&2
  exit 1
fi
echo "check_cone: seed $seed, $count experiments on $machines machines, $followed of them followed and compared, no difference"
