#include "sim/cost/synthesis.h"

#include <array>
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hw/multipliers/family.h"
#include "sim/config/user_error.h"
#include "sim/cost/array_cost.h"
#include "sim/cost/multiplier_cost.h"
#include "sim/netlist/gate_netlist.h"
#include "sim/process/child_process.h"

namespace faultline::cost {
namespace {

class Synthesis : public testing::Test {
 protected:
  void SetUp() override {
    if (!process::on_path("yosys")) {
      GTEST_SKIP() << "yosys is not installed";
    }
    setenv("XDG_CACHE_HOME", cache_.path().c_str(), 1);
  }

  static std::string message_of(const SynthesisRequest& request) {
    try {
      synthesize(request, "circuit.v");
    } catch (const UserError& error) {
      return error.what();
    }
    return "no error";
  }

  process::ScratchFolder cache_;
};

SynthesisRequest family(const char* name) {
  const hw::GeneratedMultiplier multiplier = standard_multiplier(*hw::find_multiplier_family(name));
  return {multiplier.systemverilog(), multiplier.module_name(), false, ""};
}

TEST_F(Synthesis, AnArrayIsItsElementsTogether) {
  const hw::GridConfig grid(8, 8, hw::Dataflow::kWeightStationary,
                            standard_multiplier(*hw::find_multiplier_family("truncated")).table());
  const ArrayCost cost = array_cost(grid, {"", "", false, ""});
  // weight_next, weight, activation: 8 bits and valid each; load; psum.
  EXPECT_EQ(cost.element.asic.flip_flops, 3 * 9 + 1 + 32);
  EXPECT_EQ(cost.element.fpga.flip_flops, 3 * 9 + 1 + 32);
  EXPECT_EQ(cost.total.asic.flip_flops, 64 * 60);
  EXPECT_EQ(cost.total.fpga.luts, 64 * cost.element.fpga.luts);
  EXPECT_EQ(cost.total.asic.depth, cost.element.asic.depth);
  EXPECT_FALSE(cost.element.asic.switching_energy);
  EXPECT_GT(cost.element.asic.gates, synthesize(family("truncated"), "truncated").asic.gates);
}

TEST_F(Synthesis, AnArrayOfTablesHasNoGatesToCount) {
  std::array<int16_t, hw::Multiplier::kEntries> products = {1};
  const hw::GridConfig grid(2, 2, hw::Dataflow::kWeightStationary, {"table:t.lut", products});
  EXPECT_THROW(array_cost(grid, {}), UserError);
}

TEST_F(Synthesis, GateEquivalentsAreThoseOfTheGates) {
  const SynthesisRequest request = family("drum");
  double sum = 0;
  const netlist::GateNetlist circuit = netlist::synthesize_gates(request.systemverilog, request.top, "drum");
  for (const netlist::Gate& gate : circuit.gates()) {
    sum += netlist::gate_equivalents(gate.kind);
  }
  EXPECT_EQ(synthesize(request, "drum").asic.gate_equivalents, sum);
}

TEST_F(Synthesis, TruncationSavesSwitchingEnergy) {
  const hw::GeneratedMultiplier truncated = standard_multiplier(*hw::find_multiplier_family("truncated"));
  const nlohmann::ordered_json cost = multiplier_cost(truncated, {"", "", false, ""});
  EXPECT_GT(cost["asic"]["switching_energy"], 10);
  EXPECT_LT(cost["asic"]["relative_switching_energy"], 1);
}

/// y = a and b and c: two gates of 6 transistors deep two, one LUT.
TEST_F(Synthesis, CountsWhatIsThere) {
  const SynthesisResult result =
      synthesize({"module t(input a, b, c, k, output y, output reg q); assign y = a & b & c;\n"
                  "always @(posedge k) q <= a; endmodule\n",
                  "t", true, ""},
                 "t");
  EXPECT_EQ(result.fpga.luts, 1);
  EXPECT_EQ(result.fpga.flip_flops, 1);
  EXPECT_EQ(result.fpga.carries + result.fpga.dsps + result.fpga.muxes + result.fpga.block_rams, 0);
  EXPECT_EQ(result.asic.gates, 2);
  EXPECT_EQ(result.asic.flip_flops, 1);
  EXPECT_EQ(result.asic.depth, 2);
}

TEST_F(Synthesis, ApproximateMultipliersAreSmallerThanTheExactOne) {
  const SynthesisResult exact = synthesize(family("exact"), "exact");
  EXPECT_GT(exact.fpga.luts, 40);
  EXPECT_EQ(exact.fpga.dsps, 0);
  EXPECT_EQ(exact.fpga.flip_flops + exact.asic.flip_flops, 0);
  const SynthesisResult broken = synthesize(family("broken_array"), "broken_array");
  EXPECT_LT(broken.asic.gate_equivalents, exact.asic.gate_equivalents);
  EXPECT_LT(broken.asic.gates, exact.asic.gates);
  EXPECT_GT(broken.asic.depth, 5);
}

TEST_F(Synthesis, IsCachedByContent) {
  SynthesisRequest request{"module t(input a, b, output y); assign y = a & b; endmodule\n", "t", true, ""};
  const SynthesisResult first = synthesize(request, "t");
  const SynthesisResult again = synthesize(request, "t");
  EXPECT_FALSE(first.cached);
  EXPECT_TRUE(again.cached);
  EXPECT_EQ(to_json(first)["fpga"], to_json(again)["fpga"]);
  EXPECT_EQ(to_json(first)["asic"], to_json(again)["asic"]);
  request.systemverilog += "// another content\n";
  EXPECT_FALSE(synthesize(request, "t").cached);
}

TEST_F(Synthesis, TakesALibertyFile) {
  const SynthesisRequest request{
      "module t(input a, b, output y); assign y = ~(a & b); endmodule\n", "t", true,
      "library(three) {\n"
      "  cell(BUF) { area: 2; pin(A) { direction: input; } pin(Y) { direction: output; function: \"A\"; } }\n"
      "  cell(INV) { area: 1; pin(A) { direction: input; } pin(Y) { direction: output; function: \"A'\"; } }\n"
      "  cell(NAND2) { area: 3; pin(A) { direction: input; } pin(B) { direction: input; }\n"
      "    pin(Y) { direction: output; function: \"(A * B)'\"; } }\n"
      "  cell(DFF) { area: 9; ff(IQ, IQN) { clocked_on: C; next_state: D; }\n"
      "    pin(C) { direction: input; clock: true; } pin(D) { direction: input; }\n"
      "    pin(Q) { direction: output; function: \"IQ\"; } }\n}\n"};
  const SynthesisResult result = synthesize(request, "t");
  EXPECT_EQ(result.asic.liberty_area, 3.0);
  EXPECT_EQ(synthesize(request, "t").asic.liberty_area, 3.0);  // from the cache
}

TEST_F(Synthesis, MistakesAreNamed) {
  EXPECT_THAT(message_of({"module t(input a, output y; endmodule\n", "t", true, ""}),
              testing::HasSubstr("circuit.v: Yosys does not accept it; "));
  EXPECT_THAT(message_of({"module t; endmodule\n", "u", true, ""}), testing::HasSubstr("Yosys does not accept it"));
  EXPECT_THAT(message_of({"module t; endmodule\n", "t; exec -- ls", true, ""}),
              testing::HasSubstr("'t; exec -- ls' is no name of a module"));
}

}  // namespace
}  // namespace faultline::cost
