#include <string>
#include <utility>

#include "rtl/generator/accelerator_modules.h"
#include "rtl/generator/checksum_module.h"
#include "rtl/generator/memory_guard.h"
#include "rtl/generator/neuron_unit_module.h"
#include "rtl/generator/spare_columns_module.h"
#include "rtl/generator/text_template.h"
#include "rtl/generator/weight_check_module.h"

namespace faultline::rtl {
namespace {

constexpr const char* kAccelerator =
    R"(// The systolic accelerator, @dataflow@: behind a command port and the DRAM handshake. Blocks talk through registers only.
module systolic_accelerator #(
    parameter int ROWS      = @rows@,
    parameter int COLUMNS   = @columns@,
    parameter int BUS_BYTES = @bus_bytes@
) (
    input  logic                      clock,
    input  logic                      reset,  // synchronous: every register to 0; memories keep their content
    // commands
    input  logic                      command_valid,
    input  accelerator_pkg::command_t host_command,
    output logic                      ready,    // a valid command is taken at the next edge
    output logic                      trapped,  // illegal address or command; stays until reset
    // DRAM: takes a request in every cycle and answers each, in order
    output logic                      dram_request_valid,
    output logic                      dram_request_write,
    output logic [6:0]                dram_request_count,
    output logic [31:0]               dram_request_address,
    output logic [8*BUS_BYTES-1:0]    dram_request_data,
    input  logic                      dram_response_valid,
    input  logic                      dram_response_error,
    input  logic [8*BUS_BYTES-1:0]    dram_response_data@report_ports@
);
@spare_parameters@  localparam int INPUT_LANES  = @input_lanes@;
  localparam int WEIGHT_LANES = @weight_lanes@;

  accelerator_pkg::command_t command;
  logic dma_start, dma_done, dma_error, post_start, post_done;
@correct_wires@
  logic input_read, input_first, input_control;
  logic [15:0] input_pixel_y, input_pixel_x, input_tap_y, input_tap_x, input_tap_c;
  logic [31:0] input_pixel_offset, input_tap_offset;
  logic weight_read, weight_control;
  logic [23:0] weight_address;
  logic sum_write, sum_accumulate;
  logic [15:0] sum_row;

  systolic_controller #(
      .ROWS(ROWS),
      .COLUMNS(COLUMNS)
  ) u_controller (
      .clock(clock),
      .reset(reset),
      .host_valid(command_valid),
      .host_command(host_command),
      .ready(ready),
      .trapped(trapped),
      .command(command),
      .dma_start(dma_start),
      .post_start(post_start),
      .dma_done(dma_done),
      .dma_error(dma_error),
      .post_done(post_done),
@correct_connections@      .input_word_read(input_read),
      .input_word_first(input_first),
      .input_word_control(input_control),
      .input_word_pixel_y(input_pixel_y),
      .input_word_pixel_x(input_pixel_x),
      .input_word_pixel_offset(input_pixel_offset),
      .input_word_tap_y(input_tap_y),
      .input_word_tap_x(input_tap_x),
      .input_word_tap_c(input_tap_c),
      .input_word_tap_offset(input_tap_offset),
      .weight_word_read(weight_read),
      .weight_word_control(weight_control),
      .weight_word_address(weight_address),
      .sum_word_write(sum_write),
      .sum_word_accumulate(sum_accumulate),
      .sum_word_row(sum_row)
  );

  logic write_valid;
  logic [1:0] write_target;
  logic [6:0] write_count;
  logic [23:0] write_address;
  logic [8*BUS_BYTES-1:0] write_data;
  logic read_valid;
  logic [6:0] read_count;
  logic [23:0] read_address;
  logic [8*BUS_BYTES-1:0] output_data;

  systolic_dma #(
      .BUS_BYTES(BUS_BYTES)
  ) u_dma (
      .clock(clock),
      .reset(reset),
      .command(command),
      .start(dma_start),
      .done(dma_done),
      .error(dma_error),
      .dram_request_valid(dram_request_valid),
      .dram_request_write(dram_request_write),
      .dram_request_count(dram_request_count),
      .dram_request_address(dram_request_address),
      .dram_request_data(dram_request_data),
      .dram_response_valid(dram_response_valid),
      .dram_response_error(dram_response_error),
      .dram_response_data(dram_response_data),
      .buffer_write_valid(write_valid),
      .buffer_write_target(write_target),
      .buffer_write_count(write_count),
      .buffer_write_address(write_address),
      .buffer_write_data(write_data),
      .buffer_read_valid(read_valid),
      .buffer_read_count(read_count),
      .buffer_read_address(read_address),
      .output_data(output_data)
  );

  logic pool_valid;
  logic [31:0] pool_address;
  logic [8*COLUMNS-1:0] pool_data;
@spare_column_unit@  logic [8*INPUT_LANES-1:0] input_edge_value;
  logic [INPUT_LANES-1:0] input_edge_valid, input_edge_control;

  systolic_input_feeder #(
      .LANES(INPUT_LANES),
      .COLUMNS(COLUMNS),
      .BUS_BYTES(BUS_BYTES)
  ) u_input_feeder (
      .clock(clock),
      .reset(reset),
@input_report@      .command(command),
      .word_read(input_read),
      .word_first(input_first),
      .word_control(input_control),
      .word_pixel_y(input_pixel_y),
      .word_pixel_x(input_pixel_x),
      .word_pixel_offset(input_pixel_offset),
      .word_tap_y(input_tap_y),
      .word_tap_x(input_tap_x),
      .word_tap_c(input_tap_c),
      .word_tap_offset(input_tap_offset),
@input_columns@      .write_valid(write_valid),
      .write_target(write_target),
      .write_count(write_count),
      .write_address(write_address),
      .write_data(write_data),
      .pool_valid(pool_valid),
      .pool_address(pool_address),
      .pool_data(pool_data),
      .edge_value(input_edge_value),
      .edge_valid(input_edge_valid),
      .edge_control(input_edge_control)
  );

  logic [8*WEIGHT_LANES-1:0] weight_edge_value;
  logic [WEIGHT_LANES-1:0] weight_edge_valid, weight_edge_control;

  systolic_weight_feeder #(
      .LANES(WEIGHT_LANES),
      .BUS_BYTES(BUS_BYTES)
  ) u_weight_feeder (
      .clock(clock),
      .reset(reset),
@weight_report@      .word_read(weight_read),
      .word_control(weight_control),
      .word_address(weight_address),
@check_connections@@weight_columns@      .write_valid(write_valid),
      .write_target(write_target),
      .write_count(write_count),
      .write_address(write_address),
      .write_data(write_data),
      .edge_value(weight_edge_value),
      .edge_valid(weight_edge_valid),
      .edge_control(weight_edge_control)
  );

  logic [32*@grid_columns@-1:0] south_sum;
  logic [@grid_columns@-1:0] drain;

  systolic_grid #(
      .ROWS(ROWS),
      .COLUMNS(@grid_columns@)
  ) u_grid (
      .clock(clock),
      .reset(reset),
      .west_value(@west@_edge_value),
      .west_valid(@west@_edge_valid),
      .north_value(@north@_edge_value),
      .north_valid(@north@_edge_valid),
@grid_control@      .south_sum(south_sum)
  );

  // What this dataflow has no use for.
  logic unused;
  assign unused = &{1'b0, @unused@};

@correction_wires@  logic row_valid;
  logic [15:0] row_number;
  logic [32*COLUMNS-1:0] row_data;

  systolic_partial_sum_buffer #(
      .STAGES(ROWS + 1),
      .COLUMNS(COLUMNS)@buffer_spares@
  ) u_partial_sum_buffer (
      .clock(clock),
      .reset(reset),
@partial_sum_report@      .word_write(sum_write),
      .word_accumulate(sum_accumulate),
      .word_row(sum_row),
      .south_sum(south_sum),
@buffer_columns@      .request_valid(row_valid),
      .request_row(row_number),
      .row_data(row_data),
@buffer_correction@      .drain(drain)
  );
@checksum_unit@
  systolic_post_processing #(
      .COLUMNS(COLUMNS),
      .BUS_BYTES(BUS_BYTES)
  ) u_post_processing (
      .clock(clock),
      .reset(reset),
@output_report@      .command(command),
      .start(post_start),
      .done(post_done),
      .row_request_valid(row_valid),
      .row_request_row(row_number),
      .row_data(row_data),
      .pool_request_valid(pool_valid),
      .pool_request_address(pool_address),
      .pool_data(pool_data),
      .write_valid(write_valid),
      .write_target(write_target),
      .write_count(write_count),
      .write_address(write_address),
      .write_data(write_data),
@neuron_connections@      .read_valid(read_valid),
      .read_count(read_count),
      .read_address(read_address),
      .read_data(output_data)
  );
@neuron_unit@endmodule
)";

constexpr const char* kCorrectWires = R"(  logic correct_start, correct_done;
  logic neuron_request_valid, neuron_write_valid;
  logic [23:0] neuron_request_address, neuron_write_address;
  logic [7:0] neuron_word, neuron_write_code;
)";

constexpr const char* kCorrectConnections = R"(      .correct_start(correct_start),
      .correct_done(correct_done),
)";

constexpr const char* kNeuronConnections = R"(      .neuron_request_valid(neuron_request_valid),
      .neuron_request_address(neuron_request_address),
      .neuron_word(neuron_word),
      .neuron_write_valid(neuron_write_valid),
      .neuron_write_address(neuron_write_address),
      .neuron_write_code(neuron_write_code),
)";

constexpr const char* kNeuronInstance = R"(
  systolic_neuron_unit #(
      .BUS_BYTES(BUS_BYTES)
  ) u_neuron_unit (
      .clock(clock),
      .reset(reset),
      .command(command),
      .start(correct_start),
      .done(correct_done),
      .load_valid(write_valid),
      .load_target(write_target),
      .load_count(write_count),
      .load_address(write_address),
      .load_data(write_data),
      .request_valid(neuron_request_valid),
      .request_address(neuron_request_address),
      .buffer_byte(neuron_word),
      .write_valid(neuron_write_valid),
      .write_address(neuron_write_address),
      .write_code(neuron_write_code),
@repeat_connection@      .report(@unit@_report)
  );
)";

constexpr const char* kRepeatConnection = R"(      .repeat_request(repeat_request),
)";

constexpr const char* kTopRepeatPort = R"(,
    // the host is to present the layer's commands again
    output logic                      repeat_request)";

/// The unit for critical neurons between controller and post-processing.
TemplateValues neuron_unit_values(const hw::ProtectionConfig& protection) {
  return {{"correct_wires", if_neuron_unit(protection, kCorrectWires)},
          {"correct_connections", if_neuron_unit(protection, kCorrectConnections)},
          {"neuron_connections", if_neuron_unit(protection, kNeuronConnections)},
          {"neuron_unit", if_neuron_unit(protection, kNeuronInstance)},
          {"repeat_connection", if_repeats(protection, kRepeatConnection)},
          {"unit", protection.neuron_unit}};
}

constexpr const char* kCorrectionWires = R"(  logic correction_valid;
  logic [15:0] correction_row, last_sum_row;
  logic [7:0] correction_column;
  logic [31:0] correction_delta;
)";

constexpr const char* kBufferCorrection = R"(      .correction_valid(correction_valid),
      .correction_row(correction_row),
      .correction_column(correction_column),
      .correction_delta(correction_delta),
      .last_row(last_sum_row),
)";

constexpr const char* kChecksumInstance = R"(
  systolic_checksum_unit #(
      .ROWS(ROWS),
      .COLUMNS(COLUMNS)
  ) u_checksum_unit (
      .clock(clock),
      .reset(reset),
      .west_value(@west@_edge_value),
      .west_valid(@west@_edge_valid),
      .north_value(@north@_edge_value),
      .north_valid(@north@_edge_valid),
@checksum_control@      .south_sum(south_sum),
      .last_write(drain[COLUMNS-1]),
@unit_correction@      .report(checksum_report)
  );
)";

constexpr const char* kChecksumControl = R"(      .west_load(@west@_edge_control[0]),
      .north_shift(@north@_edge_control[COLUMNS-1]),
)";

constexpr const char* kUnitCorrection = R"(      .last_row(last_sum_row),
      .correction_valid(correction_valid),
      .correction_row(correction_row),
      .correction_column(correction_column),
      .correction_delta(correction_delta),
)";

/// The checksum unit beside the grid.
std::string with_checksum_unit(std::string text, const hw::AcceleratorConfig& config) {
  const hw::ProtectionConfig& protection = config.protection;
  const bool drains = config.grid.dataflow == hw::Dataflow::kOutputStationary;
  text = fill_template(std::move(text), {{"checksum_unit", if_checksum(protection, kChecksumInstance)},
                                         {"correction_wires", if_corrects(protection, kCorrectionWires)},
                                         {"buffer_correction", if_corrects(protection, kBufferCorrection)}});
  return fill_template(std::move(text), {{"checksum_control", drains ? "" : kChecksumControl},
                                         {"unit_correction", if_corrects(protection, kUnitCorrection)}});
}

constexpr const char* kGridColumns = R"(  localparam int SPARES       = @spares@;
  localparam int GRID_COLUMNS = COLUMNS + SPARES;
  localparam logic [GRID_COLUMNS-1:0] SKIPPED = @all_columns@'b@skipped@;  // columns that are left out after reset
)";

constexpr const char* kSpareColumnUnit = R"(
  logic [GRID_COLUMNS-1:0] column_used;
  logic [@shift_bits@*GRID_COLUMNS-1:0] column_shift;

  systolic_spare_column_unit #(
      .COLUMNS(GRID_COLUMNS),
      .SPARES(SPARES)
  ) u_spare_column_unit (
      .clock(clock),
      .reset(reset),
      .skipped(SKIPPED),
      .used(column_used),
      .shift(column_shift)
  );

)";

constexpr const char* kUsedColumns = R"(      .used(column_used),
)";
constexpr const char* kShiftedColumns = R"(      .used(column_used),
      .shift(column_shift),
)";

/// The registers that say which columns are left out, and what tells the other blocks.
std::string with_spare_columns(std::string text, const hw::AcceleratorConfig& config) {
  const bool by_column = config.grid.dataflow == hw::Dataflow::kInputStationary;
  text = fill_template(std::move(text), {{"spare_parameters", if_spare_columns(config, kGridColumns)},
                                         {"spare_column_unit", if_spare_columns(config, kSpareColumnUnit)},
                                         {"input_columns", if_spare_lanes(config, by_column, kUsedColumns)},
                                         {"weight_columns", if_spare_lanes(config, !by_column, kShiftedColumns)},
                                         {"buffer_spares", if_spare_columns(config, ",\n      .SPARES(SPARES)")},
                                         {"buffer_columns", if_spare_columns(config, kShiftedColumns)}});
  return fill_template(std::move(text), {{"spares", std::to_string(config.grid.columns - config.grid.used_columns())},
                                         {"shift_bits", std::to_string(shift_bits(config.grid))},
                                         {"all_columns", std::to_string(config.grid.columns)},
                                         {"skipped", skipped_digits(config.grid)}});
}

/// The report registers of protected memories and of the units are ports of the top module, `<name>_report`.
std::string with_reports(const hw::ProtectionConfig& protection) {
  std::string ports;
  TemplateValues values;
  for (const std::string& memory : hw::protectable_memories()) {
    const std::string port = memory + "_report";
    ports += if_guarded(protection, memory, ",\n    output logic [34:0]               " + port);
    values.emplace_back(port, if_guarded(protection, memory, "      .report(" + port + "),\n"));
  }
  ports += if_neuron_unit(protection, ",\n    output logic [34:0]               " + protection.neuron_unit + "_report");
  ports += if_checksum(protection, ",\n    output logic [34:0]               checksum_report");
  ports += if_repeats(protection, kTopRepeatPort);
  values.emplace_back(
      "report_ports",
      ports.empty() ? "" : ",\n    // what protection units found: errors, corrected, flags" + ports.substr(1));
  return fill_template(with_weight_check(kAccelerator, protection), values);
}

std::string with_units(const hw::AcceleratorConfig& config) {
  const std::string text = fill_template(with_reports(config.protection), neuron_unit_values(config.protection));
  return with_spare_columns(with_checksum_unit(text, config), config);
}

}  // namespace

SourceFile accelerator_module(const hw::AcceleratorConfig& config) {
  const bool drains = config.grid.dataflow == hw::Dataflow::kOutputStationary;
  const bool by_column = config.grid.dataflow == hw::Dataflow::kInputStationary;
  const std::string west = by_column ? "weight" : "input";
  const std::string north = by_column ? "input" : "weight";
  const std::string columns = if_spare_columns(config, "GRID_COLUMNS", "COLUMNS");
  const std::string control =
      "      .west_control(" + west + "_edge_control),\n      .north_control(" + north + "_edge_control),\n";
  return {
      "systolic_accelerator.sv",
      fill_template(with_units(config), {{"dataflow", hw::to_string(config.grid.dataflow)},
                                         {"rows", std::to_string(config.grid.rows)},
                                         {"columns", std::to_string(config.grid.used_columns())},
                                         {"grid_columns", columns},
                                         {"bus_bytes", std::to_string(config.bus_bytes)},
                                         {"input_lanes", by_column ? columns : "ROWS"},
                                         {"weight_lanes", by_column ? "ROWS" : columns},
                                         {"west", west},
                                         {"north", north},
                                         {"grid_control", drains ? "      .drain(drain),\n" : control},
                                         {"unused", drains ? "input_edge_control, weight_edge_control" : "drain"}})};
}

}  // namespace faultline::rtl
