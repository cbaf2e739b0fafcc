#include <string>

#include "rtl/generator/accelerator_modules.h"
#include "rtl/generator/feeder_text.h"
#include "rtl/generator/memory_guard.h"
#include "rtl/generator/spare_columns_module.h"
#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

/// `held` is the part of the position that a lane keeps, `c` and `next_c` the channel of a tap where taps are kept.
constexpr const char* kInputFeeder =
    R"(// The input buffer and the address generators that read it for one edge of the grid.
//
// Words enter lane 0 and move one lane further each cycle. Each lane keeps its @held@ from the last word marked
// `first` and takes the rest of the position from the word; a word marked `first` hands the next lane the @held@ after
// its own.
module systolic_input_feeder #(
    parameter int LANES     = @lanes@,
    parameter int COLUMNS   = @columns@,
    parameter int BUS_BYTES = @bus_bytes@,
    parameter int BYTES     = @bytes@
) (
    input  logic                      clock,
    input  logic                      reset,  // synchronous: every register to 0
    input  accelerator_pkg::command_t command,
    // the controller's word
    input  logic                      word_read,
    input  logic                      word_first,
    input  logic                      word_control,
    input  logic [15:0]               word_pixel_y,
    input  logic [15:0]               word_pixel_x,
    input  logic [31:0]               word_pixel_offset,
    input  logic [15:0]               word_tap_y,
    input  logic [15:0]               word_tap_x,
    input  logic [15:0]               word_tap_c,
    input  logic [31:0]               word_tap_offset,
@column_ports@@dma_ports@    // post-processing asks for one byte for each column
    input  logic                      pool_valid,
    input  logic [31:0]               pool_address,  // signed
    output logic [8*COLUMNS-1:0]      pool_data,
@report_port@@edge_ports@);
@u_buffer@
@writers@
  for (genvar l = 0; l < LANES; l++) begin : lane
    // the word in this lane
    logic        read;
    logic        first;
    logic        control;
    logic [15:0] pixel_y;
    logic [15:0] pixel_x;
    logic [31:0] pixel_offset;
    logic [15:0] tap_y;
    logic [15:0] tap_x;
    logic [15:0] tap_c;
    logic [31:0] tap_offset;
    // the lane's own @held@
    logic [15:0] held_y;
    logic [15:0] held_x;
    logic [31:0] held_offset;
    logic [15:0] own_y;
    logic [15:0] own_x;
    logic [31:0] own_offset;
    // the @held@ for the next lane
    logic [15:0] next_y;
    logic [15:0] next_x;
@next_c_declaration@    logic [31:0] next_offset;
    // the word that comes
    logic        read_in;
    logic        first_in;
    logic        control_in;
    logic [15:0] pixel_y_in;
    logic [15:0] pixel_x_in;
    logic [31:0] pixel_offset_in;
    logic [15:0] tap_y_in;
    logic [15:0] tap_x_in;
    logic [15:0] tap_c_in;
    logic [31:0] tap_offset_in;

    systolic_next_@held@ u_next (
        .command(command),
        .y(@held@_y),
        .x(@held@_x),
@c_connection@        .offset(@held@_offset),
        .next_y(next_y),
        .next_x(next_x),
@next_c_connection@        .next_offset(next_offset)
    );

    if (l == 0) begin : head
      assign read_in = word_read;
      assign first_in = word_first;
      assign control_in = word_control;
      assign pixel_y_in = word_pixel_y;
      assign pixel_x_in = word_pixel_x;
      assign pixel_offset_in = word_pixel_offset;
      assign tap_y_in = word_tap_y;
      assign tap_x_in = word_tap_x;
      assign tap_c_in = word_tap_c;
      assign tap_offset_in = word_tap_offset;
    end else begin : neighbour
      assign read_in = lane[l-1].read;
      assign first_in = lane[l-1].first;
      assign control_in = lane[l-1].control;
@from_neighbour@    end

    if (l == LANES - 1) begin : last
      // Nobody takes the last lane's word.
      logic unused;
      assign unused = &{1'b0, next_y, next_x, @next_c_unused@next_offset, tap_c};
    end

    assign own_y = first ? @held@_y : held_y;
    assign own_x = first ? @held@_x : held_x;
    assign own_offset = first ? @held@_offset : held_offset;

    always_ff @(posedge clock) begin
      if (reset) begin
        read <= 1'b0;
        first <= 1'b0;
        control <= 1'b0;
        pixel_y <= 16'd0;
        pixel_x <= 16'd0;
        pixel_offset <= 32'd0;
        tap_y <= 16'd0;
        tap_x <= 16'd0;
        tap_c <= 16'd0;
        tap_offset <= 32'd0;
        held_y <= 16'd0;
        held_x <= 16'd0;
        held_offset <= 32'd0;
      end else begin
        read <= read_in;
        first <= first_in;
        control <= control_in;
        pixel_y <= pixel_y_in;
        pixel_x <= pixel_x_in;
        pixel_offset <= pixel_offset_in;
        tap_y <= tap_y_in;
        tap_x <= tap_x_in;
        tap_c <= tap_c_in;
        tap_offset <= tap_offset_in;
        held_y <= own_y;
        held_x <= own_x;
        held_offset <= own_offset;
      end
    end

    logic        is_inside;
    logic [31:0] address;
    systolic_input_position u_position (
        .command(command),
        .pixel_y(@pixel@_y),
        .pixel_x(@pixel@_x),
        .pixel_offset(@pixel@_offset),
        .tap_y(@tap@_y),
        .tap_x(@tap@_x),
        .tap_offset(@tap@_offset),
        .is_inside(is_inside),
        .address(address)
    );
    assign read_address[34*l+:34] = {{2{address[31]}}, address};
@lane_enable@  end

@operands@
  for (genvar c = 0; c < COLUMNS; c++) begin : pool
    logic [7:0] data;
    assign read_address[34*(LANES+c)+:34] = {{2{pool_address[31]}}, pool_address} + 34'(c);
@pool_enable@    always_ff @(posedge clock) begin
      if (reset) data <= 8'd0;
      else if (pool_valid) data <= read_data[8*(LANES+c)+:8];
    end
    assign pool_data[8*c+:8] = data;
  end
endmodule
)";

constexpr const char* kUsedLanes = R"(    // lanes that bring operands
    input  logic [LANES-1:0]          used,
)";

/// What a lane takes from the one before it: `held` is stepped where `steps` says.
std::string from_neighbour(bool holds_tap, const std::string& steps) {
  std::string text;
  for (const std::string part : {"pixel_y", "pixel_x", "pixel_offset", "tap_y", "tap_x", "tap_c", "tap_offset"}) {
    const bool held = (part.rfind("tap", 0) == 0) == holds_tap && !(part == "tap_c" && !holds_tap);
    const std::string next = "next" + part.substr(part.find('_'));
    text += "      assign " + part +
            "_in = " + (held ? steps + " ? lane[l-1]." + next + " : lane[l-1]." + part : "lane[l-1]." + part) + ";\n";
  }
  return text;
}

}  // namespace

SourceFile input_feeder_module(const hw::AcceleratorConfig& config) {
  const bool holds_tap = config.grid.dataflow == hw::Dataflow::kWeightStationary;
  const bool by_column = config.grid.dataflow == hw::Dataflow::kInputStationary;
  const auto if_input = [&config](const char* text) { return if_guarded(config.protection, "input", text); };
  const auto if_spare = [&](const std::string& spare, const std::string& otherwise = "") {
    return if_spare_lanes(config, by_column, spare, otherwise);
  };
  const std::string text =
      with_feeder_text(kInputFeeder, config.protection, "input", "LANES + COLUMNS",
                       if_spare("(lane[l].read && used[l])", "lane[l].read"),
                       "!@reads@ ? 8'd0 : lane[l].is_inside ? read_data[8*l+:8] : command.pad_value");
  return {"systolic_input_feeder.sv",
          fill_template(text, {{"lanes", std::to_string(by_column ? config.grid.columns : config.grid.rows)},
                               {"columns", std::to_string(config.grid.used_columns())},
                               {"bus_bytes", std::to_string(config.bus_bytes)},
                               {"bytes", std::to_string(config.input_buffer_bytes)},
                               {"held", holds_tap ? "tap" : "pixel"},
                               {"pixel", holds_tap ? "pixel" : "own"},
                               {"tap", holds_tap ? "own" : "tap"},
                               {"next_c_declaration", holds_tap ? "    logic [15:0] next_c;\n" : ""},
                               {"c_connection", holds_tap ? "        .c(tap_c),\n" : ""},
                               {"next_c_connection", holds_tap ? "        .next_c(next_c),\n" : ""},
                               {"next_c_unused", holds_tap ? "next_c, " : ""},
                               {"from_neighbour",
                                from_neighbour(holds_tap, if_spare("lane[l-1].first && used[l-1]", "lane[l-1].first"))},
                               {"lane_enable", if_input("    assign read_enable[l] = read && is_inside@and_used@;\n")},
                               {"and_used", if_spare(" && used[l]")},
                               {"column_ports", if_spare(kUsedLanes)},
                               {"pool_enable", if_input("    assign read_enable[LANES+c] = pool_valid;\n")}})};
}

}  // namespace faultline::rtl
