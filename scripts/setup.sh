#!/usr/bin/env bash
# Installs from the distribution what the build needs and is not there yet. Safe to run again.
#   scripts/setup.sh [--train]     --train: what all tests need: LibTorch (`faultline train`), Verilator and Yosys too
set -euo pipefail

packages=(
  g++ cmake ninja-build pkg-config ccache
  libsystemc-dev libonnx-dev libprotobuf-dev protobuf-compiler libyaml-cpp-dev nlohmann-json3-dev libfmt-dev libcli11-dev
  libhwy-dev libboost-dev libboost-iostreams-dev zlib1g-dev libssl-dev
  libgtest-dev libgmock-dev libbenchmark-dev clang-format
)
if [[ "${1:-}" == "--train" ]]; then
  packages+=(libtorch-dev verilator yosys make)
fi

missing=()
for package in "${packages[@]}"; do
  if ! dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed'; then
    missing+=("$package")
  fi
done
if [[ ${#missing[@]} -eq 0 ]]; then
  exit 0
fi

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  as_root=(sudo)
fi
echo "Installing: ${missing[*]}" >&2
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
