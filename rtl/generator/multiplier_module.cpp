#include "rtl/generator/multiplier_module.h"

#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "rtl/generator/rtl_error.h"
#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

constexpr const char* kExact = R"(// product = activation * weight, signed.
module systolic_multiplier (
    input  logic signed [7:0]  activation,
    input  logic signed [7:0]  weight,
    output logic signed [15:0] product
);
  assign product = activation * weight;
endmodule
)";

// One packed constant: Yosys 0.23 has no unpacked constants, and Verilator keeps one copy for all instances.
constexpr const char* kTable = R"(// product = PRODUCTS[weight][activation], both operands as unsigned bytes.
module systolic_multiplier (
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

}  // namespace

SourceFile multiplier_module(const hw::Multiplier& multiplier, int elements) {
  constexpr const char* kFile = "systolic_multiplier.sv";
  if (multiplier.module()) {
    return {kFile, multiplier.module()("systolic_multiplier")};
  }
  if (multiplier.exact()) {
    return {kFile, kExact};
  }
  if (elements > kMostTableElements) {
    throw RtlError(
        fmt::format("{} is a table, too large as a memory in each of {} processing elements", multiplier.name(),
                    elements),
        fmt::format("take a generated family, or an array of at most {} elements, such as 16x16", kMostTableElements));
  }
  return {kFile, fill_template(kTable, {{"products", table_lines(multiplier)}})};
}

}  // namespace faultline::rtl
