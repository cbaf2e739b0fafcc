#include <string>

#include "rtl/generator/accelerator_modules.h"
#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

constexpr const char* kDma =
    R"(// Moves rows of bytes between DRAM and the buffers, one beat a cycle, several beats in flight.
module systolic_dma #(
    parameter int BUS_BYTES = @bus_bytes@
) (
    input  logic                      clock,
    input  logic                      reset,  // synchronous: every register to 0
    input  accelerator_pkg::command_t command,
    input  logic                      start,
    output logic                      done,   // for one cycle
    output logic                      error,  // DRAM refused an address; stays
    // DRAM: an answer to every request, in order
    output logic                      dram_request_valid,
    output logic                      dram_request_write,
    output logic [6:0]                dram_request_count,
    output logic [31:0]               dram_request_address,
    output logic [8*BUS_BYTES-1:0]    dram_request_data,
    input  logic                      dram_response_valid,
    input  logic                      dram_response_error,
    input  logic [8*BUS_BYTES-1:0]    dram_response_data,
    // into a buffer
    output logic                      buffer_write_valid,
    output logic [1:0]                buffer_write_target,
    output logic [6:0]                buffer_write_count,
    output logic [23:0]               buffer_write_address,
    output logic [8*BUS_BYTES-1:0]    buffer_write_data,
    // from the output buffer; the bytes come one cycle later
    output logic                      buffer_read_valid,
    output logic [6:0]                buffer_read_count,
    output logic [23:0]               buffer_read_address,
    input  logic [8*BUS_BYTES-1:0]    output_data
);
  localparam logic [1:0] IDLE = 2'd0;
  localparam logic [1:0] LOAD = 2'd1;
  localparam logic [1:0] STORE = 2'd2;
  localparam logic [1:0] FAILED = 2'd3;
  localparam logic [6:0] BEAT = 7'(BUS_BYTES);

  logic [1:0]  state;
  logic        issuing;
  // beats issued and answered: byte `column` of row `row`
  logic [23:0] issue_row;
  logic [23:0] issue_column;
  logic [23:0] complete_row;
  logic [23:0] complete_column;
  logic [31:0] dram_row_address;
  logic [23:0] buffer_row_address;
  logic        request_valid;
  logic        request_write;
  logic [6:0]  request_count;
  logic [31:0] request_address;
  logic        write_valid;
  logic [1:0]  write_target;
  logic [6:0]  write_count;
  logic [23:0] write_address;
  logic        read_valid;
  logic [6:0]  read_count;
  logic [23:0] read_address;
  logic [31:0] read_dram_address;
  logic        pending_valid;
  logic [6:0]  pending_count;
  logic [31:0] pending_dram_address;

  // A transfer without bytes is done at once.
  logic take, begins;
  assign take   = start && state == IDLE;
  assign begins = take && command.rows != 24'd0 && command.row_bytes != 24'd0;

  logic active, loading, storing;
  assign loading = state == LOAD;
  assign storing = state == STORE;
  assign active  = loading || storing;

  // The beat that an answer belongs to.
  logic [23:0] complete_left, complete_next_row;
  logic [6:0]  complete_count;
  logic        complete_ends_row, answered, failed, received, finished;
  assign complete_left     = complete_column < command.row_bytes ? command.row_bytes - complete_column : 24'd0;
  assign complete_count    = complete_left < {17'd0, BEAT} ? complete_left[6:0] : BEAT;
  assign complete_ends_row = {1'b0, complete_column} + {18'd0, complete_count} >= {1'b0, command.row_bytes};
  assign complete_next_row = complete_row + 24'd1;
  assign answered          = active && dram_response_valid;
  assign failed            = answered && dram_response_error;
  assign received          = answered && !dram_response_error;
  assign finished          = received && complete_ends_row && complete_next_row >= command.rows;

  // The beat that is issued.
  logic [23:0] issue_left, issue_next_row;
  logic [6:0]  issue_count;
  logic        issue_ends_row, issue;
  assign issue_left     = issue_column < command.row_bytes ? command.row_bytes - issue_column : 24'd0;
  assign issue_count    = issue_left < {17'd0, BEAT} ? issue_left[6:0] : BEAT;
  assign issue_ends_row = {1'b0, issue_column} + {18'd0, issue_count} >= {1'b0, command.row_bytes};
  assign issue_next_row = issue_row + 24'd1;
  assign issue          = active && issuing && !failed && !finished;

  always_ff @(posedge clock) begin
    if (reset) begin
      state <= IDLE;
      done <= 1'b0;
      issuing <= 1'b0;
      issue_row <= 24'd0;
      issue_column <= 24'd0;
      complete_row <= 24'd0;
      complete_column <= 24'd0;
      dram_row_address <= 32'd0;
      buffer_row_address <= 24'd0;
    end else begin
      done <= (take && !begins) || finished;
      if (begins) begin
        state <= command.opcode == accelerator_pkg::OPCODE_STORE ? STORE : LOAD;
        issuing <= 1'b1;
        issue_row <= 24'd0;
        issue_column <= 24'd0;
        complete_row <= 24'd0;
        complete_column <= 24'd0;
        dram_row_address <= command.dram_address;
        buffer_row_address <= command.buffer_address;
      end
      if (failed) begin
        state <= FAILED;
        issuing <= 1'b0;
      end
      if (received) begin
        complete_column <= complete_ends_row ? 24'd0 : complete_column + {17'd0, complete_count};
        if (complete_ends_row) complete_row <= complete_next_row;
        if (finished) begin
          state <= IDLE;
          issuing <= 1'b0;
        end
      end
      if (issue) begin
        issue_column <= issue_ends_row ? 24'd0 : issue_column + {17'd0, issue_count};
        if (issue_ends_row) begin
          issue_row <= issue_next_row;
          dram_row_address <= dram_row_address + command.dram_stride;
          issuing <= issue_next_row < command.rows;
        end
      end
      if ((loading && received && complete_ends_row) || (storing && issue && issue_ends_row)) begin
        buffer_row_address <= buffer_row_address + command.buffer_stride;
      end
    end
  end

  always_ff @(posedge clock) begin
    if (reset) begin
      request_valid <= 1'b0;
      request_write <= 1'b0;
      request_count <= 7'd0;
      request_address <= 32'd0;
      write_valid <= 1'b0;
      write_target <= 2'd0;
      write_count <= 7'd0;
      write_address <= 24'd0;
      read_valid <= 1'b0;
      read_count <= 7'd0;
      read_address <= 24'd0;
      read_dram_address <= 32'd0;
      pending_valid <= 1'b0;
      pending_count <= 7'd0;
      pending_dram_address <= 32'd0;
    end else begin
      request_valid <= pending_valid || (loading && issue);
      if (loading && issue) begin
        request_write <= 1'b0;
        request_count <= issue_count;
        request_address <= dram_row_address + {8'd0, issue_column};
      end else if (pending_valid) begin
        request_write <= 1'b1;
        request_count <= pending_count;
        request_address <= pending_dram_address;
      end
      write_valid <= loading && received;
      if (loading && received) begin
        write_target <= command.target;
        write_count <= complete_count;
        write_address <= buffer_row_address + complete_column;
      end
      read_valid <= storing && issue;
      if (storing && issue) begin
        read_count <= issue_count;
        read_address <= buffer_row_address + issue_column;
        read_dram_address <= dram_row_address + {8'd0, issue_column};
      end
      pending_valid <= read_valid;
      pending_count <= read_count;
      pending_dram_address <= read_dram_address;
    end
  end

  for (genvar i = 0; i < BUS_BYTES; i++) begin : beat
    logic [7:0] request_data;
    logic [7:0] write_data;
    always_ff @(posedge clock) begin
      if (reset) begin
        request_data <= 8'd0;
        write_data <= 8'd0;
      end else begin
        if (pending_valid) request_data <= output_data[8*i+:8];
        if (loading && received) write_data <= dram_response_data[8*i+:8];
      end
    end
    assign dram_request_data[8*i+:8] = request_data;
    assign buffer_write_data[8*i+:8] = write_data;
  end

  // A beat has at most BUS_BYTES bytes, whatever a count says.
  assign dram_request_valid   = request_valid;
  assign dram_request_write   = request_write;
  assign dram_request_count   = request_count < BEAT ? request_count : BEAT;
  assign dram_request_address = request_address;
  assign buffer_write_valid   = write_valid;
  assign buffer_write_target  = write_target;
  assign buffer_write_count   = write_count < BEAT ? write_count : BEAT;
  assign buffer_write_address = write_address;
  assign buffer_read_valid    = read_valid;
  assign buffer_read_count    = read_count < BEAT ? read_count : BEAT;
  assign buffer_read_address  = read_address;
  assign error                = state == FAILED;

  // Other fields of the command do not matter here.
  logic unused;
  assign unused = &{1'b0, command};
endmodule
)";

}  // namespace

SourceFile dma_module(const hw::AcceleratorConfig& config) {
  return {"systolic_dma.sv", fill_template(kDma, {{"bus_bytes", std::to_string(config.bus_bytes)}})};
}

}  // namespace faultline::rtl
