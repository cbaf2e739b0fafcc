#include "rtl/generator/weight_check_module.h"

#include <utility>

#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

constexpr const char* kRangeCheck =
    R"(// Lets the weights from `low` to `high` pass; any other is 0.
module systolic_weight_check #(
    parameter int LANES = @lanes@
) (
    input  logic [8*LANES-1:0] weight,  // signed
    input  logic signed [7:0]  low,
    input  logic signed [7:0]  high,
    output logic [8*LANES-1:0] passed
);
  for (genvar l = 0; l < LANES; l++) begin : lane
    logic signed [7:0] value;
    assign value = weight[8*l+:8];
    assign passed[8*l+:8] = value < low || value > high ? 8'd0 : value;
  end
endmodule
)";

constexpr const char* kBitsCheck =
    R"(// The upper bits of a weight, those that are 1 in `low`, become what the lowest of them is.
module systolic_weight_check #(
    parameter int LANES = @lanes@
) (
    input  logic [8*LANES-1:0] weight,
    input  logic [7:0]         low,
    output logic [8*LANES-1:0] passed
);
  logic [7:0] lowest;
  assign lowest = low & ~{low[6:0], 1'b0};

  for (genvar l = 0; l < LANES; l++) begin : lane
    logic negative;
    assign negative = |(weight[8*l+:8] & lowest);
    assign passed[8*l+:8] = negative ? weight[8*l+:8] | low : weight[8*l+:8] & ~low;
  end
endmodule
)";

constexpr const char* kCheckPorts = R"(    // the weights of the layer that is computed
    input  logic [7:0]                check_low,
)";
constexpr const char* kHighPort = "    input  logic [7:0]                check_high,\n";

constexpr const char* kInstance = R"(  logic [8*LANES-1:0] passed;
  systolic_weight_check #(
      .LANES(LANES)
  ) u_check (
      .weight(read_data),
      .low(check_low),
@high@      .passed(passed)
  );

)";

constexpr const char* kConnections = "      .check_low(command.low),\n";
constexpr const char* kHighConnection = "      .check_high(command.high),\n";

bool has_high(const hw::ProtectionConfig& protection) {
  return protection.weight_check && protection.weight_check->mode == hw::WeightCheck::Mode::kRange;
}

}  // namespace

std::string if_weight_check(const hw::ProtectionConfig& protection, const std::string& text) {
  return protection.weight_check ? text : "";
}

std::vector<SourceFile> weight_check_modules(const hw::AcceleratorConfig& config) {
  if (!config.protection.weight_check) {
    return {};
  }
  const bool by_row = config.grid.dataflow == hw::Dataflow::kInputStationary;
  const int lanes = by_row ? config.grid.rows : config.grid.columns;
  return {{"systolic_weight_check.sv",
           fill_template(has_high(config.protection) ? kRangeCheck : kBitsCheck, {{"lanes", std::to_string(lanes)}})}};
}

std::string with_weight_check(std::string text, const hw::ProtectionConfig& protection) {
  const auto with_high = [&](const char* common, const char* high) {
    return if_weight_check(protection, common) + (has_high(protection) ? high : "");
  };
  text = fill_template(std::move(text), {{"check_ports", with_high(kCheckPorts, kHighPort)},
                                         {"u_check", if_weight_check(protection, kInstance)},
                                         {"check_connections", with_high(kConnections, kHighConnection)}});
  return fill_template(std::move(text), {{"high", has_high(protection) ? "      .high(check_high),\n" : ""}});
}

}  // namespace faultline::rtl
