#include "sim/cosim/sm_program.h"

#include <algorithm>

#include "hw/gpu/instruction.h"
#include "sim/cosim/random_stream.h"
#include "sim/cosim/random_values.h"
#include "sim/gpu/gemm_launch.h"
#include "sim/gpu/kernel_library.h"
#include "sim/gpu/memory_layout.h"

namespace faultline::cosim {
namespace {

using hw::CounterRandom;
using hw::gpu::Instruction;
using hw::gpu::Opcode;

constexpr int kRegisters = 12;  // of a thread
constexpr int kAddress = 11;    // the register that holds addresses
constexpr int kInstructions = 30;
constexpr uint64_t kMostCyclesOfInstructions = 600;
constexpr uint64_t kMostCyclesOfProduct = 50000;

template <size_t N>
Opcode one_of(const Opcode (&opcodes)[N], CounterRandom& random) {
  return opcodes[random.uniform(N)];
}

/// An operation on random registers, or an immediate, in all threads or those of a random guard.
Instruction random_instruction(Opcode opcode, CounterRandom& random) {
  const auto number = [&random] { return static_cast<uint8_t>(random.uniform(kAddress)); };
  Instruction instruction;
  instruction.opcode = opcode;
  instruction.guard = random.uniform(4) == 0 ? static_cast<uint8_t>(random.uniform(2)) : hw::gpu::kTruePredicate;
  instruction.guard_negated = instruction.guard != hw::gpu::kTruePredicate && random.uniform(2) == 0;
  instruction.rd = number();
  instruction.ra = number();
  // The register after it must be the thread's, too.
  instruction.rc = random.uniform(8) == 0 ? uint8_t{hw::gpu::kZeroRegister} : number();
  instruction.immediate = random.uniform(3) == 0;
  instruction.modifier = static_cast<uint8_t>(random.uniform(hw::gpu::kComparisons));
  instruction.b = instruction.immediate ? static_cast<uint32_t>(random.next_u64()) : number();
  return instruction;
}

/// An access to shared memory below `bytes`, a power of two, after the instruction that makes its addresses.
void append_shared_access(std::vector<uint64_t>& words, uint32_t bytes, CounterRandom& random) {
  constexpr Opcode kAccesses[] = {Opcode::kLds8, Opcode::kLds32, Opcode::kSts8, Opcode::kSts32};
  constexpr uint32_t kFewWords = 64;  // where threads want the same words and banks
  Instruction access = random_instruction(one_of(kAccesses, random), random);
  const uint32_t reach = random.uniform(2) == 0 ? bytes : std::min(bytes, kFewWords);
  Instruction address = random_instruction(Opcode::kAnd, random);
  address.guard = hw::gpu::kTruePredicate;
  address.guard_negated = false;
  address.rd = kAddress;
  address.immediate = true;
  address.b = (reach - 1) & ~static_cast<uint32_t>(hw::gpu::access_bytes(access.opcode) - 1);
  access.ra = kAddress;
  access.immediate = true;
  access.b = 0;
  words.push_back(address.encode());
  words.push_back(access.encode());
}

SmProgram random_instructions(const hw::gpu::SmConfig& config, CounterRandom& random) {
  constexpr Opcode kMac[] = {Opcode::kImad, Opcode::kImad8, Opcode::kDp4a, Opcode::kReq};
  constexpr Opcode kAlu[] = {Opcode::kIadd, Opcode::kXor, Opcode::kShl, Opcode::kSar, Opcode::kSetp};
  constexpr int kBlocks = 2;
  SmProgram program{"instructions", {}, {}, {}, random, false, kMostCyclesOfInstructions};
  hw::gpu::KernelLaunch& launch = program.launch;
  const int warps = std::min(config.warps, config.register_entries / kRegisters);
  launch.grid_x = kBlocks;
  launch.threads = static_cast<uint16_t>(1 + random.uniform(static_cast<uint64_t>(warps * config.warp_size)));
  launch.registers = kRegisters;
  launch.shared_bytes = 4;
  while (launch.shared_bytes * 2 * kBlocks <= static_cast<uint32_t>(config.shared_bytes)) {
    launch.shared_bytes *= 2;
  }
  for (int i = 0; i < kInstructions; ++i) {
    const uint64_t choice = random.uniform(10);
    if (choice < 2) {
      append_shared_access(program.words, launch.shared_bytes, random);
    } else {
      const Opcode opcode = choice < 3 ? one_of(kAlu, random) : one_of(kMac, random);
      program.words.push_back(random_instruction(opcode, random).encode());
    }
  }
  Instruction exit;
  exit.opcode = Opcode::kExit;
  program.words.push_back(exit.encode());
  return program;
}

SmProgram random_product(const hw::gpu::SmConfig& config, CounterRandom& random) {
  const gpu::KernelProgram& library = gpu::kernel_library();
  SmProgram program{"gemm", library.words, {}, {}, random, false, kMostCyclesOfProduct};
  gpu::GemmPlacement place;
  place.rows = static_cast<int64_t>(1 + random.uniform(12));
  place.columns = static_cast<int64_t>(1 + random.uniform(12));
  place.depth = static_cast<int64_t>(1 + random.uniform(40));
  place.a_pitch = place.b_pitch = (place.depth + 3) / 4 * 4;
  gpu::MemoryLayout layout;
  place.a = layout.reserve(place.rows * place.a_pitch);
  place.b = layout.reserve(place.columns * place.b_pitch);
  place.c = layout.reserve(place.rows * place.columns * 4);
  place.c_row_step = place.columns * 4;
  program.launch = gpu::gemm_launch(library, config, place);
  program.global.resize(static_cast<size_t>(place.c));
  for (uint8_t& code : program.global) {
    code = static_cast<uint8_t>(random_operand(random));
  }
  return program;
}

}  // namespace

SmProgram random_sm_program(const hw::gpu::SmConfig& config, uint64_t seed, uint64_t number) {
  constexpr uint64_t kKinds = 3;
  CounterRandom random = random_stream(seed, Stream::kProgram, number);
  if (number % kKinds == 1) {
    return random_product(config, random);
  }
  SmProgram program = random_instructions(config, random);
  program.content = random_stream(seed, Stream::kRegisters, number);
  if (number % kKinds == 2) {
    program.kind = "from_registers";
    program.from_registers = true;
  }
  return program;
}

}  // namespace faultline::cosim
