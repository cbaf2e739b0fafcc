#include "rtl/generator/sm_modules.h"

namespace faultline::rtl {
namespace {

constexpr const char* kBank = R"(// Bank of the shared memory: one row a cycle, for all threads that want it.
//
// The first thread chooses the row. Where several write one byte, the last one wins.
module sm_shared_bank #(
    parameter int ROWS     = 1,
    parameter int ROW_BITS = 1,
    parameter int THREADS  = 1
) (
    input  logic                        clock,
    input  logic [THREADS-1:0]          wants,        // this bank
    input  logic [ROW_BITS*THREADS-1:0] row,
    input  logic                        store,
    input  logic [4*THREADS-1:0]        byte_enable,
    input  logic [32*THREADS-1:0]       data,
    output logic [THREADS-1:0]          served,
    output logic [31:0]                 word          // of the row, combinational
);
  logic [31:0] memory[0:ROWS-1];

`ifndef SYNTHESIS
  // Power-up state: all memories begin at 0. A circuit clears them by its memory test; `reset` leaves them alone.
  initial begin
    for (int i = 0; i < ROWS; i++) memory[i] = '0;
  end
`endif

  logic [ROW_BITS-1:0] chosen;
  always_comb begin
    chosen = '0;
    for (int t = THREADS - 1; t >= 0; t--) begin
      if (wants[t]) chosen = row[ROW_BITS*t+:ROW_BITS];
    end
  end
  for (genvar t = 0; t < THREADS; t++) begin : thread
    assign served[t] = wants[t] && row[ROW_BITS*t+:ROW_BITS] == chosen;
  end

  logic in_range;
  assign in_range = {1'b0, chosen} < (ROW_BITS + 1)'(ROWS);
  assign word     = in_range ? memory[chosen] : 32'd0;

  logic [31:0] written;
  always_comb begin
    written = word;
    for (int t = 0; t < THREADS; t++) begin
      for (int i = 0; i < 4; i++) begin
        if (served[t] && byte_enable[4*t+i]) written[8*i+:8] = data[32*t+8*i+:8];
      end
    end
  end

  always_ff @(posedge clock) begin
    if (store && in_range) memory[chosen] <= written;
  end
endmodule
)";

constexpr const char* kSharedMemory =
    R"(// Shared memory: words of 4 bytes, word i in bank i mod BANKS. In a cycle each bank serves the threads that want one row.
//
// Threads that are not served ask again. Thread 0 of a vector lies in its lowest bits. Bytes are little-endian.
module sm_shared_memory #(
    parameter int WORDS     = 1,
    parameter int WORD_BITS = 1,  // of a word's number
    parameter int BANKS     = 1,  // a power of two below 2^WORD_BITS
    parameter int THREADS   = 1
) (
    input  logic                             clock,
    input  logic                             valid,
    input  logic                             store,
    input  logic                             whole,    // words, else bytes
    input  logic [THREADS-1:0]               pending,  // threads that are still to be served
    input  logic [(WORD_BITS+2)*THREADS-1:0] address,  // of bytes
    input  logic [32*THREADS-1:0]            data,     // to store
    // combinational
    output logic [THREADS-1:0]               served,
    output logic [32*THREADS-1:0]            value     // loaded; a byte with its sign; 0 where nothing is loaded
);
  localparam int BANK_BITS = $clog2(BANKS);
  localparam int ROW_BITS  = WORD_BITS - BANK_BITS;

  logic [ROW_BITS*THREADS-1:0] row;
  logic [4*THREADS-1:0]        byte_enable;
  logic [32*THREADS-1:0]       bytes;
  logic [THREADS*BANKS-1:0]    served_by;
  logic [32*BANKS-1:0]         bank_word;

  for (genvar b = 0; b < BANKS; b++) begin : bank
    logic [THREADS-1:0] wants;
    for (genvar t = 0; t < THREADS; t++) begin : thread
      assign wants[t] = valid && pending[t] && access[t].bank_number == WORD_BITS'(b);
    end

    sm_shared_bank #(
        .ROWS(b < WORDS ? (WORDS - b + BANKS - 1) / BANKS : 1),
        .ROW_BITS(ROW_BITS),
        .THREADS(THREADS)
    ) u_bank (
        .clock(clock),
        .wants(wants),
        .row(row),
        .store(store && wants != '0),
        .byte_enable(byte_enable),
        .data(bytes),
        .served(served_by[THREADS*b+:THREADS]),
        .word(bank_word[32*b+:32])
    );
  end

  always_comb begin
    served = '0;
    for (int b = 0; b < BANKS; b++) served = served | served_by[THREADS*b+:THREADS];
  end

  for (genvar t = 0; t < THREADS; t++) begin : access
    logic [1:0]           place;
    logic [WORD_BITS-1:0] number, bank_number;
    assign place       = address[(WORD_BITS+2)*t+:2];
    assign number      = address[(WORD_BITS+2)*t+2+:WORD_BITS];
    assign bank_number = number & WORD_BITS'(BANKS - 1);

    assign row[ROW_BITS*t+:ROW_BITS] = number[WORD_BITS-1:BANK_BITS];
    assign byte_enable[4*t+:4]       = whole ? 4'b1111 : 4'b0001 << place;
    assign bytes[32*t+:32]           = whole ? data[32*t+:32] : {4{data[32*t+:8]}};

    logic [31:0] word;
    logic [7:0]  picked;
    always_comb begin
      word = 32'd0;
      for (int b = 0; b < BANKS; b++) begin
        if (served_by[THREADS*b+t]) word = bank_word[32*b+:32];
      end
    end
    assign picked = word[8*place+:8];
    assign value[32*t+:32] = store ? 32'd0 : whole ? word : {{24{picked[7]}}, picked};
  end
endmodule
)";

}  // namespace

SourceFile sm_shared_bank_module() {
  return {"sm_shared_bank.sv", kBank};
}

SourceFile sm_shared_memory_module() {
  return {"sm_shared_memory.sv", kSharedMemory};
}

}  // namespace faultline::rtl
