#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "hw/common/counter_random.h"
#include "hw/systolic/accelerator_factory.h"
#include "rtl/lockstep/accelerator_lockstep.h"
#include "rtl/verilated/rtl_accelerator.h"
#include "tests/support/changed_design.h"

namespace faultline::test {

/// Makes the accelerator of `design`, forceable, so that wires can be compared and struck.
inline hw::MakeAccelerator verilated(rtl::Design design, rtl::SiteCheck check) {
  return [design = std::move(design), check](const char* name, const hw::AcceleratorConfig& config,
                                             hw::StateTable& table, const hw::CycleClock& cycles) {
    return std::make_unique<rtl::RtlAccelerator>(name, design, rtl::ModelKind::kForceable, check, config, table,
                                                 cycles);
  };
}

/// A small accelerator with a buffer of every kind, each of an odd size.
inline hw::AcceleratorConfig small_accelerator(hw::Dataflow dataflow, int rows, int columns) {
  hw::AcceleratorConfig config{hw::GridConfig(rows, columns, dataflow, hw::Multiplier())};
  config.input_buffer_bytes = 301;
  config.weight_buffer_bytes = 203;
  config.output_buffer_bytes = 155;
  config.psum_rows = 37;
  config.parameter_entries = 11;
  config.bus_bytes = 5;
  config.dram_latency = 4;
  config.dram_bytes = 1 << 20;
  return config;
}

/// Commands whose fields are all random numbers below 2^`bits`; opcodes are mostly legal.
inline std::vector<hw::CommandDescriptor> random_commands(uint64_t seed, int count, int bits) {
  hw::CounterRandom random(seed, 1);
  std::vector<hw::CommandDescriptor> commands(static_cast<size_t>(count));
  for (hw::CommandDescriptor& command : commands) {
    for (const hw::CommandField& field : hw::command_fields()) {
      const uint64_t value = random.next_u64() >> (64 - std::min(bits, field.bits));
      const int unused = 32 - field.bits;
      const auto wide = static_cast<int32_t>(static_cast<uint32_t>(value) << unused);
      command.*field.member = field.is_signed ? wide >> unused : static_cast<int32_t>(value);
    }
    command.opcode = static_cast<int32_t>(random.uniform(7));
  }
  return commands;
}

/// One change to the text of an accelerator's RTL that makes it wrong.
struct BrokenAccelerator {
  const char* name;
  hw::Dataflow dataflow;
  const char* file;
  const char* before;
  const char* after;
  const char* signal;  ///< what the name of the first signal that differs contains
};

/// Expects that the comparison with the cycle engine catches the mutant of `config` and names the signal. `arm` may arm
/// faults in the pair before the program of a seed, 1 to 4000, where random states alone do not lead to what is broken.
template <typename Arm>
void expect_caught(const BrokenAccelerator& mutant, const hw::AcceleratorConfig& config, Arm arm) {
  rtl::AcceleratorLockstep pair(
      config, hw::accelerator_maker("cycle"),
      verilated(changed(rtl::accelerator_design(config), mutant.file, mutant.before, mutant.after),
                rtl::SiteCheck::kNone));
  // Random states reach in a few cycles what takes programs thousands.
  std::optional<rtl::Divergence> divergence;
  for (uint64_t seed = 1; seed <= 4000 && !divergence; ++seed) {
    pair.reset();
    const int bits = seed % 4 == 0 ? 64 : static_cast<int>(1 + seed % 7);
    pair.scramble(seed, bits);
    arm(pair, seed);
    divergence = pair.run(random_commands(seed, 3, bits), 12).divergence;
  }
  ASSERT_TRUE(divergence) << "not caught";
  EXPECT_NE(divergence->signal.find(mutant.signal), std::string::npos) << divergence->text();
  EXPECT_NE(divergence->reference, divergence->other);
}

inline std::ostream& operator<<(std::ostream& out, const BrokenAccelerator& mutant) {
  return out << mutant.name;
}

}  // namespace faultline::test
