// The generated SystemVerilog, Verilated, against the cycle grid in one SystemC simulation: the same random edges,
// register states and faults, and after every cycle every register, wire and output the same.
#include <gtest/gtest.h>

#include "hw/multipliers/family.h"
#include "rtl/verilated/rtl_grid.h"
#include "tests/rtl/rtl_available.h"
#include "tests/support/grid_pair.h"

namespace faultline::rtl {
namespace {

using hw::Dataflow;
using hw::GridConfig;

constexpr uint32_t kCycles = 200;
constexpr Dataflow kDataflows[] = {Dataflow::kWeightStationary, Dataflow::kOutputStationary,
                                   Dataflow::kInputStationary};

using Pair = test::GridPair<RtlGrid>;
using Pairs = test::GridPairs<RtlGrid>;

/// Every comparison reads the wires, so that a forceable model is built at once.
std::unique_ptr<RtlGrid> make_forceable(const char* name, const GridConfig& config, hw::StateTable& table,
                                        hw::FaultTaps& taps, const hw::CycleClock& clock) {
  return std::make_unique<RtlGrid>(name, grid_design(config), ModelKind::kForceable, SiteCheck::kPoke, config, table,
                                   taps, clock);
}

/// Another family in each dataflow: with a sign-magnitude shell, in two's complement, and one that gives 0 x 0 = 0 not.
hw::Multiplier family_of(Dataflow dataflow) {
  const char* name = dataflow == Dataflow::kWeightStationary   ? "drum"
                     : dataflow == Dataflow::kOutputStationary ? "dadda_momeni"
                                                               : "booth";
  return standard_multiplier(*hw::find_multiplier_family(name)).table();
}

/// One pair of each dataflow and shape, so that few models have to be built.
void add_all(Pairs& pairs, uint32_t first_seed) {
  // Seed of the multiplier only: every run of every test has the same model.
  std::mt19937 random(1);
  const hw::Multiplier table = test::random_multiplier(random);
  uint32_t seed = first_seed;
  for (const Dataflow dataflow : kDataflows) {
    pairs.add(GridConfig(1, 1, dataflow, hw::Multiplier()), seed++, make_forceable);
    GridConfig bypassed(3, 5, dataflow, table);
    bypassed.add_bypass({{{1, 1, 0, 0}, {0, 2, 3, 3}}});
    pairs.add(bypassed, seed++, make_forceable);
    pairs.add(GridConfig(8, 8, dataflow, hw::Multiplier()), seed++, make_forceable);
    GridConfig mixed(2, 3, dataflow, family_of(dataflow));
    mixed.add_region({0, 1, 1, 1, hw::Multiplier()});
    mixed.add_region({1, 1, 1, 2, table});
    pairs.add(mixed, seed++, make_forceable);
  }
}

TEST(GridRtl, FaultFree) {
  FAULTLINE_NEEDS_VERILATOR();
  Pairs pairs(kCycles);
  add_all(pairs, 1);
  pairs.run(0, kCycles);
}

TEST(GridRtl, FromRandomRegisters) {
  FAULTLINE_NEEDS_VERILATOR();
  Pairs pairs(kCycles);
  add_all(pairs, 101);
  for (uint32_t start = 0; start < 40 && !HasFatalFailure(); ++start) {
    pairs.for_each([start](Pair& pair) { pair.scramble(1000 + start); });
    pairs.run(10 * start, 10);
  }
}

TEST(GridRtl, WithFaults) {
  FAULTLINE_NEEDS_VERILATOR();
  Pairs pairs(kCycles);
  for (uint32_t seed = 201; seed < 261; seed += 10) {
    add_all(pairs, seed);
  }
  pairs.for_each([](Pair& pair) { pair.arm_random_faults(10); });
  pairs.run(0, kCycles);
}

TEST(GridRtl, AfterResetAndRestore) {
  FAULTLINE_NEEDS_VERILATOR();
  Pairs pairs(kCycles);
  add_all(pairs, 301);
  pairs.for_each([](Pair& pair) { pair.arm_random_faults(5); });
  pairs.run(0, 40);
  pairs.for_each([](Pair& pair) { pair.save(); });
  pairs.run(40, 40);
  pairs.for_each([](Pair& pair) {
    pair.disarm();
    pair.reset();
  });
  pairs.run(0, 40);
  pairs.for_each([](Pair& pair) {
    pair.arm_random_faults(5);
    pair.restore();
  });
  pairs.run(40, 60);
}

}  // namespace
}  // namespace faultline::rtl
