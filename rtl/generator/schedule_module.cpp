#include <string>

#include "rtl/generator/accelerator_modules.h"
#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

constexpr const char* kSchedule = R"(// @title@: the words of one phase, and the running positions after it.
module systolic_schedule #(
    parameter int ROWS    = @rows@,
    parameter int COLUMNS = @columns@
) (
    input  accelerator_pkg::command_t command,
    // where the command stands
    input  logic [23:0]               phase,
    input  logic [15:0]               fold,
    input  logic [15:0]               sum_base,
    input  logic                      prologue,           // before the first fold
    input  logic                      last_fold,          // of its tile
    input  logic                      another_fold,       // follows
    input  logic                      next_is_last_fold,  // of its tile
    input  logic                      changes_fold,       // the last phase, and another fold follows
    input  logic [15:0]               pixel_y,
    input  logic [15:0]               pixel_x,
    input  logic [31:0]               pixel_offset,
    input  logic [15:0]               tap_y,
    input  logic [15:0]               tap_x,
    input  logic [15:0]               tap_c,
    input  logic [31:0]               tap_offset,
    input  logic [23:0]               weight_address,
    // the running positions after this phase
    output logic [15:0]               pixel_y_after,
    output logic [15:0]               pixel_x_after,
    output logic [31:0]               pixel_offset_after,
    output logic [15:0]               tap_y_after,
    output logic [15:0]               tap_x_after,
    output logic [15:0]               tap_c_after,
    output logic [31:0]               tap_offset_after,
    output logic [23:0]               weight_address_after,
    // the words; positions and addresses of the words are the running ones
    output logic                      input_issued,
    output logic                      input_read,
    output logic                      input_first,
    output logic                      input_control,
    output logic                      weight_issued,
    output logic                      weight_read,
    output logic                      weight_control,
    output logic                      sum_write,
    output logic                      sum_accumulate,
    output logic [15:0]               sum_row
);
  logic streaming, first_of_tile;
  assign streaming     = !prologue && phase < command.stream;
  assign first_of_tile = prologue || last_fold;

@words@
  // Steps of this phase; a new fold may set positions back.
  logic step_pixel, step_tap, step_weight, first_pixel, first_tap, first_weight;
@steps@  assign first_weight = changes_fold && first_of_tile && command.weight_tile_reset;

  logic [15:0] next_pixel_y, next_pixel_x, next_tap_y, next_tap_x, next_tap_c;
  logic [31:0] next_pixel_offset, next_tap_offset;
  systolic_next_pixel u_next_pixel (
      .command(command),
      .y(pixel_y),
      .x(pixel_x),
      .offset(pixel_offset),
      .next_y(next_pixel_y),
      .next_x(next_pixel_x),
      .next_offset(next_pixel_offset)
  );
  systolic_next_tap u_next_tap (
      .command(command),
      .y(tap_y),
      .x(tap_x),
      .c(tap_c),
      .offset(tap_offset),
      .next_y(next_tap_y),
      .next_x(next_tap_x),
      .next_c(next_tap_c),
      .next_offset(next_tap_offset)
  );
  assign pixel_y_after = first_pixel ? command.pixel_y : step_pixel ? next_pixel_y : pixel_y;
  assign pixel_x_after = first_pixel ? command.pixel_x : step_pixel ? next_pixel_x : pixel_x;
  assign pixel_offset_after = first_pixel ? command.pixel_offset : step_pixel ? next_pixel_offset : pixel_offset;
  assign tap_y_after = first_tap ? command.tap_y : step_tap ? next_tap_y : tap_y;
  assign tap_x_after = first_tap ? command.tap_x : step_tap ? next_tap_x : tap_x;
  assign tap_c_after = first_tap ? command.tap_c : step_tap ? next_tap_c : tap_c;
  assign tap_offset_after = first_tap ? command.tap_offset : step_tap ? next_tap_offset : tap_offset;
  assign weight_address_after = first_weight ? command.weight_base :
      step_weight ? weight_address + command.weight_pitch : weight_address;

  // What this dataflow does not look at.
  logic unused;
  assign unused = &{1'b0, command, @unused@};
endmodule
)";

/// Weight- and input-stationary: the words that shift the stationary operands of the fold that follows.
constexpr const char* kShifting =
    R"(  // Shift words bring the stationary operands of the fold that follows, one row each.
  logic [23:0] shift_word;
  logic [8:0]  next_rows;
  logic        shifting;
  assign shift_word = phase - {15'd0, command.shift_start};
  assign shifting   = another_fold && phase >= {15'd0, command.shift_start} && shift_word < 24'(ROWS);
  assign next_rows  = next_is_last_fold ? command.last_fold_rows : 9'(ROWS);

)";

constexpr const char* kStreamedSums = R"(  assign sum_write      = streaming;
  assign sum_accumulate = streaming && (fold != 16'd0 || command.accumulate);
  assign sum_row        = streaming ? sum_base + phase[15:0] : 16'd0;

)";

constexpr const char* kWeightStationaryWords = R"(  // A pixel for all rows.
  assign input_issued  = streaming;
  assign input_read    = streaming;
  assign input_first   = streaming && phase == 24'd0;
  assign input_control = changes_fold;  // load
  // Weights of a fold's highest row come first.
  assign weight_issued  = shifting;
  assign weight_read    = shifting && 24'(ROWS - 1) - shift_word < {15'd0, next_rows};
  assign weight_control = shifting;  // shift
)";
constexpr const char* kWeightStationarySteps = R"(  assign step_pixel   = streaming;
  assign step_tap     = shifting && !prologue;
  assign step_weight  = weight_read;
  assign first_pixel  = changes_fold;
  assign first_tap    = changes_fold && first_of_tile;
)";

constexpr const char* kInputStationaryWords = R"(  // A row of weights for all columns.
  assign weight_issued  = streaming;
  assign weight_read    = streaming;
  assign weight_control = changes_fold;  // load
  // The activation of one tap for each column.
  assign input_issued  = shifting;
  assign input_read    = shifting && shift_word < {15'd0, next_rows};
  assign input_first   = shifting && shift_word == 24'd0;
  assign input_control = shifting;  // shift
)";
constexpr const char* kInputStationarySteps =
    R"(  // The pixels of the next tile lie COLUMNS steps on. The shift words of the fold that is entered have all been issued:
  // if it is the last of its tile, the next ones begin at the first tap.
  assign step_pixel   = !prologue && last_fold && another_fold && phase < 24'(COLUMNS);
  assign step_tap     = input_read;
  assign step_weight  = streaming;
  assign first_pixel  = 1'b0;
  assign first_tap    = changes_fold && next_is_last_fold;
)";

constexpr const char* kOutputStationaryWords = R"(  // A tap and its weights.
  assign input_issued   = streaming;
  assign input_read     = streaming;
  assign input_first    = streaming && phase == 24'd0;
  assign input_control  = 1'b0;
  assign weight_issued  = streaming;
  assign weight_read    = streaming;
  assign weight_control = 1'b0;
  // Drain words begin with the last operand; the bottom row leaves first.
  logic [24:0] drain_word;
  logic        draining;
  assign drain_word     = {1'b0, phase} + 25'd1 - {1'b0, command.stream};
  assign draining       = {1'b0, phase} + 25'd1 >= {1'b0, command.stream} && drain_word < 25'(ROWS);
  assign sum_write      = draining;
  assign sum_accumulate = draining && command.accumulate;
  assign sum_row        = draining ? sum_base + 16'(ROWS - 1) - drain_word[15:0] : 16'd0;

)";
constexpr const char* kOutputStationarySteps = R"(  assign step_pixel   = draining;
  assign step_tap     = streaming;
  assign step_weight  = streaming;
  assign first_pixel  = 1'b0;
  assign first_tap    = changes_fold;
)";

/// What distinguishes the schedules of the dataflows.
struct ScheduleText {
  std::string title;
  std::string words;
  std::string steps;
  std::string unused;
};

ScheduleText text_of(hw::Dataflow dataflow) {
  switch (dataflow) {
    case hw::Dataflow::kWeightStationary:
      return {"Weight-stationary", std::string(kShifting) + kWeightStationaryWords + kStreamedSums,
              kWeightStationarySteps, "COLUMNS[0]"};
    case hw::Dataflow::kInputStationary:
      return {"Input-stationary", std::string(kShifting) + kInputStationaryWords + kStreamedSums, kInputStationarySteps,
              "1'b0"};
    case hw::Dataflow::kOutputStationary:
      return {"Output-stationary", kOutputStationaryWords, kOutputStationarySteps,
              "fold, another_fold, next_is_last_fold, drain_word, COLUMNS[0]"};
  }
  return {};
}

}  // namespace

SourceFile schedule_module(const hw::AcceleratorConfig& config) {
  const ScheduleText text = text_of(config.grid.dataflow);
  return {"systolic_schedule.sv", fill_template(kSchedule, {{"title", text.title},
                                                            {"rows", std::to_string(config.grid.rows)},
                                                            {"columns", std::to_string(config.grid.used_columns())},
                                                            {"words", text.words},
                                                            {"steps", text.steps},
                                                            {"unused", text.unused}})};
}

}  // namespace faultline::rtl
