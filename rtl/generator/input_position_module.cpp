#include "rtl/generator/accelerator_modules.h"

namespace faultline::rtl {
namespace {

constexpr const char* kInputPosition =
    R"(// Where the sum of a pixel and a tap lies in the input buffer, and whether it is inside the input.
module systolic_input_position (
    input  accelerator_pkg::command_t command,
    input  logic [15:0]               pixel_y,
    input  logic [15:0]               pixel_x,
    input  logic [31:0]               pixel_offset,
    input  logic [15:0]               tap_y,
    input  logic [15:0]               tap_x,
    input  logic [31:0]               tap_offset,
    output logic                      is_inside,
    output logic [31:0]               address  // signed
);
  // Signed coordinates: the top bit is set left of and above the input.
  logic [15:0] y;
  logic [15:0] x;
  assign y         = pixel_y + tap_y;
  assign x         = pixel_x + tap_x;
  assign is_inside = !y[15] && y < command.input_height && !x[15] && x < command.input_width;
  assign address   = {8'd0, command.input_base} + pixel_offset + tap_offset;

  // Other fields of the command do not matter here.
  logic unused;
  assign unused = &{1'b0, command};
endmodule
)";

}  // namespace

SourceFile input_position_module() {
  return {"systolic_input_position.sv", kInputPosition};
}

}  // namespace faultline::rtl
