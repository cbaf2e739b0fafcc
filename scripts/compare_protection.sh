#!/usr/bin/env bash
# Compares a network without protection with the same neurons protected by LCU and by TMR, over NVF thresholds: one flip
# in a stored output of a hidden neuron (the model of the thesis' fig. 4.17), and one flip in any register or memory of
# the accelerator with the unit in it. Writes result stores, comparisons (JSON) and the tables printed into --out.
# Needs a built build/release.
#   scripts/compare_protection.sh --out DIR [--model M] [--data D] [--thresholds "0.2 0.1"] [--percents "4"]
#       [--layers "conv1 conv2 fc1 fc2"] [--images N] [--neuron-samples N] [--samples N] [--nvf-images N] [--jobs N]
#     --samples 0: no faults in the accelerator
set -euo pipefail
cd "$(dirname "$0")/.."

out=
model=models/lenet5_mnist.onnx
data=mnist:../shared/data/mnist
thresholds=
percents=4
layers="conv1 conv2 fc1 fc2"
images=1000
neuron_samples=20000
samples=2000
nvf_images=200
jobs=1
while [[ $# -gt 1 ]]; do
  case "$1" in
    --out) out=$2 ;;
    --model) model=$2 ;;
    --data) data=$2 ;;
    --thresholds) thresholds=$2 ;;
    --percents) percents=$2 ;;
    --layers) layers=$2 ;;
    --images) images=$2 ;;
    --neuron-samples) neuron_samples=$2 ;;
    --samples) samples=$2 ;;
    --nvf-images) nvf_images=$2 ;;
    --jobs) jobs=$2 ;;
    *) echo "compare_protection: unknown option '$1'; see the first lines of this script" >&2; exit 2 ;;
  esac
  shift 2
done
if [[ $# -gt 0 || -z $out ]]; then
  echo "compare_protection: --out is missing or an option has no value; see the first lines of this script" >&2
  exit 2
fi

faultline=build/release/faultline
mkdir -p "$out"

# experiment FILE ENGINE SAMPLES SITES...
experiment() {
  local file=$1 engine=$2 sample=$3
  shift 3
  local where=
  for site in "$@"; do
    where+="\"$site\", "
  done
  cat > "$file" <<YAML
model: $model
data: {source: "$data", images: $images}
engine: $engine
faults: {model: flip, sample: $sample, where: [${where%, }]}
seed: 1
YAML
}

# campaign STORE EXPERIMENT OPTIONS...
campaign() {
  local store=$1 file=$2
  shift 2
  rm -f "$store"
  "$faultline" campaign "$file" "$@" --jobs "$jobs" --out "$store" > /dev/null
}

# One selection of neurons: NAME, then what chooses them.
compare() {
  local name=$1 scheme
  shift
  "$faultline" harden split-lcu --model "$model" --nvf "$out/nvf.npz" "$@" --out "$out/$name.lcu.yaml" --json \
    > "$out/$name.lcu.json"
  # The LCU cannot split every layer; both protect what it can.
  sed 's/^scheme: lcu$/scheme: tmr/' "$out/$name.lcu.yaml" > "$out/$name.tmr.yaml"
  for scheme in lcu tmr; do
    campaign "$out/$name.neuron.$scheme.db" "$out/neuron.hardened.yaml" --hardened "$out/$name.$scheme.yaml"
    if [[ $samples -gt 0 ]]; then
      campaign "$out/$name.hardware.$scheme.db" "$out/hardware.yaml" --hardened "$out/$name.$scheme.yaml"
    fi
  done
  for model_of_faults in neuron hardware; do
    local stores=("$out/$model_of_faults.base.db" "$out/$name.$model_of_faults.lcu.db" "$out/$name.$model_of_faults.tmr.db")
    if [[ -e ${stores[0]} ]]; then
      echo "== $name, faults of the $model_of_faults model"
      "$faultline" compare "${stores[@]}" | tee "$out/$name.$model_of_faults.txt"
      "$faultline" compare "${stores[@]}" --json > "$out/$name.$model_of_faults.compare.json"
    fi
  done
}

neurons=()
for layer in $layers; do
  neurons+=("neuron.$layer")
done
experiment "$out/neuron.base.yaml" neuron "$neuron_samples" "${neurons[@]}"
experiment "$out/neuron.hardened.yaml" neuron "$neuron_samples" "${neurons[@]}" "extra_word.*"
experiment "$out/hardware.yaml" auto "$samples" "*.*"
"$faultline" analyze nvf --model "$model" --data "$data" --images "$nvf_images" --out "$out/nvf.npz" --json > "$out/nvf.json"
campaign "$out/neuron.base.db" "$out/neuron.base.yaml"
if [[ $samples -gt 0 ]]; then
  campaign "$out/hardware.base.db" "$out/hardware.yaml"
fi
for threshold in $thresholds; do
  compare "nvf$threshold" --threshold "$threshold"
done
for percent in $percents; do
  compare "top$percent" --top-percent "$percent"
done
