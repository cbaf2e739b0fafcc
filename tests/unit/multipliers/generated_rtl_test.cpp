#include <chrono>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "hw/common/counter_random.h"
#include "hw/multipliers/family.h"
#include "sim/process/child_process.h"

namespace faultline::hw {
namespace {

using process::run_child;

constexpr auto kLimit = std::chrono::minutes(5);

/// Every family with its standard parameters, signed and unsigned, and members at the ends of the ranges and between.
std::vector<GeneratedMultiplier> members() {
  std::vector<GeneratedMultiplier> all;
  for (const MultiplierFamily& family : multiplier_families()) {
    GeneratedMultiplier multiplier = standard_multiplier(family);
    all.push_back(multiplier);
    multiplier.is_signed = false;
    all.push_back(multiplier);
    const std::vector<FamilyParameter> parameters = family.parameters(multiplier.bits);
    for (size_t i = 0; i < parameters.size(); ++i) {
      const FamilyParameter& parameter = parameters[i];
      for (const int value : {parameter.low, (parameter.low + 2 * parameter.high) / 3, parameter.high}) {
        if (value != parameter.standard) {
          GeneratedMultiplier other = standard_multiplier(family);
          other.values[i] = value;
          other.is_signed = value != parameter.high;
          all.push_back(other);
        }
      }
    }
    multiplier.is_signed = true;
    multiplier.bits = 16;
    multiplier.values.clear();
    for (const FamilyParameter& parameter : family.parameters(16)) {
      multiplier.values.push_back(parameter.standard);
    }
    all.push_back(multiplier);
  }
  return all;
}

uint64_t pattern(int64_t number, int bits) {
  return static_cast<uint64_t>(number) & ((uint64_t{1} << bits) - 1);
}

int64_t operand(uint64_t bits_of_operand, const GeneratedMultiplier& multiplier) {
  const int64_t value = static_cast<int64_t>(pattern(static_cast<int64_t>(bits_of_operand), multiplier.bits));
  return multiplier.is_signed && (value >> (multiplier.bits - 1)) != 0 ? value - (int64_t{1} << multiplier.bits)
                                                                       : value;
}

/// One module around all members, so that a single build serves them all.
std::string top_module(const std::vector<GeneratedMultiplier>& multipliers) {
  std::string text =
      "module top (input logic [7:0] chosen, input logic [15:0] activation, weight, output logic [31:0] product);\n";
  std::string choice;
  for (size_t i = 0; i < multipliers.size(); ++i) {
    const int bits = multipliers[i].bits;
    text += fmt::format("  logic [{0}:0] p{1};\n  {2} u{1} (activation[{3}:0], weight[{3}:0], p{1});\n", 2 * bits - 1,
                        i, multipliers[i].module_name(), bits - 1);
    choice += fmt::format("    8'd{}: product = 32'(p{});\n", i, i);
  }
  return text + "  always_comb case (chosen)\n" + choice + "    default: product = 0;\n  endcase\nendmodule\n";
}

/// Reads `chosen activation weight` (decimal) from the file `stimulus` and writes the products to `products`.
const char* const kHarness = R"(#include <cstdio>
#include "Vtop.h"
int main() {
  VerilatedContext context;
  Vtop top{&context};
  std::FILE* stimulus = std::fopen("stimulus", "r");
  std::FILE* products = std::fopen("products", "w");
  unsigned chosen, activation, weight;
  while (std::fscanf(stimulus, "%u %u %u", &chosen, &activation, &weight) == 3) {
    top.chosen = chosen; top.activation = activation; top.weight = weight;
    top.eval();
    std::fprintf(products, "%u\n", top.product);
  }
  std::fclose(products);
}
)";

struct Pair {
  uint32_t activation;
  uint32_t weight;
};

/// All pairs of 8-bit operands; for wider ones a random sample, with the extremes.
std::vector<Pair> pairs_for(int bits) {
  std::vector<Pair> pairs;
  if (bits == 8) {
    for (uint32_t pair = 0; pair < 65536; ++pair) {
      pairs.push_back({pair & 255, pair >> 8});
    }
    return pairs;
  }
  const uint32_t top = 1U << (bits - 1);
  for (const uint32_t a : {0U, 1U, top - 1, top, top + 1, 2 * top - 1}) {
    for (const uint32_t w : {0U, 1U, top - 1, top, top + 1, 2 * top - 1}) {
      pairs.push_back({a, w});
    }
  }
  constexpr uint64_t kSeed = 2027;
  CounterRandom random(kSeed, static_cast<uint64_t>(bits));
  for (int i = 0; i < 20000; ++i) {
    // Short operands too: leading ones at every position.
    pairs.push_back({static_cast<uint32_t>(random.uniform(2 * top)) >> random.uniform(static_cast<uint64_t>(bits)),
                     static_cast<uint32_t>(random.uniform(2 * top)) >> random.uniform(static_cast<uint64_t>(bits))});
  }
  return pairs;
}

TEST(GeneratedRtl, EqualsTheModelForAllOperandPairs) {
  if (!process::on_path("verilator")) {
    GTEST_SKIP() << "verilator is not installed";
  }
  const std::vector<GeneratedMultiplier> multipliers = members();
  ASSERT_LT(multipliers.size(), 256U);
  const process::ScratchFolder folder;
  std::string source;
  std::string stimulus;
  for (size_t i = 0; i < multipliers.size(); ++i) {
    source += multipliers[i].systemverilog();
    for (const Pair& pair : pairs_for(multipliers[i].bits)) {
      stimulus += fmt::format("{} {} {}\n", i, pair.activation, pair.weight);
    }
  }
  folder.write("top.sv", source + top_module(multipliers));
  folder.write("main.cpp", kHarness);
  folder.write("stimulus", stimulus);
  const auto build =
      run_child({"verilator", "--cc", "--exe", "--build", "-Wno-fatal", "-Wno-DECLFILENAME", "--top-module", "top",
                 "-MAKEFLAGS", "OPT_FAST=-O1 OPT_GLOBAL=-O0 OPT_SLOW=-O0", "top.sv", "main.cpp"},
                folder.path(), kLimit);
  ASSERT_EQ(build.status, 0) << build.output;
  ASSERT_EQ(run_child({"./obj_dir/Vtop"}, folder.path(), kLimit).status, 0);

  const std::string text = process::read_text(folder.path() / "products");
  const char* cursor = text.c_str();
  for (const GeneratedMultiplier& multiplier : multipliers) {
    const auto model = multiplier.model();
    uint64_t different = 0;
    std::string first;
    for (const Pair& pair : pairs_for(multiplier.bits)) {
      char* end = nullptr;
      const uint64_t product = std::strtoul(cursor, &end, 10);
      ASSERT_NE(cursor, end) << "products are missing from " << multiplier.module_name() << " on";
      cursor = end;
      const uint64_t expected =
          pattern(model(operand(pair.activation, multiplier), operand(pair.weight, multiplier)), 2 * multiplier.bits);
      if (product != expected && ++different == 1) {
        first = fmt::format("{} x {}: RTL {}, model {}", pair.activation, pair.weight, product, expected);
      }
    }
    EXPECT_EQ(different, 0U) << multiplier.module_name() << ": " << first;
  }
}

TEST(GeneratedRtl, IsCleanUnderLint) {
  if (!process::on_path("verilator")) {
    GTEST_SKIP() << "verilator is not installed";
  }
  for (const GeneratedMultiplier& multiplier : members()) {
    const process::ScratchFolder folder;
    const std::string file = multiplier.module_name() + ".sv";
    folder.write(file, multiplier.systemverilog());
    const auto lint = run_child({"verilator", "--lint-only", "-Wall", file}, folder.path(), kLimit);
    EXPECT_EQ(lint.status, 0) << multiplier.name() << "\n" << lint.output;
    EXPECT_EQ(lint.output, "") << multiplier.name();
  }
}

TEST(GeneratedRtl, IsReadAndCheckedByYosys) {
  if (!process::on_path("yosys")) {
    GTEST_SKIP() << "yosys is not installed";
  }
  const process::ScratchFolder folder;
  std::string script;
  for (const GeneratedMultiplier& multiplier : members()) {
    folder.write(multiplier.module_name() + ".sv", multiplier.systemverilog());
    script += fmt::format("read_verilog -sv {}.sv\n", multiplier.module_name());
  }
  // -assert: no latches, undriven or multiply driven nets.
  folder.write("read.ys", script + "proc\ncheck -assert\nselect -assert-none t:$dlatch t:$adlatch t:$dff\n");
  const auto yosys = run_child({"yosys", "-q", "-s", "read.ys"}, folder.path(), kLimit);
  EXPECT_EQ(yosys.status, 0) << yosys.output;
}

}  // namespace
}  // namespace faultline::hw
