#include <string>

#include "hw/protection/neuron_encoder.h"
#include "rtl/generator/accelerator_modules.h"
#include "rtl/generator/memory_guard.h"
#include "rtl/generator/neuron_unit_module.h"
#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

constexpr const char* kInterface =
    R"(// Bias, requantisation, activation function and pooling, one row of lanes a cycle, into the output buffer.
//
// The stages: request; data from the buffer; pooling: window; biased; product; round, clamp, table, write.
module systolic_post_processing #(
    parameter int COLUMNS         = @columns@,
    parameter int BUS_BYTES       = @bus_bytes@,
    parameter int OUTPUT_BYTES    = @output_bytes@,
    parameter int PARAMETER_BYTES = @parameter_bytes@
) (
    input  logic                      clock,
    input  logic                      reset,  // synchronous: every register to 0
    input  accelerator_pkg::command_t command,
    input  logic                      start,
    output logic                      done,  // for one cycle
    // a row of the partial-sum buffer
    output logic                      row_request_valid,
    output logic [15:0]               row_request_row,
    input  logic [32*COLUMNS-1:0]     row_data,
    // bytes of the input buffer, one for each column
    output logic                      pool_request_valid,
    output logic [31:0]               pool_request_address,  // signed
    input  logic [8*COLUMNS-1:0]      pool_data,
    // DMA into the parameter memory and the table
    input  logic                      write_valid,
    input  logic [1:0]                write_target,
    input  logic [6:0]                write_count,
    input  logic [23:0]               write_address,
    input  logic [8*BUS_BYTES-1:0]    write_data,
@report_port@@neuron_ports@    // DMA from the output buffer
    input  logic                      read_valid,
    input  logic [6:0]                read_count,
    input  logic [23:0]               read_address,
    output logic [8*BUS_BYTES-1:0]    read_data
);
)";

constexpr const char* kSequencer = R"(  localparam logic [1:0] IDLE = 2'd0;
  localparam logic [1:0] ROWS = 2'd1;
  localparam logic [1:0] POOL = 2'd2;

  logic [1:0]  state;
  logic [23:0] row;
  logic [23:0] tap_count;
  logic [15:0] pixel_y;
  logic [15:0] pixel_x;
  logic [31:0] pixel_offset;
  logic [15:0] tap_y;
  logic [15:0] tap_x;
  logic [15:0] tap_c;
  logic [31:0] tap_offset;
  // rows on their way; pooling: taps
  logic        requested_valid;
  logic [23:0] requested_row;
  logic        fetched_valid;
  logic [23:0] fetched_row;
  logic        pool_requested_valid;
  logic        pool_requested_inside;
  logic        pool_requested_first;
  logic        pool_requested_last;
  logic [23:0] pool_requested_row;
  logic        pool_fetched_valid;
  logic        pool_fetched_inside;
  logic        pool_fetched_first;
  logic        pool_fetched_last;
  logic [23:0] pool_fetched_row;
  logic        window_done_valid;
  logic [23:0] window_done_row;
  logic        biased_stage_valid;
  logic [23:0] biased_stage_row;
  logic        product_stage_valid;
  logic [23:0] product_stage_row;

  // ---- requests ----

  // A command without rows is done at once.
  logic take, begins, rows_state, pool_state, last_row, last_tap;
  assign take       = start && state == IDLE;
  assign begins     = take && command.rows != 24'd0;
  assign rows_state = state == ROWS;
  assign pool_state = state == POOL;
  assign last_row   = {1'b0, row} + 25'd1 >= {1'b0, command.rows};
  assign last_tap   = {1'b0, tap_count} + 25'd1 >= {1'b0, command.stream};

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

  logic        is_inside;
  logic [31:0] input_address;
  systolic_input_position u_position (
      .command(command),
      .pixel_y(pixel_y),
      .pixel_x(pixel_x),
      .pixel_offset(pixel_offset),
      .tap_y(tap_y),
      .tap_x(tap_x),
      .tap_offset(tap_offset),
      .is_inside(is_inside),
      .address(input_address)
  );

  always_ff @(posedge clock) begin
    if (reset) begin
      state <= IDLE;
      row <= 24'd0;
      tap_count <= 24'd0;
      pixel_y <= 16'd0;
      pixel_x <= 16'd0;
      pixel_offset <= 32'd0;
      tap_y <= 16'd0;
      tap_x <= 16'd0;
      tap_c <= 16'd0;
      tap_offset <= 32'd0;
    end else if (begins) begin
      state <= command.opcode == accelerator_pkg::OPCODE_POOL ? POOL : ROWS;
      row <= 24'd0;
      tap_count <= 24'd0;
      pixel_y <= command.pixel_y;
      pixel_x <= command.pixel_x;
      pixel_offset <= command.pixel_offset;
      tap_y <= command.tap_y;
      tap_x <= command.tap_x;
      tap_c <= command.tap_c;
      tap_offset <= command.tap_offset;
    end else if (rows_state) begin
      row <= row + 24'd1;
      if (last_row) state <= IDLE;
    end else if (pool_state && !last_tap) begin
      tap_count <= tap_count + 24'd1;
      tap_y <= next_tap_y;
      tap_x <= next_tap_x;
      tap_c <= next_tap_c;
      tap_offset <= next_tap_offset;
    end else if (pool_state) begin
      tap_count <= 24'd0;
      tap_y <= command.tap_y;
      tap_x <= command.tap_x;
      tap_c <= command.tap_c;
      tap_offset <= command.tap_offset;
      pixel_y <= next_pixel_y;
      pixel_x <= next_pixel_x;
      pixel_offset <= next_pixel_offset;
      row <= row + 24'd1;
      if (last_row) state <= IDLE;
    end else begin
      state <= IDLE;
    end
  end

  always_ff @(posedge clock) begin
    if (reset) begin
      row_request_valid <= 1'b0;
      row_request_row <= 16'd0;
      pool_request_valid <= 1'b0;
      pool_request_address <= 32'd0;
      requested_valid <= 1'b0;
      requested_row <= 24'd0;
      pool_requested_valid <= 1'b0;
      pool_requested_inside <= 1'b0;
      pool_requested_first <= 1'b0;
      pool_requested_last <= 1'b0;
      pool_requested_row <= 24'd0;
      fetched_valid <= 1'b0;
      fetched_row <= 24'd0;
      pool_fetched_valid <= 1'b0;
      pool_fetched_inside <= 1'b0;
      pool_fetched_first <= 1'b0;
      pool_fetched_last <= 1'b0;
      pool_fetched_row <= 24'd0;
    end else begin
      row_request_valid <= rows_state;
      requested_valid <= rows_state;
      if (rows_state) begin
        row_request_row <= command.psum_base + row[15:0];
        requested_row <= row;
      end
      pool_request_valid <= pool_state;
      pool_requested_valid <= pool_state;
      if (pool_state) begin
        pool_request_address <= input_address;
        pool_requested_inside <= is_inside;
        pool_requested_first <= tap_count == 24'd0;
        pool_requested_last <= last_tap;
        pool_requested_row <= row;
      end
      fetched_valid <= requested_valid;
      fetched_row <= requested_row;
      pool_fetched_valid <= pool_requested_valid;
      pool_fetched_inside <= pool_requested_inside;
      pool_fetched_first <= pool_requested_first;
      pool_fetched_last <= pool_requested_last;
      pool_fetched_row <= pool_requested_row;
    end
  end

  // ---- rows through the stages ----

  // Rows come from one side at a time; a faulty machine prefers the window.
  logic [23:0] bias_row;
  assign bias_row = window_done_valid ? window_done_row : fetched_row;

  always_ff @(posedge clock) begin
    if (reset) begin
      window_done_valid <= 1'b0;
      window_done_row <= 24'd0;
      biased_stage_valid <= 1'b0;
      biased_stage_row <= 24'd0;
      product_stage_valid <= 1'b0;
      product_stage_row <= 24'd0;
      done <= 1'b0;
    end else begin
      window_done_valid <= pool_fetched_valid && pool_fetched_last;
      window_done_row <= pool_fetched_row;
      biased_stage_valid <= window_done_valid || fetched_valid;
      biased_stage_row <= bias_row;
      product_stage_valid <= biased_stage_valid;
      product_stage_row <= biased_stage_row;
      done <= (take && !begins) ||
          (product_stage_valid && {1'b0, product_stage_row} + 25'd1 == {1'b0, command.rows});
    end
  end

  // Codes pass a maximum as they are.
  logic maximum, passes;
  assign maximum = command.opcode == accelerator_pkg::OPCODE_POOL && command.maximum;
  assign passes  = command.raw || maximum;
)";

constexpr const char* kMemories = R"(
  // ---- memories ----

  // Bytes for each lane: bias (4) of the row that is biased, multiplier (4) and residue (4) of the one that is
  // multiplied, shift (1)@bounds_comment@ of the one that is written.
  localparam int ENTRY = @entry_bytes@;

  logic [34*ENTRY*COLUMNS-1:0] parameter_address;
  logic [8*ENTRY*COLUMNS-1:0]  parameter_data;
  logic [34*COLUMNS-1:0]       table_address;
  logic [8*COLUMNS-1:0]        table_data;
  logic [BUS_BYTES-1:0]        parameter_write;
  logic [BUS_BYTES-1:0]        table_write;
  logic [34*BUS_BYTES-1:0]     write_addresses;
  logic [50*BUS_BYTES-1:0]     output_read_address;
  logic [8*BUS_BYTES-1:0]      output_read_data;
  // four bytes for each lane
  logic [4*COLUMNS-1:0]        output_write;
  logic [200*COLUMNS-1:0]      output_write_address;
  logic [32*COLUMNS-1:0]       output_write_data;
@read_enable@
  systolic_buffer #(
      .WORDS(PARAMETER_BYTES),
      .READERS(ENTRY * COLUMNS),
      .WRITERS(BUS_BYTES)
  ) u_parameter (
      .clock(clock),
      .read_address(parameter_address),
      .read_data(parameter_data),
      .write_enable(parameter_write),
      .write_address(write_addresses),
      .write_data(write_data)
  );

  systolic_buffer #(
      .WORDS(256),
      .READERS(COLUMNS),
      .WRITERS(BUS_BYTES)
  ) u_table (
      .clock(clock),
      .read_address(table_address),
      .read_data(table_data),
      .write_enable(table_write),
      .write_address(write_addresses),
      .write_data(write_data)
  );

  @buffer@ #(
      .WORDS(OUTPUT_BYTES),
@guard_parameters@      .ADDRESS_BITS(50),
      .READERS(@output_readers@),
      .WRITERS(@output_writers@)
  ) u_output_buffer (
      .clock(clock),
@guard_connections@      .read_address(@output_read_address@),
      .read_data(@output_read_data@),
      .write_enable(@output_write@),
      .write_address(@output_write_address@),
      .write_data(@output_write_data@)
  );
@neuron_word@@split_memory@
  for (genvar i = 0; i < BUS_BYTES; i++) begin : beat
    logic [7:0] data;
    logic       written;
    assign written = write_valid && 7'(i) < write_count;
    assign parameter_write[i] = written && write_target == accelerator_pkg::TARGET_PARAMETER;
    assign table_write[i] = written && write_target == accelerator_pkg::TARGET_TABLE;
    assign write_addresses[34*i+:34] = {10'd0, write_address} + 34'(i);

    assign output_read_address[50*i+:50] = {26'd0, read_address} + 50'(i);
@beat_enable@    always_ff @(posedge clock) begin
      if (reset) data <= 8'd0;
      else if (read_valid) data <= 7'(i) < read_count ? output_read_data[8*i+:8] : 8'd0;
    end
    assign read_data[8*i+:8] = data;
  end
)";

constexpr const char* kLanes = R"(
  // ---- lanes ----

  logic [49:0] output_base;
  assign output_base = {26'd0, command.output_base} + {26'd0, product_stage_row} * {26'd0, command.output_row_stride};

  for (genvar c = 0; c < COLUMNS; c++) begin : lane
    logic signed [31:0] window;
    logic signed [31:0] biased;
    logic signed [63:0] product;

    // Where this lane's parameters lie for the rows of three stages.
    logic [33:0] bias_entry, product_entry, shift_entry;
    assign bias_entry    = ENTRY * ({18'd0, command.parameter_base} + (command.parameter_by_row ? {10'd0, bias_row} : 34'(c)));
    assign product_entry = ENTRY * ({18'd0, command.parameter_base} + (command.parameter_by_row ? {10'd0, biased_stage_row} : 34'(c)));
    assign shift_entry   = ENTRY * ({18'd0, command.parameter_base} + (command.parameter_by_row ? {10'd0, product_stage_row} : 34'(c)));
    for (genvar b = 0; b < ENTRY; b++) begin : parameter_byte
      if (b < 4) begin : of_bias
        assign parameter_address[34*(ENTRY*c+b)+:34] = bias_entry + 34'(b);
      end else if (b < 12) begin : of_factor
        assign parameter_address[34*(ENTRY*c+b)+:34] = product_entry + 34'(b);
      end else begin : of_shift
        assign parameter_address[34*(ENTRY*c+b)+:34] = shift_entry + 34'(b);
      end
    end
    logic signed [31:0] bias, multiplier, residue;
    logic [7:0]         shift_byte;
    logic [5:0]         shift;
    assign bias       = parameter_data[8*ENTRY*c+:32];
    assign multiplier = parameter_data[8*(ENTRY*c+4)+:32];
    assign residue    = parameter_data[8*(ENTRY*c+8)+:32];
    assign shift_byte = parameter_data[8*(ENTRY*c+12)+:8];
    assign shift      = shift_byte[5:0];
@bounds@
    // pooling: the window so far, and with the tap that has come
    logic signed [31:0] tap, so_far;
    assign tap = {{24{pool_data[8*c+7]}}, pool_data[8*c+:8]};
    assign so_far = !pool_fetched_first ? window : command.maximum ? -32'sd128 : 32'sd0;

    logic signed [31:0] pad;
    assign pad = {{24{command.pad_value[7]}}, command.pad_value};

    logic signed [31:0] sum;
    assign sum = window_done_valid ? window : row_data[32*c+:32];

    logic signed [63:0] wide_biased, wide_multiplier, wide_residue;
    assign wide_biased     = {{32{biased[31]}}, biased};
    assign wide_multiplier = passes ? 64'sd1 : {{32{multiplier[31]}}, multiplier};
    assign wide_residue    = passes ? 64'sd0 : {{32{residue[31]}}, residue};

    always_ff @(posedge clock) begin
      if (reset) begin
        window <= 32'sd0;
        biased <= 32'sd0;
        product <= 64'sd0;
      end else begin
        if (pool_fetched_valid) begin
          if (!command.maximum) window <= so_far + (pool_fetched_inside ? tap : pad);
          else window <= pool_fetched_inside && tap > so_far ? tap : so_far;
        end
        if (fetched_valid || window_done_valid) biased <= sum + (maximum ? 32'sd0 : bias);
        if (biased_stage_valid) product <= wide_biased * wide_multiplier + wide_residue;
      end
    end

    // round(product / 2^shift), ties to even
    logic signed [63:0] floor, rounded;
    logic [63:0]        half, remainder;
    logic               round_up;
    assign floor     = product >>> shift;
    assign half      = (64'd1 << shift) >> 1;
    assign remainder = product & ((64'd1 << shift) - 64'd1);
    assign round_up  = shift != 6'd0 && (remainder > half || (remainder == half && floor[0]));
    assign rounded   = floor + {63'd0, round_up};

    // Limited first, far outside the range of codes, so that adding the zero point cannot overflow.
    logic signed [23:0] limited, shifted, low, high, clamped;
    assign limited = rounded < -64'sd1048576 ? -24'sd1048576 : rounded > 64'sd1048576 ? 24'sd1048576 : rounded[23:0];
    assign shifted = limited + {{16{command.zero_point[7]}}, command.zero_point};
    assign low     = {{16{@low@[7]}}, @low@};
    assign high    = {{16{@high@[7]}}, @high@};
    assign clamped = shifted < low ? low : shifted > high ? high : shifted;

@interval@    logic [7:0] code;
    assign table_address[34*c+:34] = {26'd0, ~@limited@[7], @limited@[6:0]};
    assign code = maximum ? product[7:0] : command.use_table ? table_data[8*c+:8] : @limited@[7:0];

    logic        writes;
    logic [49:0] address;
    assign writes  = product_stage_valid && 9'(c) < command.lanes;
    assign address = output_base + 50'(c) * {26'd0, command.output_lane_stride};
@split_code@    for (genvar b = 0; b < 4; b++) begin : output_byte
      assign output_write[4*c+b] = writes && (b == 0 || command.raw);
      assign output_write_address[50*(4*c+b)+:50] = address + 50'(b);
    end
    assign output_write_data[32*c+:32] = command.raw ? product[31:0] : {24'd0, @stored_code@};

    // A clamped value has eight bits; bits 6 and 7 of a shift do not count.
    logic unused;
    assign unused = &{1'b0, clamped[23:8], shift_byte[7:6]};
  end

  // Other fields of the command do not matter here.
  logic unused;
  assign unused = &{1'b0, command};
endmodule
)";

constexpr const char* kNeuronPorts = R"(    // the unit for critical neurons
    input  logic                      neuron_request_valid,
    input  logic [23:0]               neuron_request_address,
    output logic [7:0]                neuron_word,
    input  logic                      neuron_write_valid,
    input  logic [23:0]               neuron_write_address,
    input  logic [7:0]                neuron_write_code,
)";

/// The unit's port of the output buffer: read beside DMA's, written before the lanes.
constexpr const char* kNeuronWord = R"(
  logic [7:0] neuron_byte;
  always_ff @(posedge clock) begin
    if (reset) neuron_word <= 8'd0;
    else if (neuron_request_valid) neuron_word <= neuron_byte;
  end
)";

constexpr const char* kSplitMemory = R"(
  // One bit for each byte of the output buffer: what is written there as the neuron unit's words hold it.
  logic [50*COLUMNS-1:0]   split_address;
  logic [8*COLUMNS-1:0]    split_data;
  logic [BUS_BYTES-1:0]    split_write;
  logic [50*BUS_BYTES-1:0] split_write_address;
  for (genvar i = 0; i < BUS_BYTES; i++) begin : split_beat
    assign split_write[i] = table_write[i];
    // Below the base it wraps to an address out of range.
    assign split_write_address[50*i+:50] = {26'd0, write_address} + 50'(i) - {26'd0, accelerator_pkg::NEURON_MASK};
  end

  systolic_buffer #(
      .WORDS(@split_bytes@),
      .ADDRESS_BITS(50),
      .READERS(COLUMNS),
      .WRITERS(BUS_BYTES)
  ) u_split (
      .clock(clock),
      .read_address(split_address),
      .read_data(split_data),
      .write_enable(split_write),
      .write_address(split_write_address),
      .write_data(write_data)
  );
)";

constexpr const char* kSplitCode = R"(    logic [7:0] stored_code;
    assign split_address[50*c+:50] = {3'd0, address[49:3]};
    systolic_@kind@_encoder u_encoder (
        .code(code),
        .zero(command.pad_value),
        .enable(command.accumulate && !maximum),
        .mask(split_data[8*c+:8]),
        .place(address[2:0]),
        .stored(stored_code)
    );
)";

constexpr const char* kChannelBounds = R"(    logic [7:0]         low_bound, high_bound;
    assign low_bound  = parameter_data[8*(ENTRY*c+13)+:8];
    assign high_bound = parameter_data[8*(ENTRY*c+14)+:8];
)";

constexpr const char* kChannelInterval = R"(    logic [7:0] kept;
    systolic_channel_interval u_interval (
        .code(clamped[7:0]),
        .low(low_bound),
        .high(high_bound),
        .zero(command.zero_point),
        .kept(kept)
    );

)";

/// Where a lane finds the codes that it clamps to, and what it holds to its channel's bounds after that.
TemplateValues bounds_values(const hw::AcceleratorConfig& config) {
  const bool own = config.protection.channel_bounds.has_value();
  const bool zeroes = own && config.protection.channel_bounds->zeroes;
  return {{"entry_bytes", std::to_string(config.parameter_bytes())},
          {"bounds_comment", own ? " and bounds (2)" : ""},
          {"bounds", own ? kChannelBounds : ""},
          {"low", own && !zeroes ? "low_bound" : "command.low"},
          {"high", own && !zeroes ? "high_bound" : "command.high"},
          {"interval", zeroes ? kChannelInterval : ""},
          {"limited", zeroes ? "kept" : "clamped"}};
}

/// Ports of the output buffer, the neuron unit's included.
TemplateValues output_buffer_ports(const hw::ProtectionConfig& protection) {
  if (protection.neuron_unit.empty()) {
    return {{"output_readers", "BUS_BYTES"},
            {"output_writers", "4 * COLUMNS"},
            {"output_read_address", "output_read_address"},
            {"output_read_data", "output_read_data"},
            {"output_write", "output_write"},
            {"output_write_address", "output_write_address"},
            {"output_write_data", "output_write_data"}};
  }
  return {{"output_readers", "BUS_BYTES + 1"},
          {"output_writers", "4 * COLUMNS + 1"},
          {"output_read_address", "{26'd0, neuron_request_address, output_read_address}"},
          {"output_read_data", "{neuron_byte, output_read_data}"},
          {"output_write", "{output_write, neuron_write_valid}"},
          {"output_write_address", "{output_write_address, 26'd0, neuron_write_address}"},
          {"output_write_data", "{output_write_data, neuron_write_code}"}};
}

/// What a unit for critical neurons puts into the text.
TemplateValues neuron_values(const hw::AcceleratorConfig& config) {
  const hw::ProtectionConfig& protection = config.protection;
  const int64_t split_bytes = hw::NeuronEncoder::mask_bytes(config.output_buffer_bytes);
  return {{"neuron_ports", if_neuron_unit(protection, kNeuronPorts)},
          {"neuron_word", if_neuron_unit(protection, kNeuronWord)},
          {"split_memory", if_neuron_encoder(protection, kSplitMemory)},
          {"split_code", if_neuron_encoder(protection, kSplitCode)},
          {"stored_code", if_neuron_encoder(protection, "stored_").append("code")},
          {"split_bytes", std::to_string(split_bytes)},
          {"kind", protection.neuron_unit}};
}

}  // namespace

SourceFile post_processing_module(const hw::AcceleratorConfig& config) {
  const int64_t parameter_bytes = int64_t{config.parameter_entries} * config.parameter_bytes();
  const auto if_output = [&config](const char* text) { return if_guarded(config.protection, "output", text); };
  const std::string enable =
      config.protection.neuron_unit.empty() ? "output_read_enable" : "{neuron_request_valid, output_read_enable}";
  std::string text = fill_template(std::string(kInterface) + kSequencer + kMemories + kLanes,
                                   guard_values(config.protection, "output", enable));
  text = fill_template(text, output_buffer_ports(config.protection));
  text = fill_template(text, neuron_values(config));
  text = fill_template(text, bounds_values(config));
  return {"systolic_post_processing.sv",
          fill_template(text, {{"columns", std::to_string(config.grid.used_columns())},
                               {"bus_bytes", std::to_string(config.bus_bytes)},
                               {"output_bytes", std::to_string(config.output_buffer_bytes)},
                               {"parameter_bytes", std::to_string(parameter_bytes)},
                               {"read_enable", if_output("  logic [BUS_BYTES-1:0]        output_read_enable;\n")},
                               {"beat_enable",
                                if_output("    assign output_read_enable[i] = read_valid && 7'(i) < read_count;\n")}})};
}

}  // namespace faultline::rtl
