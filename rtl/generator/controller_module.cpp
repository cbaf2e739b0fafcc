#include <functional>
#include <string>

#include <fmt/format.h>

#include "hw/systolic/command.h"
#include "rtl/generator/accelerator_modules.h"
#include "rtl/generator/neuron_unit_module.h"
#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

constexpr const char* kController =
    R"(// Takes commands, runs the loop nest of a compute command, starts DMA and post-processing for the others.
module systolic_controller #(
    parameter int ROWS    = @rows@,
    parameter int COLUMNS = @columns@
) (
    input  logic                      clock,
    input  logic                      reset,  // synchronous: every register to 0
    // the host
    input  logic                      host_valid,
    input  accelerator_pkg::command_t host_command,
    output logic                      ready,    // a valid command is taken at the next edge
    output logic                      trapped,  // illegal address or command; stays
    // the units
    output accelerator_pkg::command_t command,
    output logic                      dma_start,
    output logic                      post_start,
    input  logic                      dma_done,
    input  logic                      dma_error,
    input  logic                      post_done,
@correct_ports@    // the words of the phase before
    output logic                      input_word_read,
    output logic                      input_word_first,
    output logic                      input_word_control,
    output logic [15:0]               input_word_pixel_y,
    output logic [15:0]               input_word_pixel_x,
    output logic [31:0]               input_word_pixel_offset,
    output logic [15:0]               input_word_tap_y,
    output logic [15:0]               input_word_tap_x,
    output logic [15:0]               input_word_tap_c,
    output logic [31:0]               input_word_tap_offset,
    output logic                      weight_word_read,
    output logic                      weight_word_control,
    output logic [23:0]               weight_word_address,
    output logic                      sum_word_write,
    output logic                      sum_word_accumulate,
    output logic [15:0]               sum_word_row
);
  // 5 to 7 are illegal and lead to TRAP.
  localparam logic [2:0] IDLE = 3'd0;
  localparam logic [2:0] PROLOGUE = 3'd1;
  localparam logic [2:0] STREAM = 3'd2;
  localparam logic [2:0] WAIT = 3'd3;
  localparam logic [2:0] TRAP = 3'd4;

  logic [2:0]  state;
  logic [15:0] tile;
  logic [15:0] fold;
  logic [23:0] phase;
  logic [23:0] weight_address;
  logic [15:0] sum_base;
  logic [15:0] pixel_y;
  logic [15:0] pixel_x;
  logic [31:0] pixel_offset;
  logic [15:0] tap_y;
  logic [15:0] tap_x;
  logic [15:0] tap_c;
  logic [31:0] tap_offset;

  assign ready   = state == IDLE;
  assign trapped = state == TRAP;

  // ---- command registers ----

@command_registers@
  logic accept;
  assign accept  = ready && host_valid;
  assign command = {
@command_fields@
  };

  always_ff @(posedge clock) begin
    if (reset) begin
@command_resets@    end else if (accept) begin
@command_takes@    end
  end

  // ---- loop nest ----

  logic prologue, computing, last_fold, last_tile, another_fold, next_is_last_fold;
  assign prologue     = state == PROLOGUE;
  assign computing    = prologue || state == STREAM;
  assign last_fold    = {1'b0, fold} + 17'd1 >= {1'b0, command_folds};
  assign last_tile    = {1'b0, tile} + 17'd1 >= {1'b0, command_tiles};
  assign another_fold = prologue || !(last_fold && last_tile);

  logic [15:0] next_fold;
  assign next_fold         = prologue || last_fold ? 16'd0 : fold + 16'd1;
  assign next_is_last_fold = {1'b0, next_fold} + 17'd1 >= {1'b0, command_folds};

  logic [23:0] length;
  logic        last_phase, changes_fold;
  assign length = prologue ? {15'd0, command_shift_start} + 24'(ROWS + 1) :
      another_fold ? command_period : command_final_period;
  assign last_phase   = {1'b0, phase} + 25'd1 >= {1'b0, length};
  assign changes_fold = last_phase && another_fold;

  logic        input_issued, input_read, input_first, input_control;
  logic        weight_issued, weight_read, weight_control;
  logic        sum_write, sum_accumulate;
  logic [15:0] sum_row;
  logic [15:0] pixel_y_after, pixel_x_after, tap_y_after, tap_x_after, tap_c_after;
  logic [31:0] pixel_offset_after, tap_offset_after;
  logic [23:0] weight_address_after;

  systolic_schedule #(
      .ROWS(ROWS),
      .COLUMNS(COLUMNS)
  ) u_schedule (
@schedule_connections@  );

  always_ff @(posedge clock) begin
    if (reset) begin
      state <= IDLE;
      tile <= 16'd0;
      fold <= 16'd0;
      phase <= 24'd0;
      weight_address <= 24'd0;
      sum_base <= 16'd0;
      pixel_y <= 16'd0;
      pixel_x <= 16'd0;
      pixel_offset <= 32'd0;
      tap_y <= 16'd0;
      tap_x <= 16'd0;
      tap_c <= 16'd0;
      tap_offset <= 32'd0;
      dma_start <= 1'b0;
      post_start <= 1'b0;
@correct_reset@    end else begin
      dma_start <= 1'b0;
      post_start <= 1'b0;
@correct_reset@      if (accept) begin
        case (host_command.opcode)
          accelerator_pkg::OPCODE_LOAD, accelerator_pkg::OPCODE_STORE: begin
            dma_start <= 1'b1;
            state <= WAIT;
          end
          accelerator_pkg::OPCODE_POST_PROCESS, accelerator_pkg::OPCODE_POOL: begin
            post_start <= 1'b1;
            state <= WAIT;
          end
          accelerator_pkg::OPCODE_COMPUTE: begin
            state <= @first_state@;
            tile <= 16'd0;
            fold <= 16'd0;
            phase <= @first_phase@;
            weight_address <= host_command.weight_base;
            sum_base <= host_command.psum_base;
            pixel_y <= host_command.pixel_y;
            pixel_x <= host_command.pixel_x;
            pixel_offset <= host_command.pixel_offset;
            tap_y <= host_command.tap_y;
            tap_x <= host_command.tap_x;
            tap_c <= host_command.tap_c;
            tap_offset <= host_command.tap_offset;
          end
@correct_case@          default: state <= TRAP;
        endcase
      end else if (computing) begin
        phase <= last_phase ? 24'd0 : phase + 24'd1;
        weight_address <= weight_address_after;
        pixel_y <= pixel_y_after;
        pixel_x <= pixel_x_after;
        pixel_offset <= pixel_offset_after;
        tap_y <= tap_y_after;
        tap_x <= tap_x_after;
        tap_c <= tap_c_after;
        tap_offset <= tap_offset_after;
        if (last_phase && prologue) begin
          state <= STREAM;
        end else if (last_phase && !another_fold) begin
          state <= IDLE;
        end else if (last_phase) begin
          fold <= next_fold;
          if (last_fold) begin
            tile <= tile + 16'd1;
            sum_base <= sum_base + command_psum_tile_step;
          end
        end
      end else if (state == WAIT) begin
        if (dma_error) state <= TRAP;
        else if (dma_done || post_done@correct_done@) state <= IDLE;
      end else if (!ready) begin
        state <= TRAP;
      end
    end
  end

  // ---- words, 0 where none is issued ----

  logic input_now, weight_now;
  assign input_now  = computing && input_issued;
  assign weight_now = computing && weight_issued;
  always_ff @(posedge clock) begin
    if (reset) begin
      input_word_read <= 1'b0;
      input_word_first <= 1'b0;
      input_word_control <= 1'b0;
      input_word_pixel_y <= 16'd0;
      input_word_pixel_x <= 16'd0;
      input_word_pixel_offset <= 32'd0;
      input_word_tap_y <= 16'd0;
      input_word_tap_x <= 16'd0;
      input_word_tap_c <= 16'd0;
      input_word_tap_offset <= 32'd0;
      weight_word_read <= 1'b0;
      weight_word_control <= 1'b0;
      weight_word_address <= 24'd0;
      sum_word_write <= 1'b0;
      sum_word_accumulate <= 1'b0;
      sum_word_row <= 16'd0;
    end else begin
      input_word_read <= computing && input_read;
      input_word_first <= computing && input_first;
      input_word_control <= computing && input_control;
      input_word_pixel_y <= input_now ? pixel_y : 16'd0;
      input_word_pixel_x <= input_now ? pixel_x : 16'd0;
      input_word_pixel_offset <= input_now ? pixel_offset : 32'd0;
      input_word_tap_y <= input_now ? tap_y : 16'd0;
      input_word_tap_x <= input_now ? tap_x : 16'd0;
      input_word_tap_c <= input_now ? tap_c : 16'd0;
      input_word_tap_offset <= input_now ? tap_offset : 32'd0;
      weight_word_read <= computing && weight_read;
      weight_word_control <= computing && weight_control;
      weight_word_address <= weight_now ? weight_address : 24'd0;
      sum_word_write <= computing && sum_write;
      sum_word_accumulate <= computing && sum_accumulate;
      sum_word_row <= computing ? sum_row : 16'd0;
    end
  end
endmodule
)";

constexpr const char* kCorrectPorts = R"(    output logic                      correct_start,
    input  logic                      correct_done,
)";

constexpr const char* kCorrectCase = R"(          accelerator_pkg::OPCODE_CORRECT: begin
            correct_start <= 1'b1;
            state <= WAIT;
          end
)";

/// `make` of every command field, joined by `separator`.
std::string each_field(const std::function<std::string(const hw::CommandField&)>& make, const std::string& separator) {
  std::string text;
  for (const hw::CommandField& field : hw::command_fields()) {
    text += (text.empty() ? "" : separator) + make(field);
  }
  return text;
}

std::string schedule_connections() {
  std::string text;
  for (const char* port : {"command",
                           "phase",
                           "fold",
                           "sum_base",
                           "prologue",
                           "last_fold",
                           "another_fold",
                           "next_is_last_fold",
                           "changes_fold",
                           "pixel_y",
                           "pixel_x",
                           "pixel_offset",
                           "tap_y",
                           "tap_x",
                           "tap_c",
                           "tap_offset",
                           "weight_address",
                           "pixel_y_after",
                           "pixel_x_after",
                           "pixel_offset_after",
                           "tap_y_after",
                           "tap_x_after",
                           "tap_c_after",
                           "tap_offset_after",
                           "weight_address_after",
                           "input_issued",
                           "input_read",
                           "input_first",
                           "input_control",
                           "weight_issued",
                           "weight_read",
                           "weight_control",
                           "sum_write",
                           "sum_accumulate",
                           "sum_row"}) {
    text += fmt::format("{}      .{}({})", text.empty() ? "" : ",\n", port, port);
  }
  return text + "\n";
}

}  // namespace

SourceFile controller_module(const hw::AcceleratorConfig& config) {
  const bool prologue = config.grid.dataflow != hw::Dataflow::kOutputStationary;
  const auto declare = [](const hw::CommandField& field) {
    return field.bits == 1
               ? fmt::format("  logic        command_{};\n", field.name)
               : fmt::format("  logic {:<6} command_{};\n", fmt::format("[{}:0]", field.bits - 1), field.name);
  };
  const auto reset = [](const hw::CommandField& field) {
    return fmt::format("      command_{} <= {}'d0;\n", field.name, field.bits);
  };
  const auto take = [](const hw::CommandField& field) {
    return fmt::format("      command_{0} <= host_command.{0};\n", field.name);
  };
  return {"systolic_controller.sv",
          fill_template(
              kController,
              {{"rows", std::to_string(config.grid.rows)},
               {"columns", std::to_string(config.grid.used_columns())},
               {"command_registers", each_field(declare, "")},
               {"command_fields", each_field([](const auto& field) { return "      command_" + field.name; }, ",\n")},
               {"command_resets", each_field(reset, "")},
               {"command_takes", each_field(take, "")},
               {"schedule_connections", schedule_connections()},
               {"correct_ports", if_neuron_unit(config.protection, kCorrectPorts)},
               {"correct_reset", if_neuron_unit(config.protection, "      correct_start <= 1'b0;\n")},
               {"correct_case", if_neuron_unit(config.protection, kCorrectCase)},
               {"correct_done", if_neuron_unit(config.protection, " || correct_done")},
               {"first_state", prologue ? "PROLOGUE" : "STREAM"},
               {"first_phase", prologue ? "{15'd0, host_command.shift_start}" : "24'd0"}})};
}

}  // namespace faultline::rtl
