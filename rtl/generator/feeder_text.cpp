#include "rtl/generator/feeder_text.h"

#include <algorithm>
#include <cctype>

#include "rtl/generator/memory_guard.h"
#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

constexpr const char* kDmaPorts = R"(    // DMA into the buffer
    input  logic                      write_valid,
    input  logic [1:0]                write_target,
    input  logic [6:0]                write_count,
    input  logic [23:0]               write_address,
    input  logic [8*BUS_BYTES-1:0]    write_data,
)";

constexpr const char* kEdgePorts = R"(    // operands for the grid
    output logic [8*LANES-1:0]        edge_value,
    output logic [LANES-1:0]          edge_valid,
    output logic [LANES-1:0]          edge_control
)";

constexpr const char* kFeederBuffer = R"(  localparam int READERS = @readers@;

  logic [34*READERS-1:0]   read_address;
  logic [8*READERS-1:0]    read_data;
  logic [BUS_BYTES-1:0]    write_enable;
  logic [34*BUS_BYTES-1:0] write_addresses;
@read_enable@
  @buffer@ #(
      .WORDS(BYTES),
@guard_parameters@      .READERS(READERS),
      .WRITERS(BUS_BYTES)
  ) u_buffer (
      .clock(clock),
@guard_connections@      .read_address(read_address),
      .read_data(read_data),
      .write_enable(write_enable),
      .write_address(write_addresses),
      .write_data(write_data)
  );
)";

constexpr const char* kWriters = R"(  for (genvar i = 0; i < BUS_BYTES; i++) begin : writer
    assign write_enable[i] = write_valid && write_target == accelerator_pkg::TARGET_@target@ && 7'(i) < write_count;
    assign write_addresses[34*i+:34] = {10'd0, write_address} + 34'(i);
  end
)";

constexpr const char* kOperands = R"(  // The registers at the grid's edge.
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
        value <= @value@;
        valid <= @reads@;
        control <= lane[l].control;
      end
    end
    assign edge_value[8*l+:8] = value;
    assign edge_valid[l] = valid;
    assign edge_control[l] = control;
  end
)";

std::string upper_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char symbol) { return static_cast<char>(std::toupper(symbol)); });
  return text;
}

}  // namespace

std::string with_feeder_text(std::string text, const hw::ProtectionConfig& protection, const std::string& memory,
                             const std::string& readers, const std::string& reads, const std::string& value) {
  text = fill_template(text, {{"dma_ports", kDmaPorts},
                              {"edge_ports", kEdgePorts},
                              {"u_buffer", kFeederBuffer},
                              {"writers", kWriters},
                              {"operands", kOperands}});
  text = fill_template(text, guard_values(protection, memory, "read_enable"));
  return fill_template(text,
                       {{"readers", readers},
                        {"value", value},
                        {"reads", reads},
                        {"target", upper_case(memory)},
                        {"read_enable", if_guarded(protection, memory, "  logic [READERS-1:0]      read_enable;\n")}});
}

}  // namespace faultline::rtl
