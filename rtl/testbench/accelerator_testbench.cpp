#include "rtl/testbench/accelerator_testbench.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>
#include <systemc>

#include <fmt/format.h>

#include "hw/common/cycle_clock.h"
#include "hw/systolic/accelerator_factory.h"
#include "rtl/generator/text_template.h"
#include "rtl/lockstep/accelerator_machine.h"
#include "rtl/testbench/observed_signal.h"

namespace faultline::rtl {
namespace {

constexpr const char* kTestbench =
    R"(// Self-checking testbench of systolic_accelerator: a program with its DRAM, recorded from the SystemC model.
//
// Compares what is listed in observed_t in every cycle, at last the content of DRAM; ends with PASS or with FAIL and the
// first cycle and signal that differ. Reads its vectors in the folder +vectors=FOLDER, else where it runs.
module systolic_testbench;
  localparam int COMMANDS   = @commands@;
  localparam int CYCLES     = @cycles@;
  localparam int DRAM_BYTES = @dram_bytes@;
  localparam int BUS_BYTES  = @bus_bytes@;
  localparam int LATENCY    = @latency@;  // cycles from a request to its answer

  logic clock;
  logic reset;
  initial begin
    clock = 1'b0;
    forever #1 clock = !clock;
  end

  // ---- the accelerator ----

  logic                      command_valid;
  accelerator_pkg::command_t host_command;
  logic                      ready;
  logic                      trapped;
  logic                      dram_request_valid;
  logic                      dram_request_write;
  logic [6:0]                dram_request_count;
  logic [31:0]               dram_request_address;
  logic [8*BUS_BYTES-1:0]    dram_request_data;
  logic                      dram_response_valid;
  logic                      dram_response_error;
  logic [8*BUS_BYTES-1:0]    dram_response_data;
@report_wires@
  systolic_accelerator u_dut (
      .clock(clock),
      .reset(reset),
      .command_valid(command_valid),
      .host_command(host_command),
      .ready(ready),
      .trapped(trapped),
      .dram_request_valid(dram_request_valid),
      .dram_request_write(dram_request_write),
      .dram_request_count(dram_request_count),
      .dram_request_address(dram_request_address),
      .dram_request_data(dram_request_data),
      .dram_response_valid(dram_response_valid),
      .dram_response_error(dram_response_error),
      .dram_response_data(dram_response_data)@report_connections@
  );

  // ---- the host: one command after another ----

  logic [$bits(accelerator_pkg::command_t)-1:0] commands [0:COMMANDS];  // the last one is never shown as valid
  int next_command;
  assign command_valid = next_command < COMMANDS;
  assign host_command  = commands[next_command];
  always_ff @(posedge clock) begin
    if (reset) next_command <= 0;
    else if (command_valid && ready) next_command <= next_command + 1;
  end

  // ---- DRAM: takes a request in each cycle, answers in order ----

  localparam int INDEX_BITS = DRAM_BYTES > 1 ? $clog2(DRAM_BYTES) : 1;
  localparam int STAGES     = LATENCY > 1 ? LATENCY - 1 : 1;

  typedef struct packed {
    logic        valid;
    logic        write;
    logic [6:0]  count;
    logic [31:0] address;
  } beat_t;

  logic [7:0] dram [0:DRAM_BYTES-1];
  beat_t      stage [0:STAGES-1];
  beat_t      taken;
  beat_t      due;
  assign taken = '{dram_request_valid, dram_request_write, dram_request_count, dram_request_address};
  assign due   = LATENCY > 1 ? stage[STAGES-1] : taken;

  function automatic logic is_inside(input logic [31:0] address, input logic [6:0] count);
    return {1'b0, address} + {26'd0, count} <= 33'(DRAM_BYTES);
  endfunction

  logic taken_inside, due_inside;
  assign taken_inside = is_inside(taken.address, taken.count);
  assign due_inside   = is_inside(due.address, due.count);

  // A transfer ends with its last answer: no beat reads what another one on its way writes.
  always_ff @(posedge clock) begin
    for (int i = 0; i < BUS_BYTES; i++) begin
      if (!reset && taken.valid && taken.write && taken_inside && 7'(i) < taken.count) begin
        dram[INDEX_BITS'(taken.address + i)] <= dram_request_data[8*i+:8];
      end
      dram_response_data[8*i+:8] <=
          !reset && due.valid && !due.write && due_inside && 7'(i) < due.count
          ? dram[INDEX_BITS'(due.address + i)] : 8'd0;
    end
    dram_response_valid <= !reset && due.valid;
    dram_response_error <= !reset && due.valid && !due_inside;
    for (int i = 0; i < STAGES; i++) begin
      stage[i] <= reset ? '0 : i == 0 ? taken : stage[i > 0 ? i-1 : 0];
    end
  end

  // ---- what must be seen ----

@checks@  logic [7:0] expected_dram [0:DRAM_BYTES-1];

  task automatic check_dram();
    for (int i = 0; i < DRAM_BYTES; i++) begin
      if (dram[i] !== expected_dram[i]) begin
        $display("FAIL: cycle %0d: byte %0d of DRAM is %h, expected %h", CYCLES - 1, i, dram[i], expected_dram[i]);
        $fatal(1, "the design differs from the model");
      end
    end
  endtask

  initial begin
    string folder;
    if ($value$plusargs("vectors=%s", folder) == 0) folder = ".";
    $readmemh({folder, "/testbench_commands.hex"}, commands);
    $readmemh({folder, "/testbench_dram.hex"}, dram);
    $readmemh({folder, "/testbench_expected_dram.hex"}, expected_dram);
    $readmemh({folder, "/testbench_expected.hex"}, expected_cycles);
    reset = 1'b1;
    repeat (3) @(negedge clock);
    reset = 1'b0;
    for (int cycle = 0; cycle < CYCLES; cycle++) begin
      @(negedge clock);
      check_cycle(cycle);
    end
    check_dram();
    $display("PASS: %0d cycles, %0d bits each, and %0d bytes of DRAM", CYCLES, $bits(observed_t), DRAM_BYTES);
    $finish;
  end
endmodule
)";

/// Registers beside the outputs, so that a difference shows near its cause: of the controller, and of what each block
/// hands to the next one the first and the last lane.
const char* const kWatched[] = {
    "controller.state",
    "controller.tile",
    "controller.fold",
    "controller.phase",
    "input_feeder.edge[*].value",
    "input_feeder.edge[*].valid",
    "weight_feeder.edge[*].value",
    "weight_feeder.edge[*].valid",
    "array.pe[*][*].psum",
    "array.pe[*][*].accumulator",
    "partial_sum.read_data[*]",
    "input_feeder.pool_data[*]",
    "post_processing.biased[*]",
    "post_processing.product[*]",
    "post_processing.read_data[*]",
    "dma.write.address",
    "dma.write.data[*]",
};

/// Of the unit for critical neurons.
const char* const kWatchedOfNeuronUnit[] = {"entry", "request.address", "held[*]", "target", "write.code"};

std::vector<std::string> watched_paths(const hw::ProtectionConfig& protection) {
  std::vector<std::string> paths(std::begin(kWatched), std::end(kWatched));
  for (const char* const name : kWatchedOfNeuronUnit) {
    paths.push_back("protection." + protection.neuron_unit + "." + name);
  }
  return paths;
}

void watch(const Design& design, const hw::ProtectionConfig& protection, const hw::StateTable& table,
           std::vector<ObservedSignal>& signals) {
  for (const std::string& path : watched_paths(protection)) {
    for (const MappedSignal& signal : design.signals) {
      if (signal.field.path == path) {
        observe_ends(signal, table, signals);
      }
    }
  }
}

/// The ports on which protection units tell what they found.
std::vector<Pin> report_pins(const Design& design) {
  std::vector<Pin> pins;
  std::copy_if(design.outputs.begin(), design.outputs.end(), std::back_inserter(pins), is_report);
  return pins;
}

void add_reports(const Design& design, const hw::StateTable& table, std::vector<ObservedSignal>& signals) {
  for (const Pin& pin : report_pins(design)) {
    const std::string registers = "protection." + report_unit(pin) + ".report.";
    signals.push_back({pin.name, pin.name, pin.bits, [&table, registers](BitLine& line) {
                         for (const char* const name : {"errors", "corrected", "flags"}) {
                           const size_t field = table.field_index(registers + name);
                           line.append(table.peek({field, 0}), table.fields()[field].bits);
                         }
                       }});
  }
}

bool repeats(const Design& design) {
  return std::any_of(design.outputs.begin(), design.outputs.end(),
                     [](const Pin& pin) { return pin.name == kRepeatPin; });
}

std::string report_wires(const Design& design) {
  std::string lines;
  for (const Pin& pin : report_pins(design)) {
    lines += fmt::format("  logic [{}:0]               {};\n", pin.bits - 1, pin.name);
  }
  return lines + (repeats(design) ? fmt::format("  logic                      {};\n", kRepeatPin) : "");
}

std::string report_connections(const Design& design) {
  std::string lines;
  for (const Pin& pin : report_pins(design)) {
    lines += fmt::format(",\n      .{0}({0})", pin.name);
  }
  return lines + (repeats(design) ? fmt::format(",\n      .{0}({0})", kRepeatPin) : "");
}

std::vector<ObservedSignal> observed_signals(const Design& design, const AcceleratorMachine& machine,
                                             const hw::AcceleratorConfig& config) {
  const int bus_bytes = config.bus_bytes;
  const auto request = [&machine]() -> const hw::DramRequest& { return machine.dram_request.read(); };
  std::vector<ObservedSignal> signals;
  const auto add = [&signals](const std::string& name, int bits, std::function<void(BitLine&)> record) {
    signals.push_back({name, name, bits, std::move(record)});
  };
  add("ready", 1, [&machine](BitLine& line) { line.append(machine.ready.read() ? 1 : 0, 1); });
  add("trapped", 1, [&machine](BitLine& line) { line.append(machine.trapped.read() ? 1 : 0, 1); });
  watch(design, config.protection, machine.table, signals);
  constexpr int kCountBits = 7;
  constexpr int kAddressBits = 32;
  add("dram_request_valid", 1, [request](BitLine& line) { line.append(request().valid ? 1 : 0, 1); });
  add("dram_request_write", 1, [request](BitLine& line) { line.append(request().write ? 1 : 0, 1); });
  add("dram_request_count", kCountBits, [request](BitLine& line) { line.append(request().count, kCountBits); });
  add("dram_request_address", kAddressBits, [request](BitLine& line) { line.append(request().address, kAddressBits); });
  add("dram_request_data", 8 * bus_bytes,
      [request, bus_bytes](BitLine& line) { line.append_bytes(request().data.bytes, static_cast<size_t>(bus_bytes)); });
  add_reports(design, machine.table, signals);
  if (repeats(design)) {
    add(kRepeatPin, 1, [&machine](BitLine& line) { line.append(machine.repeat_request.read() ? 1 : 0, 1); });
  }
  return signals;
}

std::string command_lines(const std::vector<hw::CommandDescriptor>& commands) {
  std::string lines;
  const auto add = [&lines](const hw::CommandDescriptor& command) {
    BitLine line;
    for (const hw::CommandField& field : hw::command_fields()) {
      line.append(static_cast<uint32_t>(command.*field.member), field.bits);
    }
    lines += line.hexadecimal() + "\n";
  };
  for (const hw::CommandDescriptor& command : commands) {
    add(command);
  }
  add({});
  return lines;
}

std::string byte_lines(const std::vector<uint8_t>& bytes) {
  constexpr size_t kLine = 32;
  std::string lines;
  for (size_t i = 0; i < bytes.size(); ++i) {
    fmt::format_to(std::back_inserter(lines), "{:02x}{}", bytes[i], (i + 1) % kLine == 0 ? '\n' : ' ');
  }
  return lines + "\n";
}

/// The accelerator's SystemC model, running a program alone.
class Model {
 public:
  /// `dram` is all of DRAM.
  Model(const hw::AcceleratorConfig& config, const TestbenchProgram& program, const std::vector<uint8_t>& dram)
      : machine("testbench", config, hw::accelerator_maker("cycle"), clock_, cycle_clock_) {
    sc_core::sc_start(period_ / 2);  // edges come at multiples of the period; stay between them
    machine.dram_content.write(0, dram.data(), dram.size());
    machine.dram_content.mark_clean();
    machine.reset();
    machine.start(program.commands);
    cycle_clock_.set_next_cycle(0);
    settle();
  }

  void step() {
    machine.before_edge();
    sc_core::sc_start(period_);
    machine.after_edge();
    settle();
  }

 private:
  static void settle() {
    while (sc_core::sc_pending_activity_at_current_time()) {
      sc_core::sc_start(sc_core::SC_ZERO_TIME);
    }
  }

  const sc_core::sc_time period_{1, sc_core::SC_NS};
  hw::CycleClock cycle_clock_{period_};
  sc_core::sc_clock clock_{"testbench_clock", period_, 0.5, period_};

 public:
  AcceleratorMachine machine;
};

}  // namespace

std::vector<SourceFile> accelerator_testbench(const Design& design, const hw::AcceleratorConfig& config,
                                              const TestbenchProgram& program) {
  constexpr size_t kPage = hw::DramContent::kPageBytes;
  std::vector<uint8_t> image = program.dram;
  image.resize((image.size() + kPage - 1) / kPage * kPage);
  hw::AcceleratorConfig small = config;
  small.dram_bytes = static_cast<int64_t>(image.size());
  Model model(small, program, image);
  const std::vector<ObservedSignal> signals = observed_signals(design, model.machine, config);
  std::string expected;
  int cycles = 0;
  while (!model.machine.finished()) {
    model.step();
    if (model.machine.trapped.read()) {
      throw std::logic_error("the program of a testbench traps");
    }
    expected += recorded_word(signals) + "\n";
    ++cycles;
  }
  std::vector<uint8_t> dram(image.size());
  model.machine.dram_content.read(0, dram.data(), dram.size());

  const std::string text = fill_template(kTestbench, {{"commands", std::to_string(program.commands.size())},
                                                      {"cycles", std::to_string(cycles)},
                                                      {"dram_bytes", std::to_string(dram.size())},
                                                      {"bus_bytes", std::to_string(config.bus_bytes)},
                                                      {"latency", std::to_string(config.dram_latency)},
                                                      {"report_wires", report_wires(design)},
                                                      {"report_connections", report_connections(design)},
                                                      {"checks", checking_text(signals)}});
  return {{"systolic_testbench.sv", text},
          {"testbench_commands.hex", command_lines(program.commands)},
          {"testbench_dram.hex", byte_lines(image)},
          {"testbench_expected_dram.hex", byte_lines(dram)},
          {"testbench_expected.hex", expected}};
}

}  // namespace faultline::rtl
