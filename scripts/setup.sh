#!/usr/bin/env bash
# Installs from the distribution what the build needs and is not there yet. Safe to run again.
#   scripts/setup.sh [--train] [--mpi] [--tests]
#     --train   LibTorch, for `faultline train`
#     --mpi     Boost.MPI and OpenMPI, for campaigns over several machines
#     --tests   both of these, and what the tests use besides
set -euo pipefail

packages=(
  g++ cmake ninja-build pkg-config ccache
  libsystemc-dev libonnx-dev libprotobuf-dev protobuf-compiler libyaml-cpp-dev nlohmann-json3-dev libfmt-dev libcli11-dev
  libhwy-dev libboost-dev libboost-iostreams-dev libboost-serialization-dev zlib1g-dev libzip-dev libssl-dev libsqlite3-dev
  libgtest-dev libgmock-dev libbenchmark-dev clang-format
)
train=(libtorch-dev)
mpi=(libboost-mpi-dev libopenmpi-dev openmpi-bin)
tests=(chromium poppler-utils libxml2-dev python3-numpy verilator yosys make jq clang lld libclang-rt-dev)
for option in "$@"; do
  case "$option" in
    --train) packages+=("${train[@]}") ;;
    --mpi) packages+=("${mpi[@]}") ;;
    --tests) packages+=("${train[@]}" "${mpi[@]}" "${tests[@]}") ;;
    *) echo "setup.sh: unknown option $option; see its first lines" >&2; exit 2 ;;
  esac
done

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
