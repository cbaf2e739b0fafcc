#!/usr/bin/env bash
# Accuracy of a network with permanently damaged multipliers: on a systolic array, on a GPU's multiprocessor as a whole
# and in one of its tiles (a partition's lanes), for several multipliers and shares of damaged ones. The figures 5 and 6
# of the AxDNN paper, and equal shares on both accelerators. Every product of a damaged multiplier has a bit stuck from the
# first cycle to the end. Writes a result store for each point, the table (JSON) and a page with the curves into --out;
# points that are there already are kept, one that was interrupted is finished. Needs a built build/release.
#   scripts/compare_damage.sh --out DIR [--model M] [--data D] [--multipliers "exact drum:k=4"]
#       [--fractions "0.04 0.16"] [--tile-fractions "0.4"] [--array 256x256] [--gpu FILE.yaml] [--images N] [--maps N]
#       [--stuck-at 0|1] [--mask BITS] [--seed N] [--jobs N]
#     --fractions: of the array's processing elements, and of all lanes' multipliers
#     --tile-fractions: of the multipliers of one partition's lanes
#     --maps: chips, each with its own damage, that classify all the images
set -euo pipefail
cd "$(dirname "$0")/.."

out=
model=models/lenet5_mnist.onnx
data=mnist:../shared/data/mnist
tables=../shared/multipliers/mul8s
multipliers="exact table:${tables}_1KVB.lut table:${tables}_1KX2.lut table:${tables}_1L2D.lut table:${tables}_1KTY.lut table:${tables}_1L1G.lut"
fractions="0.04 0.08 0.16 0.24 0.32 0.4"
tile_fractions="0.1 0.2 0.4 0.8"
array=256x256
gpu=testbenches/accelerators/sm_volta.yaml
images=500
maps=4
stuck_at=1
mask=0x8000
seed=1
jobs=1
while [[ $# -gt 1 ]]; do
  case "$1" in
    --out) out=$2 ;;
    --model) model=$2 ;;
    --data) data=$2 ;;
    --multipliers) multipliers=$2 ;;
    --fractions) fractions=$2 ;;
    --tile-fractions) tile_fractions=$2 ;;
    --array) array=$2 ;;
    --gpu) gpu=$2 ;;
    --images) images=$2 ;;
    --maps) maps=$2 ;;
    --stuck-at) stuck_at=$2 ;;
    --mask) mask=$2 ;;
    --seed) seed=$2 ;;
    --jobs) jobs=$2 ;;
    *) echo "compare_damage: unknown option '$1'; see the first lines of this script" >&2; exit 2 ;;
  esac
  shift 2
done
if [[ $# -gt 0 || -z $out ]]; then
  echo "compare_damage: --out is missing or an option has no value; see the first lines of this script" >&2
  exit 2
fi

faultline=build/release/faultline
mkdir -p "$out"
stores=()

# point NAME ACCELERATOR SITES FRACTION MULTIPLIER
point() {
  local name=$1 accelerator=$2 sites=$3 fraction=$4 multiplier=$5
  local file="$out/$name.$fraction.${multiplier//[^A-Za-z0-9_]/_}"
  stores+=("$file.db")
  if [[ -e $file.db ]]; then
    return
  fi
  cat > "$file.yaml" <<YAML
model: $model
data: {source: "$data", images: $images}
accelerator: $accelerator
faults:
  model: stuck_at_$stuck_at
  sample: $maps
  where: ["$sites"]
  map: {fraction: $fraction, mask: $mask}
  images: all
seed: $seed
YAML
  local resume=()
  if [[ -e $file.part ]]; then
    resume=(--resume)
  fi
  "$faultline" campaign "$file.yaml" --multiplier "$multiplier" --jobs "$jobs" --out "$file.part" "${resume[@]}" > /dev/null
  mv "$file.part" "$file.db"
}

for multiplier in $multipliers; do
  for fraction in $fractions; do
    point array "{array: $array}" 'array.pe[*][*].product' "$fraction" "$multiplier"
    point lanes "$gpu" 'partition[*].mac_lane[*].product[*]' "$fraction" "$multiplier"
  done
  for fraction in $tile_fractions; do
    point tile "$gpu" 'partition[0].mac_lane[*].product[*]' "$fraction" "$multiplier"
  done
done
"$faultline" analyze damage "${stores[@]}" --json -o "$out/damage.html" > "$out/damage.json"
"$faultline" analyze damage "${stores[@]}" | tee "$out/damage.txt"
