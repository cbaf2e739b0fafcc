#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace faultline::hw::gpu {

/// Operations of the streaming multiprocessor; docs/gpu.md says what each does. The number is the encoding. 0 is no
/// operation's, so that memory which holds nothing is illegal to execute.
enum class Opcode : uint8_t {
  kIllegal = 0,
  kNop,
  kMov,
  kS2r,
  kLdp,
  kIadd,
  kIsub,
  kAnd,
  kOr,
  kXor,
  kShl,
  kShr,
  kSar,
  kMin,
  kMax,
  kSetp,
  kImad,
  kImad8,
  kDp4a,
  kReq,
  kLdg8,
  kLdg32,
  kStg8,
  kStg32,
  kLds8,
  kLds32,
  kSts8,
  kSts32,
  kBra,
  kBar,
  kExit,
};
constexpr int kOpcodes = 31;
constexpr int kOpcodeBits = 6;

/// The unit that executes an operation.
enum class Unit : uint8_t { kControl, kAlu, kMac, kMemory };

/// Register 63 of every thread: reads 0, writes are dropped.
constexpr int kZeroRegister = 63;
constexpr int kRegisterBits = 6;
/// Predicates of a thread that hold a value; number 7 is always true.
constexpr int kPredicates = 7;
constexpr int kTruePredicate = 7;

/// What S2R reads.
enum class SpecialRegister : uint8_t {
  kThread = 0,   ///< number of the thread in its block
  kThreads = 1,  ///< threads of a block
  kBlockX = 2,   ///< column of the block in the grid
  kBlockY = 3,   ///< row of the block in the grid
  kLane = 4,     ///< lane of the thread in its warp
  kWarp = 5,     ///< number of the warp slot that the thread runs in
};
constexpr int kSpecialRegisters = 6;

/// Comparisons of SETP, as its modifier encodes them.
enum class Comparison : uint8_t { kLess = 0, kLessEqual, kEqual, kNotEqual, kGreater, kGreaterEqual };
constexpr int kComparisons = 6;

/// What an operation is and which of the instruction's fields it uses.
struct OpcodeInfo {
  const char* name;
  Unit unit;
  bool writes_register;
  bool writes_predicate;
  bool reads_a;
  bool reads_b;  ///< operand b: a register, or the immediate
  bool reads_c;
  bool reads_c_pair;  ///< also the register after c
  /// ALU operations with two operands: their result; otherwise null.
  uint32_t (*evaluate)(uint32_t a, uint32_t b);
};

/// The description of an opcode; null for numbers that no operation has.
const OpcodeInfo* opcode_info(uint8_t number);

/// One decoded instruction: 64 bits in instruction memory.
///
/// bits 5:0 opcode, 8:6 guard, 9 guard negated, 15:10 rd (SETP: the predicate in its low 3 bits), 21:16 ra, 27:22 rc,
/// 28 operand b is the immediate, 31:29 modifier, 63:32 the immediate, or rb in 37:32. Bits that an instruction does
/// not use are ignored.
struct Instruction {
  Opcode opcode = Opcode::kNop;
  uint8_t guard = kTruePredicate;
  bool guard_negated = false;
  uint8_t rd = 0;
  uint8_t ra = 0;
  uint8_t rc = 0;
  bool immediate = false;
  uint8_t modifier = 0;
  uint32_t b = 0;  ///< the immediate, or the number of register b

  uint64_t encode() const;
  /// Nothing when the opcode's number is no operation's.
  static std::optional<Instruction> decode(uint64_t word);

  const OpcodeInfo& info() const { return *opcode_info(static_cast<uint8_t>(opcode)); }
  uint8_t rb() const { return b & 63; }
  uint8_t predicate() const { return rd & 7; }
  /// The second register of the pair that begins at c; the zero register's pair is all zero.
  int register_after_c() const { return rc == kZeroRegister ? kZeroRegister : rc + 1; }
  bool reads_register_b() const { return info().reads_b && !immediate; }
  /// The largest register number it names, kZeroRegister aside; -1 when it names none.
  int largest_register() const;
};

/// Memory operations.
inline bool is_global(Opcode opcode) {
  return opcode >= Opcode::kLdg8 && opcode <= Opcode::kStg32;
}
inline bool is_store(Opcode opcode) {
  return opcode == Opcode::kStg8 || opcode == Opcode::kStg32 || opcode == Opcode::kSts8 || opcode == Opcode::kSts32;
}
/// Bytes that one thread moves: 1 or 4.
inline int access_bytes(Opcode opcode) {
  return opcode == Opcode::kLdg32 || opcode == Opcode::kStg32 || opcode == Opcode::kLds32 || opcode == Opcode::kSts32
             ? 4
             : 1;
}

/// True when the comparison of two signed numbers holds; an unknown modifier never does.
bool holds(uint8_t comparison, uint32_t a, uint32_t b);

}  // namespace faultline::hw::gpu
