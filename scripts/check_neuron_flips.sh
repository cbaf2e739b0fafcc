#!/usr/bin/env bash
# Flips stored neuron outputs of the shipped LeNet-5 in the simulated accelerator's output buffer (engine cycle) and by
# incremental inference, and compares all tensors: every bit of every neuron unless told otherwise. Needs a built
# build/release.
#   scripts/check_neuron_flips.sh [--images N] [--stride K]     --stride: only every K-th flip, K odd
set -euo pipefail
cd "$(dirname "$0")/.."

images=1
stride=1
while [[ $# -gt 0 ]]; do
  case "$1" in
    --images) images=$2; shift 2 ;;
    --stride) stride=$2; shift 2 ;;
    *) echo "check_neuron_flips: unknown option '$1'; give --images N or --stride K" >&2; exit 2 ;;
  esac
done
FAULTLINE_IMAGES=$images FAULTLINE_STRIDE=$stride build/release/tests/test_equivalence \
  --gtest_filter='NeuronFlipsOfLeNet5.*'
