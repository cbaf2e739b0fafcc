#include <string>

#include "rtl/generator/accelerator_modules.h"
#include "rtl/generator/feeder_text.h"
#include "rtl/generator/memory_guard.h"
#include "rtl/generator/spare_columns_module.h"
#include "rtl/generator/text_template.h"
#include "rtl/generator/weight_check_module.h"

namespace faultline::rtl {
namespace {

constexpr const char* kWeightFeeder =
    R"(// The weight buffer and the chain of words that reads it for one edge of the grid. Lane l of a word reads the byte at
// the word's address + l, one cycle after lane l - 1.
module systolic_weight_feeder #(
    parameter int LANES     = @lanes@,
    parameter int BUS_BYTES = @bus_bytes@,
    parameter int BYTES     = @bytes@@spare_parameters@
) (
    input  logic                      clock,
    input  logic                      reset,  // synchronous: every register to 0
    // the controller's word
    input  logic                      word_read,
    input  logic                      word_control,
    input  logic [23:0]               word_address,
@check_ports@@column_ports@@dma_ports@@report_port@@edge_ports@);
@u_buffer@
@writers@
  for (genvar l = 0; l < LANES; l++) begin : lane
    logic        read;
    logic        control;
    logic [23:0] address;
    logic        read_in;
    logic        control_in;
    logic [23:0] address_in;

    if (l == 0) begin : head
      assign read_in = word_read;
      assign control_in = word_control;
      assign address_in = word_address;
    end else begin : neighbour
      assign read_in = lane[l-1].read;
      assign control_in = lane[l-1].control;
      assign address_in = lane[l-1].address;
    end

    always_ff @(posedge clock) begin
      if (reset) begin
        read <= 1'b0;
        control <= 1'b0;
        address <= 24'd0;
      end else begin
        read <= read_in;
        control <= control_in;
        address <= address_in;
      end
    end
    assign read_address[34*l+:34] = {10'd0, address} + 34'(l)@less_shift@;
@lane_enable@  end

@u_check@@operands@endmodule
)";

constexpr const char* kShiftParameter = R"(,
    parameter int SHIFT_BITS = @shift_bits@)";

constexpr const char* kLaneShiftPorts =
    R"(    // lanes that bring operands, and how far east of the program's columns they are
    input  logic [LANES-1:0]            used,
    input  logic [SHIFT_BITS*LANES-1:0] shift,
)";

}  // namespace

SourceFile weight_feeder_module(const hw::AcceleratorConfig& config) {
  const bool by_row = config.grid.dataflow == hw::Dataflow::kInputStationary;
  const auto if_weight = [&config](const char* text) { return if_guarded(config.protection, "weight", text); };
  const auto if_spare = [&](const std::string& spare, const std::string& otherwise = "") {
    return if_spare_lanes(config, !by_row, spare, otherwise);
  };
  const std::string operands = config.protection.weight_check ? "passed" : "read_data";
  const std::string text = with_feeder_text(with_weight_check(kWeightFeeder, config.protection), config.protection,
                                            "weight", "LANES", if_spare("(lane[l].read && used[l])", "lane[l].read"),
                                            "@reads@ ? " + operands + "[8*l+:8] : 8'd0");
  return {"systolic_weight_feeder.sv",
          fill_template(text, {{"lanes", std::to_string(by_row ? config.grid.rows : config.grid.columns)},
                               {"bus_bytes", std::to_string(config.bus_bytes)},
                               {"bytes", std::to_string(config.weight_buffer_bytes)},
                               {"lane_enable", if_weight("    assign read_enable[l] = read@and_used@;\n")},
                               {"and_used", if_spare(" && used[l]")},
                               {"spare_parameters", if_spare(kShiftParameter)},
                               {"shift_bits", std::to_string(shift_bits(config.grid))},
                               {"column_ports", if_spare(kLaneShiftPorts)},
                               {"less_shift", if_spare(" - 34'(shift[SHIFT_BITS*l+:SHIFT_BITS])")}})};
}

}  // namespace faultline::rtl
