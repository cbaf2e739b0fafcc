#include "rtl/generator/accelerator_modules.h"

namespace faultline::rtl {
namespace {

constexpr const char* kBuffer =
    R"(// A memory. Reads are combinational and give 0 out of range; writes out of range are dropped. Where several ports write
// one word, the last one wins.
module systolic_buffer #(
    parameter int WORDS        = 1,
    parameter int WIDTH        = 8,
    parameter int ADDRESS_BITS = 34,
    parameter int READERS      = 1,
    parameter int WRITERS      = 1
) (
    input  logic                            clock,
    input  logic [READERS*ADDRESS_BITS-1:0] read_address,
    output logic [WIDTH*READERS-1:0]        read_data,
    input  logic [WRITERS-1:0]              write_enable,
    input  logic [WRITERS*ADDRESS_BITS-1:0] write_address,
    input  logic [WIDTH*WRITERS-1:0]        write_data
);
  localparam int INDEX_BITS = WORDS > 1 ? $clog2(WORDS) : 1;

  logic [WIDTH-1:0] memory[0:WORDS-1];

`ifndef SYNTHESIS
  // Power-up: memories begin at 0. A circuit clears them by its memory test; `reset` leaves them alone.
  initial begin
    for (int i = 0; i < WORDS; i++) memory[i] = '0;
  end
`endif

  for (genvar r = 0; r < READERS; r++) begin : reader
    logic [ADDRESS_BITS-1:0] address;
    assign address = read_address[ADDRESS_BITS*r+:ADDRESS_BITS];
    assign read_data[WIDTH*r+:WIDTH] = address < ADDRESS_BITS'(WORDS) ? memory[address[INDEX_BITS-1:0]] : '0;
  end

  always_ff @(posedge clock) begin
    for (int w = 0; w < WRITERS; w++) begin
      if (write_enable[w] && write_address[ADDRESS_BITS*w+:ADDRESS_BITS] < ADDRESS_BITS'(WORDS)) begin
        memory[write_address[ADDRESS_BITS*w+:INDEX_BITS]] <= write_data[WIDTH*w+:WIDTH];
      end
    end
  end
endmodule
)";

}  // namespace

SourceFile buffer_module() {
  return {"systolic_buffer.sv", kBuffer};
}

std::string buffer_black_box() {
  const std::string text = kBuffer;
  const size_t begin = text.find("module systolic_buffer");
  const std::string end = ");\n";
  return "(* blackbox *)\n" + text.substr(begin, text.find(end, begin) + end.size() - begin) + "endmodule\n";
}

}  // namespace faultline::rtl
