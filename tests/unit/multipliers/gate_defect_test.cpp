#include "sim/multiplier/gate_defect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/user_error.h"
#include "sim/process/child_process.h"

namespace faultline::multiplier {
namespace {

class GateDefect : public testing::Test {
 protected:
  void SetUp() override {
    if (!process::on_path("yosys")) {
      GTEST_SKIP() << "yosys is not installed";
    }
  }
};

hw::GeneratedMultiplier member(const char* family, bool is_signed) {
  hw::GeneratedMultiplier multiplier = standard_multiplier(*hw::find_multiplier_family(family));
  multiplier.is_signed = is_signed;
  return multiplier;
}

TEST_F(GateDefect, SoundGatesHaveTheModelsProducts) {
  for (const auto& [family, is_signed] : {std::pair{"dadda_momeni", true}, {"booth", true}, {"drum", false}}) {
    const hw::GeneratedMultiplier multiplier = member(family, is_signed);
    EXPECT_EQ(tabulate(gates_of(multiplier), {}).products, tabulate(multiplier).products) << family;
  }
}

TEST_F(GateDefect, PortsStickAsTheirNamesSay) {
  const hw::GeneratedMultiplier multiplier = member("truncated", true);
  const auto model = multiplier.model();
  const GateCircuit circuit = gates_of(multiplier);
  const ProductTable output = tabulate(circuit, stuck_net(circuit, "product[15]", false));
  const ProductTable input = tabulate(circuit, stuck_net(circuit, "activation[6]", true));
  for (int a = 0; a < 256; ++a) {
    for (int w = 0; w < 256; ++w) {
      ASSERT_EQ(output.product(a, w), model(output.operand(a), output.operand(w)) & 0x7fff);
      ASSERT_EQ(input.product(a, w), model(input.operand(a | 0x40), input.operand(w)));
    }
  }
}

/// Without the defect a net has one of the two values for each pair of operands, so one of the two tables is right
/// there.
TEST_F(GateDefect, EveryNetIsRightAtOneOfItsValues) {
  const hw::GeneratedMultiplier multiplier = member("broken_array", true);
  const GateCircuit circuit = gates_of(multiplier);
  const ProductTable sound = tabulate(multiplier);
  const nlohmann::ordered_json listed = nets_json(circuit)["nets"];
  int tables_that_differ = 0;
  for (const nlohmann::ordered_json& net : listed) {
    const ProductTable at0 = tabulate(circuit, stuck_net(circuit, net["net"], false));
    const ProductTable at1 = tabulate(circuit, stuck_net(circuit, net["net"], true));
    tables_that_differ += (at0.products != sound.products) + (at1.products != sound.products);
    for (size_t i = 0; i < ProductTable::kEntries; ++i) {
      ASSERT_TRUE(at0.products[i] == sound.products[i] || at1.products[i] == sound.products[i]) << net.dump();
    }
  }
  EXPECT_GT(listed.size(), 100U);
  EXPECT_GT(tables_that_differ, static_cast<int>(listed.size()));
}

TEST_F(GateDefect, MistakesAreNamed) {
  const GateCircuit circuit = gates_of(member("perforated", true));
  try {
    stuck_net(circuit, "0", true);
    FAIL();
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(),
                 "--net: perforated:first=0,rows=2 has no net '0'; give one that `faultline multiplier nets` lists");
  }
  const hw::GeneratedMultiplier wide{hw::find_multiplier_family("perforated"), {0, 2}, 12, true};
  try {
    tabulate(gates_of(wide), {});
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("multiplies operands of 12 bits; give a circuit of 8-bit operands"));
  }
}

}  // namespace
}  // namespace faultline::multiplier
