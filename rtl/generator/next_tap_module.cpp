#include "rtl/generator/accelerator_modules.h"

namespace faultline::rtl {
namespace {

constexpr const char* kNextTap =
    R"(// The tap after (y, x, c, offset): channels first, then columns, then rows of the kernel, then the first tap again.
module systolic_next_tap (
    input  accelerator_pkg::command_t command,
    input  logic [15:0]               y,
    input  logic [15:0]               x,
    input  logic [15:0]               c,
    input  logic [31:0]               offset,
    output logic [15:0]               next_y,
    output logic [15:0]               next_x,
    output logic [15:0]               next_c,
    output logic [31:0]               next_offset
);
  always_comb begin
    next_y = y;
    next_x = x;
    next_c = 16'd0;
    next_offset = 32'd0;
    if (c != command.tap_c_last) begin
      next_c = c + 16'd1;
      next_offset = offset + 32'd1;
    end else if (x != command.tap_x_last) begin
      next_x = x + command.tap_x_step;
      next_offset = offset + command.tap_offset_x;
    end else begin
      next_x = 16'd0;
      if (y != command.tap_y_last) begin
        next_y = y + command.tap_y_step;
        next_offset = offset + command.tap_offset_y;
      end else begin
        next_y = 16'd0;
      end
    end
  end

  // Other fields of the command do not matter here.
  logic unused;
  assign unused = &{1'b0, command};
endmodule
)";

}  // namespace

SourceFile next_tap_module() {
  return {"systolic_next_tap.sv", kNextTap};
}

}  // namespace faultline::rtl
