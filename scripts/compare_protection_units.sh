#!/usr/bin/env bash
# Runs LeNet-5 on a 16x16 array with and without each protection under the same faults, and prints one Markdown table: what
# a protection costs (accuracy without faults, cycles, state bits, gate equivalents of its circuits without memories) and
# which faults it leaves (critical, with its 95 % interval; detected: stopped by an alarm). Needs a built build/release and
# Yosys. The seed is that of the experiment files.
#   scripts/compare_protection_units.sh [options of `faultline campaign` for the upsets, such as --samples 1000]
set -euo pipefail
cd "$(dirname "$0")/.."

faultline=build/release/faultline
upsets=testbenches/experiments/lenet5_digits_upset_storm.yaml
defect=testbenches/experiments/lenet5_digits_defect.yaml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The accelerator of both experiments, with the protection units of $1.
write_accelerator() {
  printf 'array: 16x16\ninput_buffer_bytes: 4 KiB\noutput_buffer_bytes: 8 KiB\npsum_rows: 784\nprotection: [%s]\n' "$1"
}

# Of the circuits of the units $1 in the accelerator file $2.
gates_of() {
  if [[ -z $1 ]]; then
    echo 0
  else
    "$faultline" cost --accelerator "$2" --protection --json | jq '.asic.gate_equivalents | round'
  fi
}

bits_of() { "$faultline" sites --accelerator "$1" --json | jq .total_bits; }

write_accelerator '' >"$work/plain.yaml"
plain_bits=$(bits_of "$work/plain.yaml")
plain_cycles=$("$faultline" campaign "$defect" --accelerator "$work/plain.yaml" --dry-run --json | jq .golden_cycles)
"$faultline" harden clip --model models/lenet5_digits.onnx --data builtin:digits --images 1000 --out "$work/clip.yaml" \
  >/dev/null
"$faultline" harden clip --model models/lenet5_digits.onnx --data builtin:digits --images 1000 --per channel \
  --out "$work/channels.yaml" >/dev/null
"$faultline" analyze nvf --model models/lenet5_digits.onnx --data builtin:digits --images 20 --out "$work/nvf.npz" >/dev/null
"$faultline" harden edac --model models/lenet5_digits.onnx --nvf "$work/nvf.npz" --channels-percent 10 \
  --data builtin:digits --images 1000 --out "$work/edac.yaml" >/dev/null
"$faultline" harden dmr --model models/lenet5_digits.onnx --nvf "$work/nvf.npz" --top-percent 4 --out "$work/dmr.yaml" \
  >/dev/null

# row NAME EXPERIMENT UNITS [options of campaign]
row() {
  local name=$1 experiment=$2 units=$3
  shift 3
  write_accelerator "$units" >"$work/design.yaml"
  "$faultline" campaign "$experiment" --accelerator "$work/design.yaml" --json "$@" >"$work/result.json"
  jq -r --arg name "$name" --argjson bits "$(($(bits_of "$work/design.yaml") - plain_bits))" --argjson cycles "$plain_cycles" \
    --argjson gates "$(gates_of "$units" "$work/design.yaml")" '
    def percent: . * 10000 | round / 100 | tostring + " %";
    "| \($name) | \(.accuracy.labels.golden | percent) | \(.golden_cycles - $cycles) | \($bits) | \($gates) | \(.runs) | "
    + (.rates.critical | if .high - .low < 1e-9 then "\(.rate | percent), of all"
        else "\(.rate | percent) [\(.low | percent), \(.high | percent)]" end) + " | "
    + "\(.rates.detected.rate | percent) | \(.accuracy.labels.faulty | percent) |"' "$work/result.json"
}

echo "| faults, protection | accuracy without faults | extra cycles | extra state bits | extra gate equivalents | runs | critical | detected | accuracy with faults |"
echo "|---|---|---|---|---|---|---|---|---|"
row "upsets, none" "$upsets" "" "$@"
row "upsets, clip" "$upsets" "" --clip "$work/clip.yaml" "$@"
row "upsets, clip per channel" "$upsets" channel_bounds --clip "$work/channels.yaml" "$@"
row "upsets, a tenth of the channels twice, intervals" "$upsets" "edac, 'channel_bounds:outside=zero'" --hardened "$work/edac.yaml" "$@"
row "upsets, parity, zero" "$upsets" "'parity:on_error=zero'" "$@"
row "upsets, secded, zero" "$upsets" "'secded:on_error=zero'" "$@"
row "upsets, secded, flag" "$upsets" "secded" "$@"
row "upsets, weight check" "$upsets" weight_check "$@"
row "upsets, checksum, detect" "$upsets" checksum "$@"
row "upsets, checksum, correct" "$upsets" "'checksum:mode=correct'" "$@"
row "upsets, checksum, correct, and secded, zero" "$upsets" "'checksum:mode=correct', 'secded:on_error=zero'" "$@"
row "upsets, dmr, recompute" "$upsets" "'dmr:on_error=recompute'" --hardened "$work/dmr.yaml" "$@"
row "upsets, clip and secded, zero" "$upsets" "'secded:on_error=zero'" --clip "$work/clip.yaml" "$@"
row "defect, none" "$defect" ""
row "defect, clip" "$defect" "" --clip "$work/clip.yaml"
row "defect, clip per channel" "$defect" channel_bounds --clip "$work/channels.yaml"
row "defect, bypass of the element" "$defect" "'bypass:elements=3/5'"
row "defect, checksum, detect" "$defect" checksum
row "defect, checksum, correct" "$defect" "'checksum:mode=correct'"
row "defect, spare column for that of the element" "$defect" "'spare_columns:skip=5'"
