#include <string>

#include "rtl/generator/accelerator_modules.h"
#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

constexpr const char* kWeightFeeder =
    R"(// The weight buffer and the chain of words that reads it for one edge of the grid. Lane l of a word reads the byte at
// the word's address + l, one cycle after lane l - 1.
module systolic_weight_feeder #(
    parameter int LANES     = @lanes@,
    parameter int BUS_BYTES = @bus_bytes@,
    parameter int BYTES     = @bytes@
) (
    input  logic                   clock,
    input  logic                   reset,  // synchronous: every register to 0
    // the controller's word
    input  logic                   word_read,
    input  logic                   word_control,
    input  logic [23:0]            word_address,
    // DMA into the buffer
    input  logic                   write_valid,
    input  logic [1:0]             write_target,
    input  logic [6:0]             write_count,
    input  logic [23:0]            write_address,
    input  logic [8*BUS_BYTES-1:0] write_data,
    // operands for the grid
    output logic [8*LANES-1:0]     edge_value,
    output logic [LANES-1:0]       edge_valid,
    output logic [LANES-1:0]       edge_control
);
  logic [34*LANES-1:0]     read_address;
  logic [8*LANES-1:0]      read_data;
  logic [BUS_BYTES-1:0]    write_enable;
  logic [34*BUS_BYTES-1:0] write_addresses;

  systolic_byte_buffer #(
      .BYTES(BYTES),
      .READERS(LANES),
      .WRITERS(BUS_BYTES)
  ) u_buffer (
      .clock(clock),
      .read_address(read_address),
      .read_data(read_data),
      .write_enable(write_enable),
      .write_address(write_addresses),
      .write_data(write_data)
  );

  for (genvar i = 0; i < BUS_BYTES; i++) begin : writer
    assign write_enable[i] = write_valid && write_target == accelerator_pkg::TARGET_WEIGHT && 7'(i) < write_count;
    assign write_addresses[34*i+:34] = {10'd0, write_address} + 34'(i);
  end

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
    assign read_address[34*l+:34] = {10'd0, address} + 34'(l);
  end

  // The registers at the grid's edge.
  for (genvar l = 0; l < LANES; l++) begin : operand
    logic [7:0] value;
    logic       valid;
    logic       control;
    always_ff @(posedge clock) begin
      if (reset) begin
        value <= 8'd0;
        valid <= 1'b0;
        control <= 1'b0;
      end else begin
        value <= lane[l].read ? read_data[8*l+:8] : 8'd0;
        valid <= lane[l].read;
        control <= lane[l].control;
      end
    end
    assign edge_value[8*l+:8] = value;
    assign edge_valid[l] = valid;
    assign edge_control[l] = control;
  end
endmodule
)";

}  // namespace

SourceFile weight_feeder_module(const hw::AcceleratorConfig& config) {
  const bool by_row = config.grid.dataflow == hw::Dataflow::kInputStationary;
  return {"systolic_weight_feeder.sv",
          fill_template(kWeightFeeder, {{"lanes", std::to_string(by_row ? config.grid.rows : config.grid.columns)},
                                        {"bus_bytes", std::to_string(config.bus_bytes)},
                                        {"bytes", std::to_string(config.weight_buffer_bytes)}})};
}

}  // namespace faultline::rtl
