#include "rtl/generator/element_module.h"

#include <string>

#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

constexpr const char* kOperandStationary = R"(// Processing element, @held@-stationary.
//
// The @held@ stays: while shift is 1 it moves south through @held@_next, and where load passes it is taken over.
// The @moving@ travels east, the partial sum south. A product counts only where both operands are valid.
module systolic_pe @parameter@(
    input  logic               clock,
    input  logic               reset,  // synchronous: @reset_comment@
@bypass_port@    // from the west
    input  logic signed [7:0]  @moving@_in,
    input  logic               @moving@_valid_in,
    input  logic               load_in,
    // from the north
    input  logic signed [7:0]  @held@_next_in,
    input  logic               @held@_next_valid_in,
    input  logic signed [31:0] psum_in,
    input  logic               shift,  // one bit for the whole column
    // to the east
    output logic signed [7:0]  @moving@,
    output logic               @moving@_valid,
    output logic               load,
    // to the south
    output logic signed [7:0]  @held@_next,
    output logic               @held@_next_valid,
    output logic signed [31:0] psum
);
  logic signed [7:0]  @held@;
  logic               @held@_valid;
  logic signed [15:0] product;
@bypass_register@
  systolic_multiplier @kind@u_multiplier (
      .activation(@activation@),
      .weight(@weight@),
      .product(product)
  );

  always_ff @(posedge clock) begin
    if (reset) begin
      @moving@ <= 8'sd0;
      @moving@_valid <= 1'b0;
      load <= 1'b0;
      @held@_next <= 8'sd0;
      @held@_next_valid <= 1'b0;
      @held@ <= 8'sd0;
      @held@_valid <= 1'b0;
      psum <= 32'sd0;
@bypass_reset@    end else begin
      @moving@ <= @moving@_in;
      @moving@_valid <= @moving@_valid_in;
      load <= load_in;
      if (shift) begin
        @held@_next <= @held@_next_in;
        @held@_next_valid <= @held@_next_valid_in;
      end
      if (load_in) begin
        @held@ <= @held@_next;
        @held@_valid <= @held@_next_valid;
      end
      psum <= psum_in + (@moving@_valid_in && @held@_valid@not_bypassed@ ? 32'(product) : 32'sd0);
    end
  end
endmodule
)";

constexpr const char* kOutputStationary = R"(// Processing element, output-stationary.
//
// Activations travel east, weights south; the sum of their products stays in accumulator until the column drains. A
// product counts only where both operands are valid.
module systolic_pe @parameter@(
    input  logic               clock,
    input  logic               reset,  // synchronous: @reset_comment@
@bypass_port@    // from the west
    input  logic signed [7:0]  activation_in,
    input  logic               activation_valid_in,
    // from the north
    input  logic signed [7:0]  weight_in,
    input  logic               weight_valid_in,
    input  logic signed [31:0] accumulator_in,
    input  logic               drain,  // one bit for the whole column
    // to the east
    output logic signed [7:0]  activation,
    output logic               activation_valid,
    // to the south
    output logic signed [7:0]  weight,
    output logic               weight_valid,
    output logic signed [31:0] accumulator
);
  logic signed [15:0] product;
@bypass_register@
  systolic_multiplier @kind@u_multiplier (
      .activation(activation_in),
      .weight(weight_in),
      .product(product)
  );

  always_ff @(posedge clock) begin
    if (reset) begin
      activation <= 8'sd0;
      activation_valid <= 1'b0;
      weight <= 8'sd0;
      weight_valid <= 1'b0;
      accumulator <= 32'sd0;
@bypass_reset@    end else begin
      activation <= activation_in;
      activation_valid <= activation_valid_in;
      weight <= weight_in;
      weight_valid <= weight_valid_in;
      if (drain) begin
        accumulator <= accumulator_in;
      end else if (activation_valid_in && weight_valid_in@not_bypassed@) begin
        accumulator <= accumulator + 32'(product);
      end
    end
  end
endmodule
)";

std::string text_of(hw::Dataflow dataflow) {
  switch (dataflow) {
    case hw::Dataflow::kWeightStationary:
      return fill_template(
          kOperandStationary,
          {{"moving", "activation"}, {"held", "weight"}, {"activation", "activation_in"}, {"weight", "weight"}});
    case hw::Dataflow::kInputStationary:
      return fill_template(
          kOperandStationary,
          {{"moving", "weight"}, {"held", "activation"}, {"activation", "activation"}, {"weight", "weight_in"}});
    case hw::Dataflow::kOutputStationary:
      return kOutputStationary;
  }
  return {};
}

}  // namespace

SourceFile element_module(const hw::GridConfig& config) {
  const bool differ = !config.regions.empty();
  const bool bypass = config.bypass.has_value();
  return {"systolic_pe.sv",
          fill_template(
              text_of(config.dataflow),
              {{"parameter", differ ? "#(\n    parameter logic [7:0] MULTIPLIER = 8'd0\n) " : ""},
               {"kind", differ ? "#(\n      .KIND(MULTIPLIER)\n  ) " : ""},
               {"reset_comment", bypass ? "every register but bypass to 0" : "every register to 0"},
               {"bypass_port", bypass ? "    input  logic               faulty,  // what bypass resets to\n" : ""},
               {"bypass_register", bypass ? "  logic               bypass;  // nothing is added to the sum\n" : ""},
               {"bypass_reset", bypass ? "      bypass <= faulty;\n" : ""},
               {"not_bypassed", bypass ? " && !bypass" : ""}})};
}

}  // namespace faultline::rtl
