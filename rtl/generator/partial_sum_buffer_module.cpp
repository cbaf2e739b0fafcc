#include <string>

#include "rtl/generator/accelerator_modules.h"
#include "rtl/generator/checksum_module.h"
#include "rtl/generator/memory_guard.h"
#include "rtl/generator/spare_columns_module.h"
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
@spare_parameters@    parameter int ROWS    = @rows@  // sums in a bank
) (
    input  logic                  clock,
    input  logic                  reset,  // synchronous: every register to 0
    // the controller's word
    input  logic                  word_write,
    input  logic                  word_accumulate,
    input  logic [15:0]           word_row,
    // the sums of the grid's bottom row
    input  logic [32*@grid_columns@-1:0] south_sum,
@column_ports@    // post-processing asks for a row
    input  logic                  request_valid,
    input  logic [15:0]           request_row,
    output logic [32*COLUMNS-1:0] row_data,
@report_port@@correction_ports@    // columns that take a sum in this cycle
    output logic [@grid_columns@-1:0]    drain
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

@column_words@  for (genvar c = 0; c < COLUMNS; c++) begin : column
    logic        write;
    logic        accumulate;
    logic [15:0] row;
@word_in@    logic [31:0] memory[0:ROWS-1];
@check@    logic [31:0] old_sum;  // that the column's word adds to
    logic [31:0] row_sum;  // that post-processing asks for
    logic [31:0] sum;
    logic [31:0] read_data;
@correction@
`ifndef SYNTHESIS
    // Power-up: memories begin at 0. A circuit clears them by its memory test; `reset` leaves them alone.
    initial begin
      for (int i = 0; i < ROWS; i++) memory[i] = 32'd0;
@clear_check@    end
`endif

@word_source@
@reads@    assign sum = (accumulate ? old_sum : 32'd0) + @bank_sum@;

    always_ff @(posedge clock) begin
@correction_write@      if (write && {1'b0, row} < 17'(ROWS)) memory[row[INDEX_BITS-1:0]] <= sum;
    end
@write_check@
    always_ff @(posedge clock) begin
      if (reset) begin
@word_reset@        read_data <= 32'd0;
      end else begin
@word_take@        if (request_valid) begin
          read_data <= {1'b0, request_row} < 17'(ROWS) ? row_sum : 32'd0;
        end
      end
    end

    assign row_data[32*c+:32] = read_data;
@bank_drain@  end
@last_row@endmodule
)";

constexpr const char* kWordIn = R"(    logic        write_in;
    logic        accumulate_in;
    logic [15:0] row_in;
)";

constexpr const char* kWordSource = R"(    if (c == 0) begin : head
      assign write_in = delay[STAGES-1].write;
      assign accumulate_in = delay[STAGES-1].accumulate;
      assign row_in = delay[STAGES-1].row;
    end else begin : neighbour
      assign write_in = @words@[c-1].write;
      assign accumulate_in = @words@[c-1].accumulate;
      assign row_in = @words@[c-1].row;
    end
)";

constexpr const char* kWordReset = R"(        write <= 1'b0;
        accumulate <= 1'b0;
        row <= 16'd0;
)";

constexpr const char* kWordTake = R"(        write <= write_in;
        accumulate <= accumulate_in;
        row <= row_in;
)";

/// With spare columns there are more words than banks, and each bank chooses one.
constexpr const char* kColumnWords = R"(
  logic [COLUMNS+SPARES-1:0]      column_write;
  logic [COLUMNS+SPARES-1:0]      column_accumulate;
  logic [16*(COLUMNS+SPARES)-1:0] column_row;
  assign drain = column_write;

  for (genvar c = 0; c < COLUMNS + SPARES; c++) begin : word
    logic        write;
    logic        accumulate;
    logic [15:0] row;
@word_in@
@word_source@
    always_ff @(posedge clock) begin
      if (reset) begin
@word_reset@      end else begin
@word_take@      end
    end
    assign column_write[c] = write;
    assign column_accumulate[c] = accumulate;
    assign column_row[16*c+:16] = row;
  end

)";

constexpr const char* kBankSource = R"(    logic [31:0] column_sum;
    systolic_bank_source #(
        .SPARES(SPARES)
    ) u_source (
        .used(used[c+:SPARES+1]),
        .shift(shift[SHIFT_BITS*c+:SHIFT_BITS*(SPARES+1)]),
        .column_write(column_write[c+:SPARES+1]),
        .column_accumulate(column_accumulate[c+:SPARES+1]),
        .column_row(column_row[16*c+:16*(SPARES+1)]),
        .column_sum(south_sum[32*c+:32*(SPARES+1)]),
        .write(write),
        .accumulate(accumulate),
        .row(row),
        .sum(column_sum)
    );
)";

constexpr const char* kSpareParameters =
    R"(    parameter int SPARES  = @spares@,  // columns of the grid beyond the banks
    parameter int SHIFT_BITS = @shift_bits@,
)";

constexpr const char* kColumnShiftPorts =
    R"(    // columns whose sums are taken, and how far east of their banks they are
    input  logic [COLUMNS+SPARES-1:0]              used,
    input  logic [SHIFT_BITS*(COLUMNS+SPARES)-1:0] shift,
)";

/// A word for each bank, or with spare columns one for each column of the grid and a choice for each bank.
std::string with_words(const hw::AcceleratorConfig& config, const std::string& text) {
  const TemplateValues words = {
      {"word_in", kWordIn}, {"word_source", kWordSource}, {"word_reset", kWordReset}, {"word_take", kWordTake}};
  if (!config.grid.spare_columns) {
    return fill_template(fill_template(text, words), {{"words", "column"},
                                                      {"column_words", ""},
                                                      {"bank_sum", "south_sum[32*c+:32]"},
                                                      {"bank_drain", "    assign drain[c] = write;\n"},
                                                      {"grid_columns", "COLUMNS"},
                                                      {"column_ports", ""},
                                                      {"spare_parameters", ""}});
  }
  const std::string banks =
      fill_template(text, {{"word_in", ""}, {"word_source", kBankSource}, {"word_reset", ""}, {"word_take", ""}});
  return fill_template(banks, {{"column_words", fill_template(kColumnWords, words)},
                               {"words", "word"},
                               {"bank_sum", "column_sum"},
                               {"bank_drain", ""},
                               {"grid_columns", "(COLUMNS+SPARES)"},
                               {"column_ports", kColumnShiftPorts},
                               {"spare_parameters", kSpareParameters},
                               {"spares", std::to_string(config.grid.spare_columns->count)},
                               {"shift_bits", std::to_string(shift_bits(config.grid))}});
}

constexpr const char* kCorrectionPorts = R"(    // the checksum unit adds to a sum
    input  logic                  correction_valid,
    input  logic [15:0]           correction_row,
    input  logic [7:0]            correction_column,
    input  logic [31:0]           correction_delta,
    // of the last column's word
    output logic [15:0]           last_row,
)";

/// A correction comes before what the column itself writes in the same cycle.
constexpr const char* kCorrection = R"(    logic corrects;
    logic corrects_old;  // the sum that the column adds to
    logic [31:0] wrong_sum;
    logic [31:0] corrected_sum;
    assign corrects = correction_valid && correction_column == 8'(c) && {1'b0, correction_row} < 17'(ROWS);
    assign corrects_old = corrects && correction_row == row;
    assign corrected_sum = wrong_sum + correction_delta;
)";

constexpr const char* kCorrectionWrite = R"(      if (corrects) memory[correction_row[INDEX_BITS-1:0]] <= corrected_sum;
)";

constexpr const char* kPlainWrongSum = R"(    assign wrong_sum = memory[correction_row[INDEX_BITS-1:0]];
)";

constexpr const char* kLastRow = R"(  assign last_row = column[COLUMNS-1].row;
)";

constexpr const char* kPlainReads = R"(@wrong_sum@    assign old_sum = @corrected_or@memory[row[INDEX_BITS-1:0]];
    assign row_sum = memory[request_row[INDEX_BITS-1:0]];
)";

constexpr const char* kReportPort = R"(
  localparam int PORTS = @ports@;  // for reading, of each column
  logic [PORTS*COLUMNS-1:0] port_corrected;
  logic [PORTS*COLUMNS-1:0] port_error;
  systolic_report #(
      .PORTS(PORTS * COLUMNS),
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
@wrong_sum@    assign old_sum = @corrected_or@1'b@zero@ && old_error ? 32'd0 : old_word;
    assign row_sum = 1'b@zero@ && row_error ? 32'd0 : row_word;

    logic reads_old, reads_row;
    assign reads_old = write && accumulate && {1'b0, row} < 17'(ROWS)@unless_corrected@;
    assign reads_row = request_valid && {1'b0, request_row} < 17'(ROWS);
    assign port_corrected[PORTS*c+:PORTS] = {@wrong_corrected@reads_row && row_corrected, reads_old && old_corrected};
    assign port_error[PORTS*c+:PORTS] = {@wrong_error@reads_row && row_error, reads_old && old_error};

)";

constexpr const char* kWriteCheck = R"(
    logic [@check_msb@:0] sum_check;
    systolic_@code@_32_encoder u_encoder (
        .word(sum),
        .check(sum_check)
    );
@corrected_encoder@    always_ff @(posedge clock) begin
@correction_check_write@      if (write && {1'b0, row} < 17'(ROWS)) check[row[INDEX_BITS-1:0]] <= sum_check;
    end
)";

constexpr const char* kGuardedWrongSum = R"(    logic [31:0] wrong_word;
    logic wrong_corrected, wrong_error;
    systolic_@code@_32_decoder u_wrong_decoder (
        .stored(memory[correction_row[INDEX_BITS-1:0]]),
        .check(check[correction_row[INDEX_BITS-1:0]]),
        .word(wrong_word),
        .corrected(wrong_corrected),
        .error(wrong_error)
    );
    assign wrong_sum = 1'b@zero@ && wrong_error ? 32'd0 : wrong_word;
)";

constexpr const char* kCorrectedEncoder = R"(    logic [@check_msb@:0] corrected_check;
    systolic_@code@_32_encoder u_corrected_encoder (
        .word(corrected_sum),
        .check(corrected_check)
    );
)";

constexpr const char* kCorrectionCheckWrite =
    R"(      if (corrects) check[correction_row[INDEX_BITS-1:0]] <= corrected_check;
)";

/// What the checksum unit's corrections add, but for the words that they read and write.
std::string with_corrections(const hw::ProtectionConfig& protection, const std::string& text) {
  return fill_template(text, {{"correction_ports", if_corrects(protection, kCorrectionPorts)},
                              {"correction", if_corrects(protection, kCorrection)},
                              {"correction_write", if_corrects(protection, kCorrectionWrite)},
                              {"correction_check_write", if_corrects(protection, kCorrectionCheckWrite)},
                              {"corrected_encoder", if_corrects(protection, kCorrectedEncoder)},
                              {"corrected_or", if_corrects(protection, "corrects_old ? corrected_sum : ")},
                              {"unless_corrected", if_corrects(protection, " && !corrects_old")},
                              {"wrong_corrected", if_corrects(protection, "corrects && wrong_corrected, ")},
                              {"wrong_error", if_corrects(protection, "corrects && wrong_error, ")},
                              {"ports", protection.checksum && protection.checksum->corrects ? "3" : "2"},
                              {"last_row", if_corrects(protection, kLastRow)}});
}

/// The text with or without check bits beside the sums.
std::string guarded_text(const hw::ProtectionConfig& protection) {
  const hw::MemoryProtection* guard = protection.of_memory("partial_sum");
  std::string text = fill_template(kPartialSumBuffer, guard_values(protection, "partial_sum", ""));
  if (guard == nullptr) {
    text = fill_template(
        text, {{"report", ""}, {"check", ""}, {"clear_check", ""}, {"reads", kPlainReads}, {"write_check", ""}});
    return fill_template(with_corrections(protection, text), {{"wrong_sum", if_corrects(protection, kPlainWrongSum)}});
  }
  text = fill_template(text, {{"report", kReportPort},
                              {"check", "    logic [@check_msb@:0] check[0:ROWS-1];\n"},
                              {"clear_check", "      for (int i = 0; i < ROWS; i++) check[i] = '0;\n"},
                              {"reads", kGuardedReads},
                              {"write_check", kWriteCheck}});
  text = fill_template(with_corrections(protection, text), {{"wrong_sum", if_corrects(protection, kGuardedWrongSum)}});
  return fill_template(text, {{"code", guard->code},
                              {"zero", guard->on_error == hw::ErrorAction::kZero ? "1" : "0"},
                              {"check_msb", std::to_string(check_bits(guard->code, 32) - 1)}});
}

}  // namespace

SourceFile partial_sum_buffer_module(const hw::AcceleratorConfig& config) {
  return {"systolic_partial_sum_buffer.sv", fill_template(with_words(config, guarded_text(config.protection)),
                                                          {{"stages", std::to_string(config.grid.rows + 1)},
                                                           {"columns", std::to_string(config.grid.used_columns())},
                                                           {"rows", std::to_string(config.psum_rows)}})};
}

}  // namespace faultline::rtl
