#include "rtl/testbench/grid_testbench.h"

#include <string>

#include <fmt/format.h>

#include "hw/common/state_table.h"
#include "hw/fault/fault_taps.h"
#include "rtl/generator/text_template.h"
#include "rtl/testbench/observed_signal.h"

namespace faultline::rtl {
namespace {

constexpr const char* kGridTestbench =
    R"(// Self-checking testbench of systolic_grid: operands at its edges and what follows, recorded from the SystemC model.
//
// Compares what is listed in observed_t in every cycle; ends with PASS or with FAIL and the first cycle and signal that
// differ. Reads its vectors in the folder +vectors=FOLDER, else where it runs.
module systolic_testbench;
  localparam int CYCLES = @cycles@;

  logic clock;
  logic reset;
  initial begin
    clock = 1'b0;
    forever #1 clock = !clock;
  end

  // ---- the grid and what its edges show ----

  typedef struct packed {
@edge_members@  } edges_t;

  edges_t                    edges;
  logic [$bits(edges_t)-1:0] edges_cycles [0:CYCLES-1];
  logic [@sum_msb@:0] south_sum;

  systolic_grid u_dut (
      .clock(clock),
      .reset(reset),
@connections@      .south_sum(south_sum)
  );

  // ---- what must be seen ----

@checks@  initial begin
    string folder;
    if ($value$plusargs("vectors=%s", folder) == 0) folder = ".";
    $readmemh({folder, "/testbench_edges.hex"}, edges_cycles);
    $readmemh({folder, "/testbench_expected.hex"}, expected_cycles);
    reset = 1'b1;
    edges = '0;
    repeat (3) @(negedge clock);
    reset = 1'b0;
    for (int cycle = 0; cycle < CYCLES; cycle++) begin
      edges = edges_cycles[cycle];
      @(negedge clock);
      check_cycle(cycle);
    end
    $display("PASS: %0d cycles, %0d bits each", CYCLES, $bits(observed_t));
    $finish;
  end
endmodule
)";

constexpr int kOperandBits = 8;
constexpr int kSumBits = 32;

/// One bit of each lane, lane 0 in the lowest.
void append_lanes(BitLine& line, const uint8_t* bits, int lanes) {
  for (int lane = lanes; lane-- > 0;) {
    line.append(bits[lane], 1);
  }
}

/// The inputs of a grid, in the order of its design's.
std::string edge_word(const Design& design, const hw::GridInputs& edges) {
  BitLine line;
  for (const Pin& pin : design.inputs) {
    const hw::OperandEdge& edge = pin.name.rfind("west", 0) == 0 ? edges.west : edges.north;
    if (pin.bits == kOperandBits * edge.lanes && pin.name.find("value") != std::string::npos) {
      line.append_bytes(reinterpret_cast<const uint8_t*>(edge.value), static_cast<size_t>(edge.lanes));
    } else if (pin.name == "drain") {
      append_lanes(line, edges.drain.drain, edges.drain.lanes);
    } else {
      append_lanes(line, pin.name.find("valid") != std::string::npos ? edge.valid : edge.control, edge.lanes);
    }
  }
  return line.hexadecimal();
}

std::string edge_members(const Design& design) {
  std::string lines;
  for (const Pin& pin : design.inputs) {
    lines += fmt::format("    logic [{}:0] {};\n", pin.bits - 1, pin.name);
  }
  return lines;
}

std::string edge_connections(const Design& design) {
  std::string lines;
  for (const Pin& pin : design.inputs) {
    lines += fmt::format("      .{0}(edges.{0}),\n", pin.name);
  }
  return lines;
}

std::vector<ObservedSignal> observed_in_grid(const Design& design, const hw::StateTable& table,
                                             const hw::SumEdge& south) {
  std::vector<ObservedSignal> signals;
  for (const MappedSignal& signal : design.signals) {
    if (signal.field.kind == hw::StateKind::kRegister) {
      observe_ends(signal, table, signals);
    }
  }
  for (int column = 0; column < south.lanes; ++column) {
    const std::string sum = fmt::format("south_sum[{}:{}]", kSumBits * (column + 1) - 1, kSumBits * column);
    signals.push_back({sum, sum, kSumBits, [&south, column](BitLine& line) {
                         line.append(static_cast<uint32_t>(south.value[column]), kSumBits);
                       }});
  }
  return signals;
}

}  // namespace

std::vector<SourceFile> grid_testbench(const Design& design, const hw::GridConfig& config, size_t cycles,
                                       const std::function<hw::GridInputs(size_t cycle)>& edges_of) {
  hw::StateTable table;
  hw::FaultTaps taps(&table);
  hw::CycleGridCore core(config, table, taps, [](size_t) { return uint64_t{0}; });
  hw::SumEdge south(config.columns);
  const std::vector<ObservedSignal> signals = observed_in_grid(design, table, south);
  std::string shown;
  std::string expected;
  for (size_t cycle = 0; cycle < cycles; ++cycle) {
    const hw::GridInputs edges = edges_of(cycle);
    shown += edge_word(design, edges) + "\n";
    core.step(edges, cycle);
    core.read_south(south);
    expected += recorded_word(signals) + "\n";
  }
  const std::string text = fill_template(kGridTestbench, {{"cycles", std::to_string(cycles)},
                                                          {"edge_members", edge_members(design)},
                                                          {"connections", edge_connections(design)},
                                                          {"sum_msb", std::to_string(kSumBits * config.columns - 1)},
                                                          {"checks", checking_text(signals)}});
  return {{"systolic_testbench.sv", text}, {"testbench_edges.hex", shown}, {"testbench_expected.hex", expected}};
}

}  // namespace faultline::rtl
