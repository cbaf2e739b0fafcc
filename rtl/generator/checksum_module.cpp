#include "rtl/generator/checksum_module.h"

#include "hw/systolic/column_checksum.h"
#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

constexpr const char* kColumnChecksum =
    R"(// One checksum over the columns: a column of its own, east of the grid, multiplies by the sum of what enters all columns
// from the north, so that its result is the sum of theirs, modulo 2^32.
module systolic_column_checksum #(
    parameter int   ROWS       = @rows@,
    parameter int   COLUMNS    = @columns@,
    parameter logic WEIGHTED   = 1'b0,  // column c counts c + 1 times, else once
    parameter int   NORTH_BITS = 8  // hold any sum of operands
) (
    input  logic                  clock,
    input  logic                  reset,  // synchronous: every register to 0
    // edges of the grid
    input  logic [8*COLUMNS-1:0]  north_value,
    input  logic [COLUMNS-1:0]    north_valid,
    input  logic [32*COLUMNS-1:0] south_sum,
    // as this column sees them
    input  logic [8*ROWS-1:0]     moving,  // 0 where not valid
@control_ports@    // the sums minus what they must be
    output logic [31:0]           syndrome
);
  localparam int PRODUCT_BITS = NORTH_BITS + 8;

  for (genvar c = 0; c < COLUMNS; c++) begin : north
    localparam int WEIGHT = WEIGHTED ? c + 1 : 1;
    logic signed [NORTH_BITS-1:0] sum;
    logic signed [NORTH_BITS-1:0] sum_in;
    logic signed [7:0]            value;
    logic signed [NORTH_BITS-1:0] operand;
    assign value   = north_valid[c] ? north_value[8*c+:8] : 8'd0;
    assign operand = NORTH_BITS'(value);

    if (c == 0) begin : head
      assign sum_in = '0;
    end else begin : neighbour
      assign sum_in = north[c-1].sum;
    end

    always_ff @(posedge clock) begin
      if (reset) sum <= '0;
      else sum <= sum_in + NORTH_BITS'(WEIGHT) * operand;
    end
  end

  for (genvar r = 0; r < ROWS; r++) begin : element
@element@
    if (r == 0) begin : head
      assign north_in = north[COLUMNS-1].sum;
      assign expected_in = 32'd0;
    end else begin : neighbour
      assign north_in = element[r-1].@passed@;
      assign expected_in = element[r-1].expected;
    end
  end

  for (genvar c = 0; c < COLUMNS; c++) begin : south
    localparam int WEIGHT = WEIGHTED ? c + 1 : 1;
    logic [31:0] sum;
    logic [31:0] sum_in;

    if (c == 0) begin : head
      assign sum_in = 32'd0;
    end else begin : neighbour
      assign sum_in = south[c-1].sum;
    end

    always_ff @(posedge clock) begin
      if (reset) sum <= 32'd0;
      else sum <= sum_in + 32'(WEIGHT) * south_sum[32*c+:32];
    end
  end

  always_ff @(posedge clock) begin
    if (reset) syndrome <= 32'd0;
    else syndrome <= south[COLUMNS-1].sum - element[ROWS-1].expected;
  end
endmodule
)";

constexpr const char* kHeldPorts = R"(    input  logic                  shift,
    input  logic [ROWS-1:0]       load,
)";

constexpr const char* kDrainPort = R"(    input  logic                  drain,
)";

/// Weight- and input-stationary.
constexpr const char* kHeldElement = R"(    logic signed [NORTH_BITS-1:0]   next;
    logic signed [NORTH_BITS-1:0]   held;
    logic [31:0]                    expected;
    logic signed [NORTH_BITS-1:0]   north_in;
    logic [31:0]                    expected_in;
    logic signed [7:0]              operand;
    logic signed [PRODUCT_BITS-1:0] product;
    assign operand = moving[8*r+:8];
    assign product = PRODUCT_BITS'(operand) * PRODUCT_BITS'(held);

    always_ff @(posedge clock) begin
      if (reset) begin
        next <= '0;
        held <= '0;
        expected <= 32'd0;
      end else begin
        if (shift) next <= north_in;
        if (load[r]) held <= next;
        expected <= expected_in + 32'(product);
      end
    end
)";

constexpr const char* kStreamingElement = R"(    logic [31:0]                    expected;
    logic signed [NORTH_BITS-1:0]   north_in;
    logic [31:0]                    expected_in;
    logic signed [7:0]              operand;
    logic signed [PRODUCT_BITS-1:0] product;
    assign operand = moving[8*r+:8];
    assign product = PRODUCT_BITS'(operand) * PRODUCT_BITS'(north_in);

    always_ff @(posedge clock) begin
      if (reset) expected <= 32'd0;
      else expected <= drain ? expected_in : expected + 32'(product);
    end
    if (r + 1 < ROWS) begin : passing
      logic signed [NORTH_BITS-1:0] streaming;
      always_ff @(posedge clock) begin
        if (reset) streaming <= '0;
        else streaming <= north_in;
      end
    end
)";

constexpr const char* kChecksumUnit =
    R"(// Checks every vector of sums that leaves the grid against checksums of the operands that went in@corrects_comment@.
//
// Operands from the west wait until the checksums' column, number COLUMNS, would see them.
module systolic_checksum_unit #(
    parameter int ROWS    = @rows@,
    parameter int COLUMNS = @columns@
) (
    input  logic                  clock,
    input  logic                  reset,  // synchronous: every register to 0
    // edges of the grid
    input  logic [8*ROWS-1:0]     west_value,
    input  logic [ROWS-1:0]       west_valid,
    input  logic [8*COLUMNS-1:0]  north_value,
    input  logic [COLUMNS-1:0]    north_valid,
@control_ports@    input  logic [32*COLUMNS-1:0] south_sum,
    // the word of the last column's bank
    input  logic                  last_write,
@correction_ports@    // what the sums showed: errors, corrected, flags
    output logic [34:0]           report
);
  logic word_valid;
  logic checked_valid;
  always_ff @(posedge clock) begin
    if (reset) begin
      word_valid <= 1'b0;
      checked_valid <= 1'b0;
    end else begin
      word_valid <= last_write;
      checked_valid <= word_valid;
    end
  end

  // ---- operands on their way ----

  logic [8*ROWS-1:0] moving;
  for (genvar s = 0; s < COLUMNS; s++) begin : stage
    for (genvar r = 0; r < ROWS; r++) begin : lane
      logic [7:0] operand;
      logic [7:0] operand_in;
      if (s == 0) begin : head
        assign operand_in = west_valid[r] ? west_value[8*r+:8] : 8'd0;
      end else begin : neighbour
        assign operand_in = stage[s-1].lane[r].operand;
      end
      always_ff @(posedge clock) begin
        if (reset) operand <= 8'd0;
        else operand <= operand_in;
      end
    end
  end
  for (genvar r = 0; r < ROWS; r++) begin : arrived
    assign moving[8*r+:8] = stage[COLUMNS-1].lane[r].operand;
  end
@control@
  // ---- checks ----

  logic [31:0] plain;
  systolic_column_checksum #(
      .ROWS(ROWS),
      .COLUMNS(COLUMNS),
      .NORTH_BITS(@plain_bits@)
  ) u_plain (
      .clock(clock),
      .reset(reset),
      .north_value(north_value),
      .north_valid(north_valid),
      .south_sum(south_sum),
      .moving(moving),
@control_connections@      .syndrome(plain)
  );

  logic wrong, corrects;
@judgement@
  systolic_report u_report (
      .clock(clock),
      .reset(reset),
      .port_corrected(corrects),
      .port_error(wrong && !corrects),
      .report(report)
  );
endmodule
)";

constexpr const char* kEdgeControl = R"(    input  logic                  west_load,    // of the first row
    input  logic                  north_shift,  // of the last column
)";

constexpr const char* kHeldControl = R"(
  logic shift;
  always_ff @(posedge clock) begin
    if (reset) shift <= 1'b0;
    else shift <= north_shift;
  end

  // One column a cycle to the last, then one row a cycle.
  logic [ROWS-1:0] loads;
  for (genvar i = 0; i < COLUMNS + ROWS - 1; i++) begin : load_stage
    logic load;
    logic load_in;
    if (i == 0) begin : head
      assign load_in = west_load;
    end else begin : neighbour
      assign load_in = load_stage[i-1].load;
    end
    always_ff @(posedge clock) begin
      if (reset) load <= 1'b0;
      else load <= load_in;
    end
  end
  for (genvar r = 0; r < ROWS; r++) begin : loaded
    assign loads[r] = load_stage[COLUMNS-1+r].load;
  end
)";

constexpr const char* kHeldConnections = R"(      .shift(shift),
      .load(loads),
)";

constexpr const char* kDrainConnection = R"(      .drain(word_valid),
)";

constexpr const char* kDetects = R"(  assign wrong    = checked_valid && plain != 32'd0;
  assign corrects = 1'b0;
)";

constexpr const char* kCorrectionPorts = R"(    input  logic [15:0]           last_row,
    // into the partial-sum buffer: adds to a sum
    output logic                  correction_valid,
    output logic [15:0]           correction_row,
    output logic [7:0]            correction_column,
    output logic [31:0]           correction_delta,
)";

constexpr const char* kCorrects = R"(
  logic [31:0] weighted;
  systolic_column_checksum #(
      .ROWS(ROWS),
      .COLUMNS(COLUMNS),
      .WEIGHTED(1'b1),
      .NORTH_BITS(@weighted_bits@)
  ) u_weighted (
      .clock(clock),
      .reset(reset),
      .north_value(north_value),
      .north_valid(north_valid),
      .south_sum(south_sum),
      .moving(moving),
@control_connections@      .syndrome(weighted)
  );

  // ---- which column alone explains both ----

  logic [COLUMNS-1:0] explains;
  for (genvar c = 0; c < COLUMNS; c++) begin : candidate
    logic [7:0] found;
    logic [7:0] found_in;
    assign explains[c] = 32'(c + 1) * plain == weighted;
    if (c == 0) begin : head
      assign found_in = 8'd0;
    end else begin : neighbour
      assign found_in = candidate[c-1].found;
    end
    assign found = found_in | (explains[c] ? 8'(c) : 8'd0);
  end
  assign wrong    = checked_valid && (plain != 32'd0 || weighted != 32'd0);
  assign corrects = wrong && explains != '0 && (explains & (explains - COLUMNS'(1))) == '0;

  // ---- correction ----

  logic [15:0] word_row;
  logic [15:0] checked_row;
  always_ff @(posedge clock) begin
    if (reset) begin
      word_row <= 16'd0;
      checked_row <= 16'd0;
      correction_valid <= 1'b0;
      correction_row <= 16'd0;
      correction_column <= 8'd0;
      correction_delta <= 32'd0;
    end else begin
      word_row <= last_row;
      checked_row <= word_row;
      correction_valid <= corrects;
      correction_row <= checked_row;
      correction_column <= corrects ? candidate[COLUMNS-1].found : 8'd0;
      correction_delta <= 32'd0 - plain;
    end
  end
)";

TemplateValues column_values(hw::Dataflow dataflow) {
  if (dataflow == hw::Dataflow::kOutputStationary) {
    return {{"control_ports", kDrainPort}, {"element", kStreamingElement}, {"passed", "passing.streaming"}};
  }
  return {{"control_ports", kHeldPorts}, {"element", kHeldElement}, {"passed", "next"}};
}

TemplateValues unit_values(const hw::ProtectionConfig& protection, hw::Dataflow dataflow) {
  const bool drains = dataflow == hw::Dataflow::kOutputStationary;
  const bool corrects = protection.checksum->corrects;
  return {{"corrects_comment", corrects ? ",\n// and corrects one wrong sum of a vector" : ""},
          {"judgement", corrects ? kCorrects : kDetects},
          {"correction_ports", if_corrects(protection, kCorrectionPorts)},
          {"control_ports", drains ? "" : kEdgeControl},
          {"control", drains ? "" : kHeldControl},
          {"control_connections", drains ? kDrainConnection : kHeldConnections}};
}

}  // namespace

std::string if_checksum(const hw::ProtectionConfig& protection, const std::string& text) {
  return protection.checksum ? text : "";
}

std::string if_corrects(const hw::ProtectionConfig& protection, const std::string& text) {
  return protection.checksum && protection.checksum->corrects ? text : "";
}

std::vector<SourceFile> checksum_modules(const hw::AcceleratorConfig& config) {
  if (!config.protection.checksum) {
    return {};
  }
  const hw::GridConfig& grid = config.grid;
  const TemplateValues sizes = {
      {"rows", std::to_string(grid.rows)},
      {"columns", std::to_string(grid.columns)},
      {"plain_bits", std::to_string(hw::ColumnChecksum::north_bits(grid, false))},
      {"weighted_bits", std::to_string(hw::ColumnChecksum::north_bits(grid, true))},
  };
  const auto filled = [&](const char* text, const TemplateValues& values) {
    return fill_template(fill_template(text, values), sizes);
  };
  return {{"systolic_column_checksum.sv", filled(kColumnChecksum, column_values(grid.dataflow))},
          {"systolic_checksum_unit.sv", filled(kChecksumUnit, unit_values(config.protection, grid.dataflow))}};
}

std::map<std::string, std::string> checksum_places(const hw::ProtectionConfig& protection) {
  std::map<std::string, std::string> places;
  if (!protection.checksum) {
    return places;
  }
  const std::string unit = "protection.checksum.";
  const std::string instance = "u_checksum_unit.";
  places[unit + "moving[*][*]"] = instance + "stage[*].lane[*].operand";
  places[unit + "load[*]"] = instance + "load_stage[*].load";
  places[unit + "shift"] = instance + "shift";
  for (const std::string name : {"word", "checked", "correction"}) {
    for (const std::string part : {"valid", "row", "column", "delta"}) {
      places[unit + name + "." + part] = instance + name + "_" + part;
    }
  }
  for (const std::string check : {"plain", "weighted"}) {
    const std::string column = instance + "u_" + check + ".";
    places[unit + check + ".north_sum[*]"] = column + "north[*].sum";
    places[unit + check + ".south_sum[*]"] = column + "south[*].sum";
    places[unit + check + ".syndrome"] = column + "syndrome";
    for (const std::string part : {"next", "held", "expected"}) {
      places[unit + check + "." + part + "[*]"] = column + "element[*]." + part;
    }
    places[unit + check + ".streaming[*]"] = column + "element[*].passing.streaming";
  }
  for (const std::string part : {"flags", "corrected", "errors"}) {
    places[unit + "report." + part] = instance + "u_report." + part;
  }
  return places;
}

}  // namespace faultline::rtl
