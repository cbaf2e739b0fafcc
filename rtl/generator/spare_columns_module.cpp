#include "rtl/generator/spare_columns_module.h"

#include <algorithm>

#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

constexpr const char* kUnit =
    R"(// Says which columns of the array are in use, and how far east of the program's column that it stands for each one is.
module systolic_spare_column_unit #(
    parameter int COLUMNS = @columns@,  // of the array
    parameter int SPARES  = @spares@,
    parameter int SHIFT_BITS = @shift_bits@
) (
    input  logic                          clock,
    input  logic                          reset,
    input  logic [COLUMNS-1:0]            skipped,  // what the registers reset to
    output logic [COLUMNS-1:0]            used,
    output logic [SHIFT_BITS*COLUMNS-1:0] shift
);
  localparam int COUNT_BITS = $clog2(SPARES + 2);
  localparam logic [COUNT_BITS-1:0] TOO_MANY = COUNT_BITS'(SPARES + 1);

  for (genvar c = 0; c < COLUMNS; c++) begin : column
    logic                  skip;
    logic [COUNT_BITS-1:0] to_west;  // columns to the west that are left out, or TOO_MANY
    logic                  reaches;  // a bank of the partial-sum buffer

    always_ff @(posedge clock) begin
      if (reset) skip <= skipped[c];
    end

    if (c == 0) begin : head
      assign to_west = '0;
    end else begin : neighbour
      assign to_west = column[c-1].skip && column[c-1].to_west != TOO_MANY ? column[c-1].to_west + COUNT_BITS'(1) :
          column[c-1].to_west;
    end

    if (c < COLUMNS - SPARES) begin : own
      assign reaches = to_west != TOO_MANY;
    end else begin : spare
      assign reaches = to_west != TOO_MANY && to_west > COUNT_BITS'(c - COLUMNS + SPARES);
    end
    assign used[c] = !skip && reaches;
    assign shift[SHIFT_BITS*c+:SHIFT_BITS] = to_west[SHIFT_BITS-1:0];
  end
endmodule
)";

constexpr const char* kBankSourceModule =
    R"(// What a bank of the partial-sum buffer takes: word and sum of that column which stands for it, of the array's column with
// the bank's number and the SPARES columns to the east of that.
module systolic_bank_source #(
    parameter int SPARES     = @spares@,
    parameter int SHIFT_BITS = @shift_bits@
) (
    input  logic [SPARES:0]                  used,
    input  logic [SHIFT_BITS*(SPARES+1)-1:0] shift,
    input  logic [SPARES:0]                  column_write,
    input  logic [SPARES:0]                  column_accumulate,
    input  logic [16*(SPARES+1)-1:0]         column_row,
    input  logic [32*(SPARES+1)-1:0]         column_sum,
    output logic                             write,
    output logic                             accumulate,
    output logic [15:0]                      row,
    output logic [31:0]                      sum
);
  always_comb begin
    write = 1'b0;
    accumulate = 1'b0;
    row = 16'd0;
    sum = 32'd0;
    for (int k = 0; k <= SPARES; k++) begin
      if (used[k] && shift[SHIFT_BITS*k+:SHIFT_BITS] == SHIFT_BITS'(k)) begin
        write = write | column_write[k];
        accumulate = accumulate | column_accumulate[k];
        row = row | column_row[16*k+:16];
        sum = sum | column_sum[32*k+:32];
      end
    end
  end
endmodule
)";

}  // namespace

std::string skipped_digits(const hw::GridConfig& grid) {
  if (!grid.spare_columns) {
    return {};
  }
  std::string digits(static_cast<size_t>(grid.columns), '0');
  for (const int column : grid.spare_columns->skipped) {
    digits[digits.size() - 1 - static_cast<size_t>(column)] = '1';
  }
  return digits;
}

std::vector<SourceFile> spare_columns_modules(const hw::AcceleratorConfig& config) {
  if (!config.grid.spare_columns) {
    return {};
  }
  const TemplateValues values = {{"columns", std::to_string(config.grid.columns)},
                                 {"spares", std::to_string(config.grid.spare_columns->count)},
                                 {"shift_bits", std::to_string(shift_bits(config.grid))}};
  return {{"systolic_spare_column_unit.sv", fill_template(kUnit, values)},
          {"systolic_bank_source.sv", fill_template(kBankSourceModule, values)}};
}

std::string if_spare_columns(const hw::AcceleratorConfig& config, const std::string& text,
                             const std::string& otherwise) {
  return config.grid.spare_columns ? text : otherwise;
}

std::string if_spare_lanes(const hw::AcceleratorConfig& config, bool lanes_are_columns, const std::string& text,
                           const std::string& otherwise) {
  return lanes_are_columns ? if_spare_columns(config, text, otherwise) : otherwise;
}

int shift_bits(const hw::GridConfig& grid) {
  int bits = 0;
  while (1 << bits <= grid.columns - grid.used_columns()) {
    ++bits;
  }
  return bits;
}

std::map<std::string, std::string> spare_columns_places(const hw::ProtectionConfig& protection) {
  std::map<std::string, std::string> places;
  if (!protection.spare_columns) {
    return places;
  }
  places["protection.spare_columns.skip[*]"] = "u_spare_column_unit.column[*].skip";
  for (const std::string part : {"write", "accumulate", "row"}) {
    places["partial_sum.column[*]." + part] = "u_partial_sum_buffer.word[*]." + part;
  }
  return places;
}

}  // namespace faultline::rtl
