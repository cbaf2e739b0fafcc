#include "hw/gpu/instruction.h"

#include <algorithm>
#include <array>

namespace faultline::hw::gpu {
namespace {

int32_t as_signed(uint32_t value) {
  return static_cast<int32_t>(value);
}

uint32_t move(uint32_t, uint32_t b) {
  return b;
}
uint32_t add(uint32_t a, uint32_t b) {
  return a + b;
}
uint32_t subtract(uint32_t a, uint32_t b) {
  return a - b;
}
uint32_t conjunction(uint32_t a, uint32_t b) {
  return a & b;
}
uint32_t disjunction(uint32_t a, uint32_t b) {
  return a | b;
}
uint32_t exclusive_or(uint32_t a, uint32_t b) {
  return a ^ b;
}
uint32_t shift_left(uint32_t a, uint32_t b) {
  return a << (b & 31);
}
uint32_t shift_right(uint32_t a, uint32_t b) {
  return a >> (b & 31);
}
uint32_t shift_arithmetic(uint32_t a, uint32_t b) {
  return static_cast<uint32_t>(as_signed(a) >> (b & 31));
}
uint32_t minimum(uint32_t a, uint32_t b) {
  return as_signed(a) < as_signed(b) ? a : b;
}
uint32_t maximum(uint32_t a, uint32_t b) {
  return as_signed(a) > as_signed(b) ? a : b;
}

using Evaluate = uint32_t (*)(uint32_t, uint32_t);

constexpr OpcodeInfo control(const char* name) {
  return {name, Unit::kControl, false, false, false, false, false, false, nullptr};
}
constexpr OpcodeInfo unary(const char* name) {
  return {name, Unit::kAlu, true, false, false, true, false, false, move};
}
constexpr OpcodeInfo binary(const char* name, Evaluate evaluate) {
  return {name, Unit::kAlu, true, false, true, true, false, false, evaluate};
}
constexpr OpcodeInfo multiply(const char* name, bool pair) {
  return {name, Unit::kMac, true, false, true, true, true, pair, nullptr};
}
constexpr OpcodeInfo load(const char* name) {
  return {name, Unit::kMemory, true, false, true, true, false, false, nullptr};
}
constexpr OpcodeInfo store(const char* name) {
  return {name, Unit::kMemory, false, false, true, true, true, false, nullptr};
}

/// In the order of the numbers of Opcode, from 1.
constexpr std::array<OpcodeInfo, kOpcodes - 1> kInfos = {{
    control("nop"),
    unary("mov"),
    unary("s2r"),
    unary("ldp"),
    binary("iadd", add),
    binary("isub", subtract),
    binary("and", conjunction),
    binary("or", disjunction),
    binary("xor", exclusive_or),
    binary("shl", shift_left),
    binary("shr", shift_right),
    binary("sar", shift_arithmetic),
    binary("min", minimum),
    binary("max", maximum),
    {"setp", Unit::kAlu, false, true, true, true, false, false, nullptr},
    multiply("imad", false),
    multiply("imad8", false),
    multiply("dp4a", false),
    multiply("req", true),
    load("ldg.s8"),
    load("ldg.32"),
    store("stg.8"),
    store("stg.32"),
    load("lds.s8"),
    load("lds.32"),
    store("sts.8"),
    store("sts.32"),
    control("bra"),
    control("bar"),
    control("exit"),
}};

}  // namespace

const OpcodeInfo* opcode_info(uint8_t number) {
  return number >= 1 && number < kOpcodes ? &kInfos[number - 1U] : nullptr;
}

uint64_t Instruction::encode() const {
  uint64_t word = static_cast<uint64_t>(opcode);
  word |= static_cast<uint64_t>(guard & 7) << 6;
  word |= static_cast<uint64_t>(guard_negated) << 9;
  word |= static_cast<uint64_t>(rd & 63) << 10;
  word |= static_cast<uint64_t>(ra & 63) << 16;
  word |= static_cast<uint64_t>(rc & 63) << 22;
  word |= static_cast<uint64_t>(immediate) << 28;
  word |= static_cast<uint64_t>(modifier & 7) << 29;
  return word | static_cast<uint64_t>(b) << 32;
}

std::optional<Instruction> Instruction::decode(uint64_t word) {
  const auto bits = [word](int low, uint64_t mask) { return static_cast<uint8_t>((word >> low) & mask); };
  if (opcode_info(bits(0, 63)) == nullptr) {
    return std::nullopt;
  }
  Instruction instruction;
  instruction.opcode = static_cast<Opcode>(bits(0, 63));
  instruction.guard = bits(6, 7);
  instruction.guard_negated = bits(9, 1) != 0;
  instruction.rd = bits(10, 63);
  instruction.ra = bits(16, 63);
  instruction.rc = bits(22, 63);
  instruction.immediate = bits(28, 1) != 0;
  instruction.modifier = bits(29, 7);
  instruction.b = static_cast<uint32_t>(word >> 32);
  return instruction;
}

int Instruction::largest_register() const {
  int largest = -1;
  const auto name = [&largest](bool used, int number) {
    if (used && number != kZeroRegister) {
      largest = std::max(largest, number);
    }
  };
  const OpcodeInfo& what = info();
  name(what.writes_register, rd);
  name(what.reads_a, ra);
  name(reads_register_b(), rb());
  name(what.reads_c, rc);
  name(what.reads_c_pair, register_after_c());
  return largest;
}

bool holds(uint8_t comparison, uint32_t a, uint32_t b) {
  const int32_t x = as_signed(a);
  const int32_t y = as_signed(b);
  const std::array<bool, 8> results = {x<y, x <= y, x == y, x != y, x> y, x >= y, false, false};
  return results[comparison & 7U];
}

}  // namespace faultline::hw::gpu
