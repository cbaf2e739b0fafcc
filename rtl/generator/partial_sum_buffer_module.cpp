#include <string>

#include "rtl/generator/accelerator_modules.h"
#include "rtl/generator/text_template.h"

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
    // columns that take a sum in this cycle
    output logic [COLUMNS-1:0]    drain
);
  localparam int INDEX_BITS = ROWS > 1 ? $clog2(ROWS) : 1;

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
    logic [31:0] sum;
    logic [31:0] read_data;

`ifndef SYNTHESIS
    // Power-up: memories begin at 0. A circuit clears them by its memory test; `reset` leaves them alone.
    initial begin
      for (int i = 0; i < ROWS; i++) memory[i] = 32'd0;
    end
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

    assign sum = (accumulate ? memory[row[INDEX_BITS-1:0]] : 32'd0) + south_sum[32*c+:32];

    always_ff @(posedge clock) begin
      if (write && {1'b0, row} < 17'(ROWS)) memory[row[INDEX_BITS-1:0]] <= sum;
    end

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
          read_data <= {1'b0, request_row} < 17'(ROWS) ? memory[request_row[INDEX_BITS-1:0]] : 32'd0;
        end
      end
    end

    assign row_data[32*c+:32] = read_data;
    assign drain[c] = write;
  end
endmodule
)";

}  // namespace

SourceFile partial_sum_buffer_module(const hw::AcceleratorConfig& config) {
  return {"systolic_partial_sum_buffer.sv",
          fill_template(kPartialSumBuffer, {{"stages", std::to_string(config.grid.rows + 1)},
                                            {"columns", std::to_string(config.grid.columns)},
                                            {"rows", std::to_string(config.psum_rows)}})};
}

}  // namespace faultline::rtl
