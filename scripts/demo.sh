#!/usr/bin/env bash
# From a fresh machine to the report of a fault-injection campaign on the shipped LeNet-5.
#   scripts/demo.sh [options of `faultline campaign`, such as --samples 5000]
set -euo pipefail
cd "$(dirname "$0")/.."
out=build/demo

scripts/setup.sh
cmake --preset release -DFAULTLINE_TRAIN=OFF -DFAULTLINE_MPI=OFF -DBUILD_TESTING=OFF >/dev/null
cmake --build build/release --target faultline
mkdir -p "$out"
rm -f "$out"/results.db* "$out"/report.html
build/release/faultline campaign testbenches/experiments/lenet5_digits_transient.yaml --out "$out/results.db" "$@"
build/release/faultline report "$out/results.db" -o "$out/report.html"
echo "The report is $out/report.html: open it in a browser."
