#include "rtl/generator/accelerator_modules.h"

namespace faultline::rtl {
namespace {

constexpr const char* kNextPixel =
    R"(// The pixel after (y, x, offset): the next one of the row, or the first one of the next row.
module systolic_next_pixel (
    input  accelerator_pkg::command_t command,
    input  logic [15:0]               y,
    input  logic [15:0]               x,
    input  logic [31:0]               offset,
    output logic [15:0]               next_y,
    output logic [15:0]               next_x,
    output logic [31:0]               next_offset
);
  logic same_row;
  assign same_row    = x != command.pixel_x_last;
  assign next_y      = same_row ? y : y + command.pixel_y_step;
  assign next_x      = same_row ? x + command.pixel_x_step : command.pixel_x_first;
  assign next_offset = offset + (same_row ? command.pixel_offset_x : command.pixel_offset_y);

  // Other fields of the command do not matter here.
  logic unused;
  assign unused = &{1'b0, command};
endmodule
)";

}  // namespace

SourceFile next_pixel_module() {
  return {"systolic_next_pixel.sv", kNextPixel};
}

}  // namespace faultline::rtl
