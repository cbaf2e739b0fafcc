#include "rtl/generator/multiplier_module.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "rtl/generator/rtl_error.h"
#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

constexpr const char* kExact = R"(// product = activation * weight, signed.
module @module@ (
    input  logic signed [7:0]  activation,
    input  logic signed [7:0]  weight,
    output logic signed [15:0] product
);
  assign product = activation * weight;
endmodule
)";

// One packed constant: Yosys 0.23 has no unpacked constants, and Verilator keeps one copy for all instances.
constexpr const char* kTable = R"(// product = PRODUCTS[weight][activation], both operands as unsigned bytes.
module @module@ (
    input  logic signed [7:0]  activation,
    input  logic signed [7:0]  weight,
    output logic signed [15:0] product
);
  // One line for each weight, 8'hff first; in it 256 products, that of activation 8'hff first.
  localparam logic [1048575:0] PRODUCTS = {
@products@
  };

  logic [19:0] position;
  assign position = {weight, activation, 4'b0000};
  assign product  = PRODUCTS[position+:16];
endmodule
)";

// Elements whose multipliers differ: KIND says which.
constexpr const char* kChoice = R"(
module systolic_multiplier #(
    parameter logic [7:0] KIND = 8'd0
) (
    input  logic signed [7:0]  activation,
    input  logic signed [7:0]  weight,
    output logic signed [15:0] product
);
@kinds@endmodule
)";

constexpr const char* kKind = R"(  if (KIND == 8'd@number@) begin : kind_@number@
    systolic_multiplier_@number@ u_circuit (
        .activation(activation),
        .weight(weight),
        .product(product)
    );
  end
)";

std::string table_lines(const hw::Multiplier& multiplier) {
  std::string lines;
  for (int weight = 255; weight >= 0; --weight) {
    lines += "    4096'h";
    for (int activation = 255; activation >= 0; --activation) {
      const int16_t product = multiplier.product(static_cast<int8_t>(activation), static_cast<int8_t>(weight));
      fmt::format_to(std::back_inserter(lines), "{:04x}", static_cast<uint16_t>(product));
    }
    lines += weight > 0 ? ",\n" : "";
  }
  return lines;
}

/// How many elements each kind serves: kind 0 is the array's own multiplier, kind i that of region i - 1.
std::vector<int> elements_of_kinds(const hw::GridConfig& config) {
  std::vector<int> count(config.regions.size() + 1);
  for (int row = 0; row < config.rows; ++row) {
    for (int column = 0; column < config.columns; ++column) {
      ++count[static_cast<size_t>(multiplier_kind(config, row, column))];
    }
  }
  return count;
}

void check_tables(const hw::GridConfig& config, const std::vector<int>& elements) {
  int tables = 0;
  std::string name;
  for (size_t kind = 0; kind < elements.size(); ++kind) {
    const hw::Multiplier& multiplier = kind == 0 ? config.multiplier : config.regions[kind - 1].multiplier;
    if (is_table(multiplier)) {
      tables += elements[kind];
      name = multiplier.name();
    }
  }
  if (tables > kMostTableElements) {
    throw RtlError(
        fmt::format("{} is a table, too large as a memory in each of {} processing elements", name, tables),
        fmt::format("take a generated family, or an array of at most {} elements, such as 16x16", kMostTableElements));
  }
}

}  // namespace

std::string multiplier_text(const hw::Multiplier& multiplier, const std::string& module) {
  if (multiplier.module()) {
    return multiplier.module()(module);
  }
  return fill_template(multiplier.exact() ? kExact : kTable,
                       {{"module", module}, {"products", multiplier.exact() ? "" : table_lines(multiplier)}});
}

bool is_table(const hw::Multiplier& multiplier) {
  return !multiplier.module() && !multiplier.exact();
}

int multiplier_kind(const hw::GridConfig& config, int row, int column) {
  const auto own = std::find_if(config.regions.rbegin(), config.regions.rend(),
                                [&](const hw::MultiplierRegion& region) { return region.holds(row, column); });
  return static_cast<int>(config.regions.rend() - own);
}

SourceFile multiplier_module(const hw::GridConfig& config) {
  constexpr const char* kFile = "systolic_multiplier.sv";
  check_tables(config, elements_of_kinds(config));
  if (config.regions.empty()) {
    return {kFile, multiplier_text(config.multiplier, "systolic_multiplier")};
  }
  if (config.regions.size() > kMostRegions) {
    throw RtlError(fmt::format("{} regions have multipliers of their own", config.regions.size()),
                   fmt::format("give at most {}", kMostRegions));
  }
  std::string text =
      "// verilator lint_off DECLFILENAME\n" + multiplier_text(config.multiplier, "systolic_multiplier_0");
  std::string kinds = fill_template(kKind, {{"number", "0"}});
  for (size_t kind = 1; kind <= config.regions.size(); ++kind) {
    const std::string number = std::to_string(kind);
    text += "\n" + multiplier_text(config.regions[kind - 1].multiplier, "systolic_multiplier_" + number);
    kinds += fill_template(kKind, {{"number", number}});
  }
  return {kFile, text + "// verilator lint_on DECLFILENAME\n" + fill_template(kChoice, {{"kinds", kinds}})};
}

}  // namespace faultline::rtl
