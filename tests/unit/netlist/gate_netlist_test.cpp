#include "sim/netlist/gate_netlist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/user_error.h"
#include "sim/netlist/switching_energy.h"
#include "sim/process/child_process.h"

namespace faultline::netlist {
namespace {

class Gates : public testing::Test {
 protected:
  void SetUp() override {
    if (!process::on_path("yosys")) {
      GTEST_SKIP() << "yosys is not installed";
    }
  }

  static std::string message_of(const std::string& circuit) {
    try {
      synthesize_gates(circuit, "", "circuit.v");
    } catch (const UserError& error) {
      return error.what();
    }
    return "no error";
  }
};

constexpr const char* kSelect =
    "module t(input [1:0] d, input s, output y, output one); wire both = d[0] & d[1];\n"
    "assign y = s ? both : d[0] ^ d[1]; assign one = 1'b1; endmodule\n";

/// Word bit i is pattern i: bits of i are d[0], d[1] and s.
GateNetlist::Values all_patterns(const GateNetlist& circuit) {
  GateNetlist::Values values(circuit.net_names().size());
  values[circuit.find_net("d[0]").value()] = 0b10101010;
  values[circuit.find_net("d[1]").value()] = 0b11001100;
  values[circuit.find_net("s").value()] = 0b11110000;
  return values;
}

TEST_F(Gates, ComputeWhatTheSourceSays) {
  const GateNetlist circuit = synthesize_gates(kSelect, "t", "t");
  EXPECT_THAT(circuit.ports(), testing::SizeIs(4));
  GateNetlist::Values values = all_patterns(circuit);
  circuit.evaluate(values);
  EXPECT_EQ(values[circuit.find_net("y").value()] & 0xff, 0b10000110U);
  EXPECT_EQ(values[circuit.ports()[3].nets[0]], ~uint64_t{0});
}

TEST_F(Gates, AStuckNetIsReadByAllItFeeds) {
  const GateNetlist circuit = synthesize_gates(kSelect, "t", "t");
  const struct {
    const char* net;
    bool value;
    uint64_t y;
  } cases[] = {{"s", true, 0b10001000}, {"s", false, 0b01100110}, {"y", true, 0xff}, {"d[1]", false, 0b00001010}};
  for (const auto& stuck : cases) {
    GateNetlist::Values values = all_patterns(circuit);
    circuit.evaluate(values, StuckNet{circuit.find_net(stuck.net).value(), stuck.value});
    EXPECT_EQ(values[circuit.find_net("y").value()] & 0xff, stuck.y) << stuck.net;
  }
}

TEST_F(Gates, RegistersAndLoopsAreRefused) {
  EXPECT_THAT(message_of("module t(input a, k, output reg q); always @(posedge k) q <= a; endmodule\n"),
              testing::HasSubstr("circuit.v: has a $_DFF_P_ in it; give a combinational circuit"));
  EXPECT_THAT(message_of("module t(input a, b, output y); assign y = ~(a & (b | y)); endmodule\n"),
              testing::HasSubstr("circuit.v: has a combinational loop; "));
}

/// y = a and b in two of the 64 sequences, (a, b) = 01, 11, 11, 10 and 00, 01, 10, 00: y changes twice, and never.
TEST_F(Gates, SwitchInEachSequenceByItself) {
  const GateNetlist both = synthesize_gates("module t(input a, b, output y); assign y = a & b; endmodule\n", "", "t");
  SwitchingCounter counter(both);
  const uint64_t a[] = {0b00, 0b01, 0b11, 0b01};
  const uint64_t b[] = {0b01, 0b11, 0b01, 0b00};
  const double switched[] = {0, 1.5, 1.5, 3};
  for (size_t i = 0; i < 4; ++i) {
    counter.inputs()[both.find_net("a").value()] = a[i];
    counter.inputs()[both.find_net("b").value()] = b[i];
    counter.step();
    EXPECT_EQ(counter.switched(), switched[i]) << "step " << i;
  }
}

/// An inverter's output changes in half of the random transitions, an AND's in 2 * 1/4 * 3/4 of them.
TEST_F(Gates, SwitchAsOftenAsTheirInputsMakeThem) {
  const GateNetlist inverter = synthesize_gates("module t(input a, output y); assign y = ~a; endmodule\n", "", "t");
  EXPECT_NEAR(switching_energy(inverter), 0.5 * 0.5, 0.01);
  const GateNetlist both = synthesize_gates("module t(input a, b, output y); assign y = a & b; endmodule\n", "", "t");
  EXPECT_NEAR(switching_energy(both), 1.5 * 0.375, 0.01);
}

}  // namespace
}  // namespace faultline::netlist
