#include "rtl/generator/sm_modules.h"

namespace faultline::rtl {
namespace {

constexpr const char* kControl = R"(// What travels beside the data of one stage of a pipeline.
//
// Everything but valid holds while nothing valid comes.
module sm_pipeline_control (
    input  logic             clock,
    input  logic             reset,   // synchronous: every register to 0
    input  logic             enable,
    input  sm_pkg::control_t previous,
    output sm_pkg::control_t control
);
  logic                     valid;
  logic [5:0]               warp;
  logic [5:0]               opcode;
  logic [5:0]               destination;
  logic [2:0]               modifier;
  logic [4:0]               beat;
  logic [sm_pkg::LANES-1:0] mask;

  always_ff @(posedge clock) begin
    if (reset) begin
      valid <= 1'b0;
      warp <= 6'd0;
      opcode <= 6'd0;
      destination <= 6'd0;
      modifier <= 3'd0;
      beat <= 5'd0;
      mask <= '0;
    end else if (enable) begin
      valid <= previous.valid;
      if (previous.valid) begin
        warp <= previous.warp;
        opcode <= previous.opcode;
        destination <= previous.destination;
        modifier <= previous.modifier;
        beat <= previous.beat;
        mask <= previous.mask;
      end
    end
  end

  assign control = {valid, warp, opcode, destination, modifier, beat, mask};
endmodule
)";

constexpr const char* kPipeline =
    R"(// Multiply-add pipeline of one partition: a stage of operands, one of products, then stages that carry the sum.
//
// It moves while enable is 1. What the last stage holds is written back. Lane 0 of a vector lies in its lowest bits.
module sm_mac_pipeline #(
    parameter int RESULTS = 1  // stages that carry the sum
) (
    input  logic                        clock,
    input  logic                        reset,   // synchronous: every register to 0
    input  logic                        enable,
    // a beat of an instruction
    input  sm_pkg::control_t            beat,
    input  logic [32*sm_pkg::LANES-1:0] a,
    input  logic [32*sm_pkg::LANES-1:0] b,
    input  logic [32*sm_pkg::LANES-1:0] c,
    input  logic [32*sm_pkg::LANES-1:0] d,
    // its results, from registers
    output sm_pkg::control_t            result,
    output logic [32*sm_pkg::LANES-1:0] result_value
);
  sm_pkg::control_t operands, products;

  sm_pipeline_control u_operands (
      .clock(clock),
      .reset(reset),
      .enable(enable),
      .previous(beat),
      .control(operands)
  );
  sm_pipeline_control u_products (
      .clock(clock),
      .reset(reset),
      .enable(enable),
      .previous(operands),
      .control(products)
  );

  logic [32*sm_pkg::LANES-1:0] sum;
  for (genvar l = 0; l < sm_pkg::LANES; l++) begin : lane
    sm_mac_lane u_lane (
        .clock(clock),
        .reset(reset),
        .take_operands(enable && beat.valid),
        .a_in(a[32*l+:32]),
        .b_in(b[32*l+:32]),
        .c_in(c[32*l+:32]),
        .d_in(d[32*l+:32]),
        .take_products(enable && operands.valid),
        .operands_opcode(operands.opcode),
        .products_opcode(products.opcode),
        .result(sum[32*l+:32])
    );
  end

  for (genvar s = 0; s < RESULTS; s++) begin : stage
    // what enters this stage, and what it holds
    logic [sm_pkg::CONTROL-1:0]  previous, control;
    logic [32*sm_pkg::LANES-1:0] value_in, value_out;
    logic                        takes;
    assign takes = enable && previous[sm_pkg::CONTROL-1];  // its valid bit
    if (s == 0) begin : from_products
      assign previous = products;
      assign value_in = sum;
    end else begin : from_stage
      assign previous = stage[s-1].control;
      assign value_in = stage[s-1].value_out;
    end

    sm_pipeline_control u_control (
        .clock(clock),
        .reset(reset),
        .enable(enable),
        .previous(previous),
        .control(control)
    );

    for (genvar l = 0; l < sm_pkg::LANES; l++) begin : lane
      logic [31:0] value;
      always_ff @(posedge clock) begin
        if (reset) value <= 32'd0;
        else if (takes) value <= value_in[32*l+:32];
      end
      assign value_out[32*l+:32] = value;
    end
  end

  assign result       = stage[RESULTS-1].control;
  assign result_value = stage[RESULTS-1].value_out;
endmodule
)";

}  // namespace

SourceFile sm_pipeline_control_module() {
  return {"sm_pipeline_control.sv", kControl};
}

SourceFile sm_mac_pipeline_module() {
  return {"sm_mac_pipeline.sv", kPipeline};
}

}  // namespace faultline::rtl
