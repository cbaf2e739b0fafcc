#!/usr/bin/env bash
# Runs LeNet-5 with every table of a folder of multipliers, such as EvoApproxLib's with 8-bit operands: accuracy by the
# functional engine, whether the cycle engine gives the same logits, and whether a campaign by the cone engine has the
# same rows as one by the cycle engine. Tables called mul8u_* are unsigned. Prints one Markdown row for each series of
# names. Fails where engines differ. Needs a built build/release.
#   scripts/compare_multipliers.sh [--tables DIR] [--data D] [--model M] [--images N] [--simulated N] [--faults N]
#     --images: of the accuracy (0 unless given: the whole test set); --simulated: images of both engines (100);
#     --faults: of each campaign, on two images (50)
set -euo pipefail
cd "$(dirname "$0")/.."

tables=../shared/multipliers
data=mnist:../shared/data/mnist
model=models/lenet5_mnist.onnx
images=0
simulated=100
faults=50
while [[ $# -gt 1 ]]; do
  case "$1" in
    --tables) tables=$2 ;;
    --data) data=$2 ;;
    --model) model=$2 ;;
    --images) images=$2 ;;
    --simulated) simulated=$2 ;;
    --faults) faults=$2 ;;
    *) echo "compare_multipliers: unknown option '$1'; see the first lines of this script" >&2; exit 2 ;;
  esac
  shift 2
done
if [[ $# -gt 0 ]]; then
  echo "compare_multipliers: '$1' has no value; see the first lines of this script" >&2
  exit 2
fi
if ! compgen -G "$tables/*.lut" >/dev/null; then
  echo "compare_multipliers: skipped: $tables has no tables (*.lut); give --tables DIR"
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
faultline=build/release/faultline
cat >"$work/experiment.yaml" <<EOF2
model: $model
data: {source: $data, images: 2}
faults: {model: flip, sample: $faults, where: ["array.*", "buffer.*"]}
EOF2

run() { # MULTIPLIER ENGINE IMAGES
  "$faultline" run --model "$model" --data "$data" --multiplier "$1" --engine "$2" --images "$3" --json
}
rows_of() { # MULTIPLIER ENGINE
  "$faultline" campaign "$work/experiment.yaml" --multiplier "$1" --engine "$2" --jobs 1 --json | jq -r .rows_sha256
}

declare -A rows
compared=0
refused=0
differ=0
for table in "$tables"/*.lut; do
  name=$(basename "$table" .lut)
  multiplier=table:$table
  [[ $name == mul8u_* ]] && multiplier+=,unsigned
  if ! run "$multiplier" functional "$images" >"$work/all.json" 2>"$work/error"; then
    if grep -q 'products must fit 16 bits' "$work/error"; then
      echo "compare_multipliers: $name is refused: products must fit 16 bits" >&2
      refused=$((refused + 1))
      continue
    fi
    cat "$work/error" >&2
    exit 1
  fi
  functional=$(run "$multiplier" functional "$simulated" | jq -r .logits_sha256)
  cycle=$(run "$multiplier" cycle "$simulated" | jq -r .logits_sha256)
  if [[ $functional != "$cycle" ]]; then
    echo "compare_multipliers: $name: the logits of the functional and the cycle engine differ" >&2
    differ=$((differ + 1))
  fi
  if [[ $(rows_of "$multiplier" cone) != "$(rows_of "$multiplier" cycle)" ]]; then
    echo "compare_multipliers: $name: the rows of the cone and the cycle engine differ" >&2
    differ=$((differ + 1))
  fi
  rows[${name%%_*}]+="${name#*_} $(jq -r '.accuracy * 10000 | round / 100' "$work/all.json"), "
  compared=$((compared + 1))
done

echo "| tables | accuracy, % |"
echo "|---|---|"
for series in $(printf '%s\n' "${!rows[@]}" | sort); do
  echo "| $series | ${rows[$series]%, } |"
done
echo "compare_multipliers: $compared tables, $refused refused, $differ differences" >&2
[[ $differ -eq 0 ]]
