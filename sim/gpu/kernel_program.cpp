#include "sim/gpu/kernel_program.h"

#include <algorithm>
#include <stdexcept>

#include "hw/gpu/instruction.h"
#include "sim/config/user_error.h"

namespace faultline::gpu {
namespace {

constexpr uint32_t kVersion = 1;
constexpr size_t kMostWords = 65536;

class Writer {
 public:
  void number(uint64_t value, int bytes) {
    for (int byte = 0; byte < bytes; ++byte) {
      bytes_.push_back(static_cast<uint8_t>(value >> (8 * byte)));
    }
  }
  void text(const std::string& value) {
    number(value.size(), 2);
    bytes_.insert(bytes_.end(), value.begin(), value.end());
  }
  std::vector<uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<uint8_t> bytes_;
};

class Reader {
 public:
  Reader(const std::vector<uint8_t>& bytes, const std::string& file) : bytes_(bytes), file_(file) {}

  uint64_t number(int count) {
    need(static_cast<size_t>(count));
    uint64_t value = 0;
    for (int byte = 0; byte < count; ++byte) {
      value |= static_cast<uint64_t>(bytes_[position_++]) << (8 * byte);
    }
    return value;
  }
  std::string text() {
    const size_t size = number(2);
    need(size);
    const auto first = bytes_.begin() + static_cast<std::ptrdiff_t>(position_);
    position_ += size;
    return {first, first + static_cast<std::ptrdiff_t>(size)};
  }
  void end() const {
    if (position_ != bytes_.size()) {
      fail("goes on after its last instruction");
    }
  }
  [[noreturn]] void fail(const std::string& wrong) const {
    throw UserError(file_, 0, wrong, "give a program that `faultline asm` wrote");
  }

 private:
  void need(size_t count) const {
    if (count > bytes_.size() - position_) {
      fail("ends in the middle of a program");
    }
  }

  const std::vector<uint8_t>& bytes_;
  const std::string& file_;
  size_t position_ = 0;
};

}  // namespace

const Kernel& KernelProgram::kernel(const std::string& name) const {
  const auto found = std::find_if(kernels.begin(), kernels.end(), [&](const Kernel& k) { return k.name == name; });
  if (found == kernels.end()) {
    throw std::out_of_range("no kernel " + name);
  }
  return *found;
}

void KernelProgram::append(const KernelProgram& other) {
  const size_t base = words.size();
  if (base + other.words.size() > kMostWords) {
    throw std::length_error("a program of more than 65536 instructions");
  }
  for (const uint64_t word : other.words) {
    auto instruction = hw::gpu::Instruction::decode(word);
    if (instruction && instruction->opcode == hw::gpu::Opcode::kBra) {
      instruction->b += static_cast<uint32_t>(base);
      words.push_back(instruction->encode());
    } else {
      words.push_back(word);
    }
  }
  for (Kernel kernel : other.kernels) {
    kernel.entry = static_cast<uint16_t>(kernel.entry + base);
    kernels.push_back(std::move(kernel));
  }
}

std::vector<uint8_t> to_bytes(const KernelProgram& program) {
  Writer writer;
  for (const char letter : {'F', 'L', 'G', 'K'}) {
    writer.number(static_cast<uint8_t>(letter), 1);
  }
  writer.number(kVersion, 4);
  writer.number(program.kernels.size(), 4);
  writer.number(program.words.size(), 4);
  for (const Kernel& kernel : program.kernels) {
    writer.text(kernel.name);
    writer.number(kernel.entry, 2);
    writer.number(kernel.registers, 1);
    writer.number(kernel.parameters.size(), 1);
    for (const std::string& parameter : kernel.parameters) {
      writer.text(parameter);
    }
  }
  for (const uint64_t word : program.words) {
    writer.number(word, 8);
  }
  return writer.take();
}

KernelProgram from_bytes(const std::vector<uint8_t>& bytes, const std::string& file) {
  Reader reader(bytes, file);
  for (const char letter : {'F', 'L', 'G', 'K'}) {
    if (bytes.size() < 4 || reader.number(1) != static_cast<uint8_t>(letter)) {
      reader.fail("is no program");
    }
  }
  if (reader.number(4) != kVersion) {
    reader.fail("has an unknown version");
  }
  KernelProgram program;
  const size_t kernels = reader.number(4);
  const size_t words = reader.number(4);
  for (size_t i = 0; i < kernels; ++i) {
    Kernel kernel;
    kernel.name = reader.text();
    kernel.entry = static_cast<uint16_t>(reader.number(2));
    kernel.registers = static_cast<uint8_t>(reader.number(1));
    const size_t parameters = reader.number(1);
    for (size_t p = 0; p < parameters; ++p) {
      kernel.parameters.push_back(reader.text());
    }
    program.kernels.push_back(std::move(kernel));
  }
  for (size_t i = 0; i < words; ++i) {
    program.words.push_back(reader.number(8));
  }
  reader.end();
  for (const Kernel& kernel : program.kernels) {
    if (kernel.entry >= words || kernel.registers < 1 || kernel.registers > hw::gpu::kZeroRegister) {
      reader.fail("has a kernel that begins outside it or has no registers");
    }
  }
  return program;
}

}  // namespace faultline::gpu
