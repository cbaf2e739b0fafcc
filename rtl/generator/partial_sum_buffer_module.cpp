#include <string>

#include "rtl/generator/accelerator_modules.h"
#include "rtl/generator/memory_guard.h"
#include "rtl/generator/text_template.h"
#include "rtl/generator/word_code_modules.h"

namespace faultline::rtl {
namespace {

constexpr const char* kPartialSumBuffer =
    R"(// The partial-sum buffer: one bank of sums for each column, written at the column's own time.
//
// Words wait as long as operands need to the bottom row, then move along the columns, one each cycle. The column whose
// word says `write` takes the sum at the south edge.
module systolic_partial_sum_buffer #(
    parameter int STAGES  = @stages@,  // rows of the grid + 1
    parameter int COLUMNS = @columns@,
    parameter int ROWS    = @rows@  // sums in a bank
) (
    input  logic                  clock,
    input  logic                  reset,  // synchronous: every register to 0
    // the controller's word
    input  logic                  word_write,
    input  logic                  word_accumulate,
    input  logic [15:0]           word_row,
    // the sums of the grid's bottom row
    input  logic [32*COLUMNS-1:0] south_sum,
    // post-processing asks for a row
    input  logic                  request_valid,
    input  logic [15:0]           request_row,
    output logic [32*COLUMNS-1:0] row_data,
@report_port@    // columns that take a sum in this cycle
    output logic [COLUMNS-1:0]    drain
);
  localparam int INDEX_BITS = ROWS > 1 ? $clog2(ROWS) : 1;
@report@
  for (genvar i = 0; i < STAGES; i++) begin : delay
    logic        write;
    logic        accumulate;
    logic [15:0] row;
    logic        write_in;
    logic        accumulate_in;
    logic [15:0] row_in;

    if (i == 0) begin : head
      assign write_in = word_write;
      assign accumulate_in = word_accumulate;
      assign row_in = word_row;
    end else begin : neighbour
      assign write_in = delay[i-1].write;
      assign accumulate_in = delay[i-1].accumulate;
      assign row_in = delay[i-1].row;
    end

    always_ff @(posedge clock) begin
      if (reset) begin
        write <= 1'b0;
        accumulate <= 1'b0;
        row <= 16'd0;
      end else begin
        write <= write_in;
        accumulate <= accumulate_in;
        row <= row_in;
      end
    end
  end

  for (genvar c = 0; c < COLUMNS; c++) begin : column
    logic        write;
    logic        accumulate;
    logic [15:0] row;
    logic        write_in;
    logic        accumulate_in;
    logic [15:0] row_in;
    logic [31:0] memory[0:ROWS-1];
@check@    logic [31:0] old_sum;  // that the column's word adds to
    logic [31:0] row_sum;  // that post-processing asks for
    logic [31:0] sum;
    logic [31:0] read_data;

`ifndef SYNTHESIS
    // Power-up: memories begin at 0. A circuit clears them by its memory test; `reset` leaves them alone.
    initial begin
      for (int i = 0; i < ROWS; i++) memory[i] = 32'd0;
@clear_check@    end
`endif

    if (c == 0) begin : head
      assign write_in = delay[STAGES-1].write;
      assign accumulate_in = delay[STAGES-1].accumulate;
      assign row_in = delay[STAGES-1].row;
    end else begin : neighbour
      assign write_in = column[c-1].write;
      assign accumulate_in = column[c-1].accumulate;
      assign row_in = column[c-1].row;
    end

@reads@    assign sum = (accumulate ? old_sum : 32'd0) + south_sum[32*c+:32];

    always_ff @(posedge clock) begin
      if (write && {1'b0, row} < 17'(ROWS)) memory[row[INDEX_BITS-1:0]] <= sum;
    end
@write_check@
    always_ff @(posedge clock) begin
      if (reset) begin
        write <= 1'b0;
        accumulate <= 1'b0;
        row <= 16'd0;
        read_data <= 32'd0;
      end else begin
        write <= write_in;
        accumulate <= accumulate_in;
        row <= row_in;
        if (request_valid) begin
          read_data <= {1'b0, request_row} < 17'(ROWS) ? row_sum : 32'd0;
        end
      end
    end

    assign row_data[32*c+:32] = read_data;
    assign drain[c] = write;
  end
endmodule
)";

constexpr const char* kPlainReads = R"(    assign old_sum = memory[row[INDEX_BITS-1:0]];
    assign row_sum = memory[request_row[INDEX_BITS-1:0]];
)";

constexpr const char* kReportPort = R"(
  // Two read ports for each column.
  logic [2*COLUMNS-1:0] port_corrected;
  logic [2*COLUMNS-1:0] port_error;
  systolic_report #(
      .PORTS(2 * COLUMNS),
      .REPLACES(1'b@zero@)
  ) u_report (
      .clock(clock),
      .reset(reset),
      .port_corrected(port_corrected),
      .port_error(port_error),
      .report(report)
  );
)";

constexpr const char* kGuardedReads = R"(    logic [31:0] old_word, row_word;
    logic old_corrected, old_error, row_corrected, row_error;
    systolic_@code@_32_decoder u_old_decoder (
        .stored(memory[row[INDEX_BITS-1:0]]),
        .check(check[row[INDEX_BITS-1:0]]),
        .word(old_word),
        .corrected(old_corrected),
        .error(old_error)
    );
    systolic_@code@_32_decoder u_row_decoder (
        .stored(memory[request_row[INDEX_BITS-1:0]]),
        .check(check[request_row[INDEX_BITS-1:0]]),
        .word(row_word),
        .corrected(row_corrected),
        .error(row_error)
    );
    assign old_sum = 1'b@zero@ && old_error ? 32'd0 : old_word;
    assign row_sum = 1'b@zero@ && row_error ? 32'd0 : row_word;

    logic reads_old, reads_row;
    assign reads_old = write && accumulate && {1'b0, row} < 17'(ROWS);
    assign reads_row = request_valid && {1'b0, request_row} < 17'(ROWS);
    assign port_corrected[2*c+:2] = {reads_row && row_corrected, reads_old && old_corrected};
    assign port_error[2*c+:2] = {reads_row && row_error, reads_old && old_error};

)";

constexpr const char* kWriteCheck = R"(
    logic [@check_msb@:0] sum_check;
    systolic_@code@_32_encoder u_encoder (
        .word(sum),
        .check(sum_check)
    );
    always_ff @(posedge clock) begin
      if (write && {1'b0, row} < 17'(ROWS)) check[row[INDEX_BITS-1:0]] <= sum_check;
    end
)";

/// The text with or without check bits beside the sums.
std::string guarded_text(const hw::ProtectionConfig& protection) {
  const hw::MemoryProtection* guard = protection.of_memory("partial_sum");
  std::string text = fill_template(kPartialSumBuffer, guard_values(protection, "partial_sum", ""));
  if (guard == nullptr) {
    return fill_template(
        text, {{"report", ""}, {"check", ""}, {"clear_check", ""}, {"reads", kPlainReads}, {"write_check", ""}});
  }
  text = fill_template(text, {{"report", kReportPort},
                              {"check", "    logic [@check_msb@:0] check[0:ROWS-1];\n"},
                              {"clear_check", "      for (int i = 0; i < ROWS; i++) check[i] = '0;\n"},
                              {"reads", kGuardedReads},
                              {"write_check", kWriteCheck}});
  return fill_template(text, {{"code", guard->code},
                              {"zero", guard->on_error == hw::ErrorAction::kZero ? "1" : "0"},
                              {"check_msb", std::to_string(check_bits(guard->code, 32) - 1)}});
}

}  // namespace

SourceFile partial_sum_buffer_module(const hw::AcceleratorConfig& config) {
  return {"systolic_partial_sum_buffer.sv",
          fill_template(guarded_text(config.protection), {{"stages", std::to_string(config.grid.rows + 1)},
                                                          {"columns", std::to_string(config.grid.columns)},
                                                          {"rows", std::to_string(config.psum_rows)}})};
}

}  // namespace faultline::rtl
