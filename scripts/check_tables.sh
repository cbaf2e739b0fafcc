#!/usr/bin/env bash
# Runs LeNet-5 on two MNIST images with every 8-bit table of a folder: fails where the logits of the functional, the cycle
# and the cone engine differ, without a fault and with a stuck product. Tables called mul8u_* are unsigned. Needs a built
# build/release.
#   scripts/check_tables.sh TABLES_DIR MNIST_DIR
set -euo pipefail

if [[ $# -ne 2 ]]; then
  echo "check_tables: give TABLES_DIR MNIST_DIR" >&2
  exit 2
fi
tables=$(realpath "$1")
mnist=$(realpath "$2")
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
count=0
refused=0
for table in "$tables"/mul8[su]_*.lut; do
  multiplier=$table
  [[ $(basename "$table") == mul8u_* ]] && multiplier+=,unsigned
  if ! FAULTLINE_TABLE=$multiplier FAULTLINE_MNIST=$mnist build/release/tests/test_equivalence \
      --gtest_filter='OfEvoApproxLib/ImportedTable.*/Table0' >"$log" 2>&1 || ! grep -q '  PASSED  . 1 test' "$log" ||
      grep -q SKIPPED "$log"; then
    if grep -q 'products must fit 16 bits' "$log"; then
      echo "check_tables: $multiplier is refused: $(grep -o 'the product of activation [^;]*' "$log" | head -1)"
      refused=$((refused + 1))
      continue
    fi
    cat "$log"
    echo "check_tables: not the same with $multiplier" >&2
    exit 1
  fi
  count=$((count + 1))
done
echo "check_tables: $count tables, no difference; $refused refused"
