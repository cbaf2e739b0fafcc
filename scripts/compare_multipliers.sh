#!/usr/bin/env bash
# Runs LeNet-5 with every table of a folder of multipliers, such as EvoApproxLib's with 8-bit operands: accuracy by the
# functional engine, whether the cycle engine gives the same logits, and whether a campaign by the cone engine has the
# same rows as one by the cycle engine. Tables called mul8u_* are unsigned. Prints each table's accuracy as it is known,
# on stderr, and at the end one Markdown row for each series of names. Fails where engines differ. Needs a built
# build/release.
#   scripts/compare_multipliers.sh [--tables DIR] [--data D] [--model M] [--images N] [--simulated N] [--faults N]
#                                  [--results FILE]
#     --images: of the accuracy (0 unless given: the whole test set); --simulated: images of both engines (100);
#     --faults: of each campaign, on two images (50); --results: keeps what is known of each table on which the engines
#     agree, and does not run these again
set -euo pipefail
cd "$(dirname "$0")/.."

tables=../shared/multipliers
data=mnist:../shared/data/mnist
model=models/lenet5_mnist.onnx
images=0
simulated=100
faults=50
results=
while [[ $# -gt 1 ]]; do
  case "$1" in
    --tables) tables=$2 ;;
    --data) data=$2 ;;
    --model) model=$2 ;;
    --images) images=$2 ;;
    --simulated) simulated=$2 ;;
    --faults) faults=$2 ;;
    --results) results=$2 ;;
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
results=${results:-$work/results}
settings="# $model, $data, $images images, $simulated simulated, $faults faults"
[[ -e $results ]] || echo "$settings" >"$results"
if [[ $(head -n 1 "$results") != "$settings" ]]; then
  echo "compare_multipliers: '$results' has results of other settings; give another file" >&2
  exit 2
fi
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

refused=0
differ=0
for table in "$tables"/*.lut; do
  name=$(basename "$table" .lut)
  if grep -q "^$name " "$results"; then
    continue
  fi
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
    continue
  fi
  if [[ $(rows_of "$multiplier" cone) != "$(rows_of "$multiplier" cycle)" ]]; then
    echo "compare_multipliers: $name: the rows of the cone and the cycle engine differ" >&2
    differ=$((differ + 1))
    continue
  fi
  echo "$name $(jq -r '.accuracy * 10000 | round / 100' "$work/all.json")" | tee -a "$results" >&2
done

echo "| tables | accuracy, % |"
echo "|---|---|"
tail -n +2 "$results" | sort | awk '{
  series = name = $1
  sub(/_.*/, "", series)
  sub(/^[^_]*_/, "", name)
  if (series != last) printf "%s| %s | ", last == "" ? "" : " |\n", series
  else printf ", "
  printf "%s %s", name, $2
  last = series
} END { if (NR) print " |" }'
echo "compare_multipliers: $(($(wc -l <"$results") - 1)) tables, $refused refused, $differ differences" >&2
[[ $differ -eq 0 ]]
