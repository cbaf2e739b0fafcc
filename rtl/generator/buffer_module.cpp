#include "rtl/generator/accelerator_modules.h"

namespace faultline::rtl {
namespace {

constexpr const char* kByteBuffer =
    R"(// A byte memory. Reads are combinational and give 0 out of range; writes out of range are dropped. Where several ports
// write one byte, the last one wins.
module systolic_byte_buffer #(
    parameter int BYTES        = 1,
    parameter int ADDRESS_BITS = 34,
    parameter int READERS      = 1,
    parameter int WRITERS      = 1
) (
    input  logic                            clock,
    input  logic [READERS*ADDRESS_BITS-1:0] read_address,
    output logic [8*READERS-1:0]            read_data,
    input  logic [WRITERS-1:0]              write_enable,
    input  logic [WRITERS*ADDRESS_BITS-1:0] write_address,
    input  logic [8*WRITERS-1:0]            write_data
);
  localparam int INDEX_BITS = BYTES > 1 ? $clog2(BYTES) : 1;

  logic [7:0] memory[0:BYTES-1];

`ifndef SYNTHESIS
  // Power-up: memories begin at 0. A circuit clears them by its memory test; `reset` leaves them alone.
  initial begin
    for (int i = 0; i < BYTES; i++) memory[i] = 8'd0;
  end
`endif

  for (genvar r = 0; r < READERS; r++) begin : reader
    logic [ADDRESS_BITS-1:0] address;
    assign address = read_address[ADDRESS_BITS*r+:ADDRESS_BITS];
    assign read_data[8*r+:8] = address < ADDRESS_BITS'(BYTES) ? memory[address[INDEX_BITS-1:0]] : 8'd0;
  end

  always_ff @(posedge clock) begin
    for (int w = 0; w < WRITERS; w++) begin
      if (write_enable[w] && write_address[ADDRESS_BITS*w+:ADDRESS_BITS] < ADDRESS_BITS'(BYTES)) begin
        memory[write_address[ADDRESS_BITS*w+:INDEX_BITS]] <= write_data[8*w+:8];
      end
    end
  end
endmodule
)";

}  // namespace

SourceFile byte_buffer_module() {
  return {"systolic_byte_buffer.sv", kByteBuffer};
}

}  // namespace faultline::rtl
