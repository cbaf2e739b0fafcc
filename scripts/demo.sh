#!/usr/bin/env bash
# From a fresh machine to the outcome table of a fault-injection campaign on the shipped LeNet-5.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
cmake --preset release -DFAULTLINE_TRAIN=OFF -DBUILD_TESTING=OFF >/dev/null
cmake --build --preset release --target faultline
build/release/faultline campaign testbenches/experiments/lenet5_digits_transient.yaml "$@"
