#include <chrono>
#include <cstring>
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

/// One module around all members, so that a single build serves them all: word i of `products` is member i's.
std::string top_module(const std::vector<GeneratedMultiplier>& multipliers) {
  std::string text = fmt::format("module top (input logic [15:0] activation, weight, output logic [{}:0] products);\n",
                                 32 * multipliers.size() - 1);
  for (size_t i = 0; i < multipliers.size(); ++i) {
    const int bits = multipliers[i].bits;
    text += fmt::format(
        "  logic [{0}:0] p{1};\n  {2} u{1} (activation[{3}:0], weight[{3}:0], p{1});\n"
        "  assign products[{4} +: 32] = 32'(p{1});\n",
        2 * bits - 1, i, multipliers[i].module_name(), bits - 1, 32 * i);
  }
  return text + "endmodule\n";
}

/// Reads pairs of 32-bit operands from the file `operands` and writes the words of the products to the file `products`.
const char* const kHarness = R"(#include <cstdio>
#include "Vtop.h"
int main() {
  VerilatedContext context;
  Vtop top{&context};
  std::FILE* operands = std::fopen("operands", "rb");
  std::FILE* products = std::fopen("products", "wb");
  unsigned pair[2];
  while (std::fread(pair, sizeof pair, 1, operands) == 1) {
    top.activation = pair[0];
    top.weight = pair[1];
    top.eval();
    std::fwrite(&top.products[0], sizeof top.products, 1, products);
  }
  return std::fclose(products);
}
)";

struct Pair {
  uint32_t activation;
  uint32_t weight;
};

/// All pairs of 8-bit operands, which are pairs of small 16-bit operands too, then extremes and a sample of the latter.
std::vector<Pair> operand_pairs() {
  std::vector<Pair> pairs;
  for (uint32_t pair = 0; pair < 65536; ++pair) {
    pairs.push_back({pair & 255, pair >> 8});
  }
  for (const uint32_t a : {0U, 1U, 0x7fffU, 0x8000U, 0x8001U, 0xffffU}) {
    for (const uint32_t w : {0U, 1U, 0x7fffU, 0x8000U, 0x8001U, 0xffffU}) {
      pairs.push_back({a, w});
    }
  }
  constexpr uint64_t kSeed = 2027;
  CounterRandom random(kSeed, 0);
  const auto any = [&random] { return static_cast<uint32_t>(random.uniform(65536) >> random.uniform(16)); };
  for (int i = 0; i < 20000; ++i) {
    pairs.push_back({any(), any()});
  }
  return pairs;
}

/// The words that the Verilated members give for the pairs, pair by pair; nothing where Verilator fails.
std::vector<uint32_t> verilated_products(const std::vector<GeneratedMultiplier>& multipliers,
                                         const std::vector<Pair>& pairs) {
  const process::ScratchFolder folder;
  std::string source;
  for (const GeneratedMultiplier& multiplier : multipliers) {
    source += multiplier.systemverilog();
  }
  folder.write("top.sv", source + top_module(multipliers));
  folder.write("main.cpp", kHarness);
  folder.write("operands", {reinterpret_cast<const char*>(pairs.data()), pairs.size() * sizeof(Pair)});
  const auto build =
      run_child({"verilator", "--cc", "--exe", "--build", "-Wno-fatal", "-Wno-DECLFILENAME", "--top-module", "top",
                 "-MAKEFLAGS", "OPT_FAST=-O1 OPT_GLOBAL=-O0 OPT_SLOW=-O0", "top.sv", "main.cpp"},
                folder.path(), kLimit);
  EXPECT_EQ(build.status, 0) << build.output;
  const auto run = run_child({"./obj_dir/Vtop"}, folder.path(), kLimit);
  EXPECT_EQ(run.status, 0) << run.output;
  const std::string bytes = process::read_text(folder.path() / "products");
  std::vector<uint32_t> words(bytes.size() / sizeof(uint32_t));
  std::memcpy(words.data(), bytes.data(), words.size() * sizeof(uint32_t));
  return words;
}

TEST(GeneratedRtl, EqualsTheModelForAllOperandPairs) {
  if (!process::on_path("verilator")) {
    GTEST_SKIP() << "verilator is not installed";
  }
  const std::vector<GeneratedMultiplier> multipliers = members();
  const std::vector<Pair> pairs = operand_pairs();
  const std::vector<uint32_t> products = verilated_products(multipliers, pairs);
  ASSERT_EQ(products.size(), multipliers.size() * pairs.size());
  for (size_t i = 0; i < multipliers.size(); ++i) {
    const GeneratedMultiplier& multiplier = multipliers[i];
    const auto model = multiplier.model();
    uint64_t different = 0;
    std::string first;
    for (size_t pair = 0; pair < pairs.size(); ++pair) {
      const auto [activation, weight] = pairs[pair];
      const uint64_t expected =
          pattern(model(operand(activation, multiplier), operand(weight, multiplier)), 2 * multiplier.bits);
      const uint32_t product = products[pair * multipliers.size() + i];
      if (product != expected && ++different == 1) {
        first = fmt::format("{} x {}: RTL {}, model {}", activation, weight, product, expected);
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
