#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace faultline::gpu {

/// A kernel in a program: where it begins and what a launch must know of it.
struct Kernel {
  std::string name;
  uint16_t entry = 0;                   ///< address of its first instruction
  uint8_t registers = 1;                ///< of a thread
  std::vector<std::string> parameters;  ///< names, in the order of the launch's parameters

  bool operator==(const Kernel& other) const {
    return name == other.name && entry == other.entry && registers == other.registers && parameters == other.parameters;
  }
};

/// What instruction memory holds: kernels one after another. Branches hold absolute addresses.
struct KernelProgram {
  std::vector<uint64_t> words;
  std::vector<Kernel> kernels;

  /// The kernel with this name. Throws std::out_of_range when there is none.
  const Kernel& kernel(const std::string& name) const;
  /// Appends another program, moving its branches. Throws std::length_error when addresses no longer fit 16 bits.
  void append(const KernelProgram& other);

  bool operator==(const KernelProgram& other) const { return words == other.words && kernels == other.kernels; }
};

/// A program as a file: "FLGK", version, kernels and words, little-endian.
std::vector<uint8_t> to_bytes(const KernelProgram& program);

/// The program in the bytes of a file. Throws UserError naming `file`.
KernelProgram from_bytes(const std::vector<uint8_t>& bytes, const std::string& file);

}  // namespace faultline::gpu
