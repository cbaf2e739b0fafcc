#include <string>

#include <fmt/format.h>

#include "hw/gpu/mac_arithmetic.h"
#include "rtl/generator/multiplier_module.h"
#include "rtl/generator/rtl_error.h"
#include "rtl/generator/sm_modules.h"
#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

constexpr const char* kLane = R"(// Lane of the multiply-add pipeline: operands, then products, then their sum.
//
// DP4A and IMAD8 use four 8-bit multipliers, every other operation one exact 32-bit multiplier.
module sm_mac_lane (
    input  logic        clock,
    input  logic        reset,            // synchronous: every register to 0
    // operands
    input  logic        take_operands,
    input  logic [31:0] a_in,
    input  logic [31:0] b_in,
    input  logic [31:0] c_in,
    input  logic [31:0] d_in,
    // products
    input  logic        take_products,
    input  logic [5:0]  operands_opcode,  // of the operands that are held
    // their sum, combinational
    input  logic [5:0]  products_opcode,  // of the products that are held
    output logic [31:0] result
);
  logic signed [31:0] a;
  logic signed [31:0] b;
  logic        [31:0] c;
  logic        [31:0] d;
  logic signed [63:0] wide;
  logic        [31:0] addend;
  logic        [5:0]  shift;

  logic byte_products;
  assign byte_products = operands_opcode == sm_pkg::IMAD8 || operands_opcode == sm_pkg::DP4A;

  logic signed [63:0] wide_product;
  assign wide_product = a * b;

  for (genvar k = 0; k < @products@; k++) begin : multiplier
    logic signed [15:0] product;
    logic signed [15:0] partial;

    sm_multiplier u_multiplier (
        .activation(a[8*k+:8]),
        .weight(b[8*k+:8]),
        .product(product)
    );

    always_ff @(posedge clock) begin
      if (reset) partial <= 16'sd0;
      else if (take_products && byte_products) partial <= product;
    end
  end

  always_ff @(posedge clock) begin
    if (reset) begin
      a <= 32'sd0;
      b <= 32'sd0;
      c <= 32'd0;
      d <= 32'd0;
      wide <= 64'sd0;
      addend <= 32'd0;
      shift <= 6'd0;
    end else begin
      if (take_operands) begin
        a <= a_in;
        b <= b_in;
        c <= c_in;
        d <= d_in;
      end
      if (take_products) begin
        addend <= c;
        shift <= d[5:0];
        if (!byte_products) wide <= wide_product;
      end
    end
  end

  logic [31:0] first, others, requantised, sum;
  assign first  = 32'(multiplier[0].partial);
  assign others = @others@;

  sm_requantiser u_requantiser (
      .product(wide),
      .addend(addend),
      .shift(shift),
      .result(requantised)
  );

  always_comb begin
    case (products_opcode)
      sm_pkg::DP4A:  sum = addend + first + others;
      sm_pkg::IMAD8: sum = addend + first;
      sm_pkg::REQ:   sum = requantised;
      default:       sum = addend + wide[31:0];
    endcase
  end
  assign result = sum;

  // A shift has six bits.
  logic unused;
  assign unused = &{1'b0, d[31:6]};
endmodule
)";

constexpr const char* kRequantiser =
    R"(// (product + addend) / 2^shift, to nearest, ties to even, limited to +-2^20. Combinational.
module sm_requantiser (
    input  logic signed [63:0] product,
    input  logic signed [31:0] addend,
    input  logic        [5:0]  shift,
    output logic        [31:0] result
);
  localparam logic signed [63:0] LIMIT = 64'sd1048576;

  logic signed [63:0] sum, truncated, rounded, limited;
  assign sum       = product + 64'(addend);
  assign truncated = sum >>> shift;

  // What is shifted out, in the highest bits; half of a unit is 1 and zeros.
  logic [63:0] lost;
  logic        round_up;
  assign lost     = shift == 6'd0 ? 64'd0 : sum << (7'd64 - {1'b0, shift});
  assign round_up = lost[63] && (lost[62:0] != 63'd0 || truncated[0]);
  assign rounded  = truncated + (round_up ? 64'sd1 : 64'sd0);

  assign limited = rounded > LIMIT ? LIMIT : rounded < -LIMIT ? -LIMIT : rounded;
  assign result  = limited[31:0];

  // What is limited has 22 bits.
  logic unused;
  assign unused = &{1'b0, limited[63:32]};
endmodule
)";

/// The sum of the products after the first.
std::string others() {
  std::string text;
  for (size_t k = 1; k < hw::gpu::MacTerms::kProducts; ++k) {
    text += fmt::format("{}32'(multiplier[{}].partial)", k > 1 ? " + " : "", k);
  }
  return text;
}

}  // namespace

SourceFile sm_multiplier_module(const hw::gpu::SmConfig& config) {
  const int count = config.partitions * config.lanes * static_cast<int>(hw::gpu::MacTerms::kProducts);
  if (is_table(config.multiplier) && count > kMostTableElements) {
    throw RtlError(
        fmt::format("{} is a table, too large as a memory in each of {} multipliers", config.multiplier.name(), count),
        fmt::format("take a generated family, or at most {} lanes",
                    static_cast<size_t>(kMostTableElements) / hw::gpu::MacTerms::kProducts));
  }
  return {"sm_multiplier.sv", multiplier_text(config.multiplier, "sm_multiplier")};
}

SourceFile sm_requantiser_module() {
  return {"sm_requantiser.sv", kRequantiser};
}

SourceFile sm_mac_lane_module() {
  return {"sm_mac_lane.sv",
          fill_template(kLane, {{"products", std::to_string(hw::gpu::MacTerms::kProducts)}, {"others", others()}})};
}

}  // namespace faultline::rtl
