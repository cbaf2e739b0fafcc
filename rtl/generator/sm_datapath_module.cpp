#include <string>

#include "hw/gpu/instruction.h"
#include "rtl/generator/sm_design.h"
#include "rtl/generator/sm_modules.h"
#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

constexpr const char* kPackage =
    R"(// What the modules of the multiprocessor share: lanes, opcodes, and the control bits of a pipeline's stage.
package sm_pkg;
  localparam int LANES = @lanes@;  // of a partition

  localparam logic [5:0] IMAD8 = 6'd@imad8@;
  localparam logic [5:0] DP4A  = 6'd@dp4a@;
  localparam logic [5:0] REQ   = 6'd@req@;

  // A beat of an instruction: LANES neighbouring threads of a warp.
  typedef struct packed {
    logic             valid;
    logic [5:0]       warp;
    logic [5:0]       opcode;
    logic [5:0]       destination;
    logic [2:0]       modifier;
    logic [4:0]       beat;         // which of the instruction's
    logic [LANES-1:0] mask;         // active threads
  } control_t;

  localparam int CONTROL = @control@;  // bits of control_t
endpackage
)";

constexpr const char* kDatapath =
    R"(// Datapath of a GPU multiprocessor: the multiply-add lanes of all partitions, and the shared memory.
//
// Partition 0, lane 0 and thread 0 of a vector lie in its lowest bits.
module sm_datapath #(
    parameter int PARTITIONS  = @partitions@,
    parameter int MAC_RESULTS = @mac_results@,
    parameter int THREADS     = @threads@,  // of a warp
    parameter int WORDS       = @words@,  // of shared memory
    parameter int WORD_BITS   = @word_bits@,
    parameter int BANKS       = @banks@
) (
    input  logic                                   clock,
    input  logic                                   reset,    // synchronous: every register to 0
    input  logic                                   running,  // the pipelines move
    // beats that enter the multiply-add pipelines: for each partition an sm_pkg::control_t and its lanes' operands
    input  logic [sm_pkg::CONTROL*PARTITIONS-1:0]  mac_beat,
    input  logic [32*sm_pkg::LANES*PARTITIONS-1:0] mac_a,
    input  logic [32*sm_pkg::LANES*PARTITIONS-1:0] mac_b,
    input  logic [32*sm_pkg::LANES*PARTITIONS-1:0] mac_c,
    input  logic [32*sm_pkg::LANES*PARTITIONS-1:0] mac_d,
    // what they write back
    output logic [sm_pkg::CONTROL*PARTITIONS-1:0]  mac_result,
    output logic [32*sm_pkg::LANES*PARTITIONS-1:0] mac_value,
    // an access to shared memory in this cycle, and what it gives at once
    input  logic                                   shared_valid,
    input  logic                                   shared_store,
    input  logic                                   shared_whole,    // words, else bytes
    input  logic [THREADS-1:0]                     shared_pending,  // threads that are still to be served
    input  logic [(WORD_BITS+2)*THREADS-1:0]       shared_address,
    input  logic [32*THREADS-1:0]                  shared_data,
    output logic [THREADS-1:0]                     shared_served,
    output logic [32*THREADS-1:0]                  shared_value
);
  localparam int VECTOR = 32 * sm_pkg::LANES;

  for (genvar p = 0; p < PARTITIONS; p++) begin : partition
    sm_mac_pipeline #(
        .RESULTS(MAC_RESULTS)
    ) u_mac (
        .clock(clock),
        .reset(reset),
        .enable(running),
        .beat(mac_beat[sm_pkg::CONTROL*p+:sm_pkg::CONTROL]),
        .a(mac_a[VECTOR*p+:VECTOR]),
        .b(mac_b[VECTOR*p+:VECTOR]),
        .c(mac_c[VECTOR*p+:VECTOR]),
        .d(mac_d[VECTOR*p+:VECTOR]),
        .result(mac_result[sm_pkg::CONTROL*p+:sm_pkg::CONTROL]),
        .result_value(mac_value[VECTOR*p+:VECTOR])
    );
  end

  sm_shared_memory #(
      .WORDS(WORDS),
      .WORD_BITS(WORD_BITS),
      .BANKS(BANKS),
      .THREADS(THREADS)
  ) u_shared_memory (
      .clock(clock),
      .valid(shared_valid),
      .store(shared_store),
      .whole(shared_whole),
      .pending(shared_pending),
      .address(shared_address),
      .data(shared_data),
      .served(shared_served),
      .value(shared_value)
  );
endmodule
)";

std::string number_of(hw::gpu::Opcode opcode) {
  return std::to_string(static_cast<int>(opcode));
}

}  // namespace

SourceFile sm_package(const hw::gpu::SmConfig& config) {
  using hw::gpu::Opcode;
  return {"sm_pkg.sv", fill_template(kPackage, {{"lanes", std::to_string(config.lanes)},
                                                {"control", std::to_string(sm_control_bits(config))},
                                                {"imad8", number_of(Opcode::kImad8)},
                                                {"dp4a", number_of(Opcode::kDp4a)},
                                                {"req", number_of(Opcode::kReq)}})};
}

SourceFile sm_datapath_module(const hw::gpu::SmConfig& config) {
  return {"sm_datapath.sv", fill_template(kDatapath, {{"partitions", std::to_string(config.partitions)},
                                                      {"mac_results", std::to_string(config.mac_stages - 2)},
                                                      {"threads", std::to_string(config.warp_size)},
                                                      {"words", std::to_string(config.shared_bytes / 4)},
                                                      {"word_bits", std::to_string(sm_shared_word_bits(config))},
                                                      {"banks", std::to_string(config.shared_banks)}})};
}

}  // namespace faultline::rtl
