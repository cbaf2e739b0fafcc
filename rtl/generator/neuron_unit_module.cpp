#include "rtl/generator/neuron_unit_module.h"

#include "hw/protection/neuron_unit_kind.h"
#include "hw/systolic/neuron_unit_core.h"
#include "rtl/generator/neuron_circuit.h"
#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

constexpr const char* kNeuronUnit =
    R"(// Makes one code of each critical neuron's words in the output buffer, one word a cycle, in the order of its table.
//
// The stages: request; the buffer's byte; held, or combined; write, to where the neuron's first word lies.
module systolic_neuron_unit #(
    parameter int ENTRIES   = @entries@,  // words that the table can name
    parameter int BUS_BYTES = @bus_bytes@
) (
    input  logic                      clock,
    input  logic                      reset,  // synchronous: every register to 0
    input  accelerator_pkg::command_t command,
    input  logic                      start,
    output logic                      done,  // for one cycle
    // DMA into the table
    input  logic                      load_valid,
    input  logic [1:0]                load_target,
    input  logic [6:0]                load_count,
    input  logic [23:0]               load_address,
    input  logic [8*BUS_BYTES-1:0]    load_data,
    // a byte of the output buffer; it comes one cycle later
    output logic                      request_valid,
    output logic [23:0]               request_address,
    input  logic [7:0]                buffer_byte,
    // into the output buffer
    output logic                      write_valid,
    output logic [23:0]               write_address,
    output logic [7:0]                write_code,
@repeat_port@    // what the words showed: errors, corrected, flags
    output logic [34:0]               report
);
  localparam int WORDS       = @words@;  // of a neuron
  localparam int ENTRY_BYTES = @entry_bytes@;
  localparam logic IDLE = 1'b0;
  localparam logic WALK = 1'b1;

  logic        state;
  logic [23:0] entry;
  logic [1:0]  word;
  logic [1:0]  request_word;
  logic        request_last;
  logic        fetched_valid;
  logic [1:0]  fetched_word;
  logic        fetched_last;
  logic [23:0] fetched_address;
  logic [23:0] target;
  logic        write_last;
@bound_registers@
  // ---- table ----

  logic [34*ENTRY_BYTES-1:0] table_address;
  logic [8*ENTRY_BYTES-1:0]  table_data;
  logic [BUS_BYTES-1:0]      table_write;
  logic [34*BUS_BYTES-1:0]   table_write_address;
  for (genvar b = 0; b < ENTRY_BYTES; b++) begin : entry_byte
    assign table_address[34*b+:34] = 34'(ENTRY_BYTES) * {10'd0, entry} + 34'(b);
  end
  for (genvar i = 0; i < BUS_BYTES; i++) begin : beat
    assign table_write[i] = load_valid && 7'(i) < load_count && load_target == accelerator_pkg::TARGET_TABLE;
    // Below the base it wraps to an address out of range.
    assign table_write_address[34*i+:34] = {10'd0, load_address} + 34'(i) - {10'd0, accelerator_pkg::NEURON_TABLE};
  end

  systolic_buffer #(
      .WORDS(ENTRY_BYTES * ENTRIES),
      .READERS(ENTRY_BYTES),
      .WRITERS(BUS_BYTES)
  ) u_table (
      .clock(clock),
      .read_address(table_address),
      .read_data(table_data),
      .write_enable(table_write),
      .write_address(table_write_address),
      .write_data(load_data)
  );

  // ---- walk ----

  // A command without words is done at once.
  logic take, last_entry;
  assign take       = start && state == IDLE;
  assign last_entry = {1'b0, entry} + 25'd1 >= {1'b0, command.rows};

  always_ff @(posedge clock) begin
    if (reset) begin
      state <= IDLE;
      entry <= 24'd0;
      word <= 2'd0;
      request_valid <= 1'b0;
      request_word <= 2'd0;
      request_last <= 1'b0;
      request_address <= 24'd0;
@request_bound_reset@    end else begin
      request_valid <= state == WALK;
      if (state == WALK) begin
        request_word <= word;
        request_last <= last_entry;
        request_address <= @address@;
@request_bound@        entry <= entry + 24'd1;
        word <= {1'b0, word} + 3'd1 < 3'(WORDS) ? word + 2'd1 : 2'd0;
        if (last_entry) state <= IDLE;
      end else if (take && command.rows != 24'd0) begin
        state <= WALK;
        entry <= 24'd0;
        word <= 2'd0;
      end
    end
  end

  // ---- words of a neuron ----

  logic [8*WORDS-1:0] words;  // the first in the lowest bits
  for (genvar i = 0; i < WORDS - 1; i++) begin : held
    logic [7:0] value;
    always_ff @(posedge clock) begin
      if (reset) value <= 8'd0;
      else if (fetched_valid && fetched_word == 2'(i)) value <= buffer_byte;
    end
    assign words[8*i+:8] = value;
  end
  assign words[8*(WORDS-1)+:8] = buffer_byte;

  logic [7:0] code;
  logic       corrected, error, complete;
  assign complete = fetched_valid && fetched_word >= 2'(WORDS - 1);
  systolic_@kind@_combiner u_combiner (
      .words(words),
      .zero(command.pad_value),
@interval@      .code(code),
      .corrected(corrected),
      .error(error)
  );

  always_ff @(posedge clock) begin
    if (reset) begin
      fetched_valid <= 1'b0;
      fetched_word <= 2'd0;
      fetched_last <= 1'b0;
      fetched_address <= 24'd0;
      target <= 24'd0;
      write_valid <= 1'b0;
      write_last <= 1'b0;
      write_address <= 24'd0;
      write_code <= 8'd0;
      done <= 1'b0;
@fetched_bound_reset@    end else begin
      fetched_valid <= request_valid;
      fetched_word <= request_word;
      fetched_last <= request_last;
      fetched_address <= request_address;
      if (fetched_valid && fetched_word == 2'd0) target <= fetched_address;
@fetched_bound@      write_valid <= complete;
      if (complete) begin
        write_last <= fetched_last;
        write_address <= target;
        write_code <= @code@;
      end
      done <= (take && command.rows == 24'd0) || (write_valid && write_last);
    end
  end

@repeats@  systolic_report #(
      .REPLACES(1'b@replaces@)
  ) u_report (
      .clock(clock),
      .reset(reset),
      .port_corrected(@port_corrected@),
      .port_error(@port_error@),
      .report(report)
  );

  // Other fields of the command do not matter here.
  logic unused;
  assign unused = &{1'b0, command};
endmodule
)";

constexpr const char* kRepeatPort = R"(    // the host is to present the layer's commands again
    output logic                      repeat_request,
)";

constexpr const char* kRepeats = R"(  // ---- repeats of a layer ----

  localparam logic [7:0] MOST_REPEATS = 8'd@most@;

  logic       differed;
  logic [7:0] repeats;
  logic       layer_begins, asks;
  assign layer_begins   = take && !command.accumulate;
  assign asks           = complete && error && repeats < MOST_REPEATS;
  assign repeat_request = differed;

  always_ff @(posedge clock) begin
    if (reset) begin
      differed <= 1'b0;
      repeats <= 8'd0;
    end else begin
      differed <= asks || (differed && !layer_begins);
      if (layer_begins) repeats <= differed ? repeats + 8'd1 : 8'd0;
    end
  end

)";

constexpr const char* kNeuronCombiner = R"(// One code of the words of a critical neuron, unit @kind@.
module systolic_@kind@_combiner (
    input  logic [@words_msb@:0] words,  // the first in the lowest bits
    input  logic [7:0]  zero,   // the code of 0, signed
@interval_ports@    output logic [7:0]  code,
    output logic        corrected,
    output logic        error
);
@body@endmodule
)";

constexpr const char* kNeuronEncoder =
    R"(// What the output buffer takes for a code, unit @kind@: where the mask says so, a word of a critical neuron.
module systolic_@kind@_encoder (
    input  logic [7:0] code,
    input  logic [7:0] zero,  // the code of 0, signed
    input  logic       enable,
    input  logic [7:0] mask,   // of eight neighbouring bytes
    input  logic [2:0] place,  // of this one among them
    output logic [7:0] stored
);
  logic [7:0] word;
@body@  assign stored = enable && mask[place] ? word : code;
endmodule
)";

/// What an interval for each neuron puts into the texts: a bound in each entry, which travels with its word.
TemplateValues interval_values(const hw::NeuronUnitKind& kind) {
  const auto with = [&kind](const char* text) { return kind.has_intervals() ? text : ""; };
  return {{"entry_bytes", std::to_string(hw::neuron_entry_bytes(kind))},
          {"address", kind.has_intervals() ? "table_data[23:0]" : "table_data"},
          {"bound_registers", with("  logic [7:0]  request_bound;\n  logic [7:0]  fetched_bound;\n"
                                   "  logic [7:0]  low;  // of the neuron whose words come\n")},
          {"request_bound_reset", with("      request_bound <= 8'd0;\n")},
          {"request_bound", with("        request_bound <= table_data[31:24];\n")},
          {"fetched_bound_reset", with("      fetched_bound <= 8'd0;\n      low <= 8'd0;\n")},
          {"fetched_bound", with("      fetched_bound <= request_bound;\n"
                                 "      if (fetched_valid && fetched_word == 2'd0) low <= fetched_bound;\n")},
          {"interval", with("      .low(low),\n      .high(fetched_bound),\n")},
          {"interval_ports", with("    input  logic signed [7:0] low,   // the codes that it may have\n"
                                  "    input  logic signed [7:0] high,\n")}};
}

}  // namespace

std::string if_neuron_unit(const hw::ProtectionConfig& protection, const std::string& text) {
  return protection.neuron_unit.empty() ? "" : text;
}

std::string if_neuron_encoder(const hw::ProtectionConfig& protection, const std::string& text) {
  return protection.neuron_unit.empty() || neuron_circuit(protection.neuron_unit).encoder.empty() ? "" : text;
}

std::string if_repeats(const hw::ProtectionConfig& protection, const std::string& text) {
  return protection.neuron_repeats ? text : "";
}

std::vector<SourceFile> neuron_unit_modules(const hw::AcceleratorConfig& config) {
  const hw::ProtectionConfig& protection = config.protection;
  const hw::NeuronUnitKind* kind = hw::find_neuron_unit_kind(protection.neuron_unit);
  if (kind == nullptr) {
    return {};
  }
  const NeuronCircuit& circuit = neuron_circuit(kind->name);
  const TemplateValues intervals = interval_values(*kind);
  const bool repeats = protection.neuron_repeats.has_value();
  const bool zero_on_alarm = kind->alarms && protection.neuron_on_error == hw::ErrorAction::kZero;
  std::vector<SourceFile> modules = {
      {"systolic_" + kind->name + "_combiner.sv",
       fill_template(
           fill_template(kNeuronCombiner, intervals),
           {{"kind", kind->name}, {"words_msb", std::to_string(8 * kind->words - 1)}, {"body", circuit.combiner}})}};
  if (!circuit.encoder.empty()) {
    modules.push_back({"systolic_" + kind->name + "_encoder.sv",
                       fill_template(kNeuronEncoder, {{"kind", kind->name}, {"body", circuit.encoder}})});
  }
  const std::string repetition = fill_template(if_repeats(protection, kRepeats),
                                               {{"most", std::to_string(protection.neuron_repeats.value_or(0))}});
  modules.push_back(
      {"systolic_neuron_unit.sv",
       fill_template(fill_template(kNeuronUnit, intervals),
                     {{"entries", std::to_string(protection.neuron_entries)},
                      {"bus_bytes", std::to_string(config.bus_bytes)},
                      {"words", std::to_string(kind->words)},
                      {"kind", kind->name},
                      {"repeat_port", if_repeats(protection, kRepeatPort)},
                      {"repeats", repetition},
                      {"port_corrected", repeats ? "(complete && corrected) || asks" : "complete && corrected"},
                      {"port_error", repeats ? "complete && error && !asks" : "complete && error"},
                      {"code", zero_on_alarm ? "error ? command.pad_value : code" : "code"},
                      {"replaces", circuit.replaces || zero_on_alarm ? "1" : "0"}})});
  return modules;
}

std::map<std::string, std::string> neuron_unit_places(const hw::ProtectionConfig& protection) {
  std::map<std::string, std::string> places;
  if (protection.neuron_unit.empty()) {
    return places;
  }
  const std::string unit = "protection." + protection.neuron_unit + ".";
  places[unit + "split[*]"] = "u_post_processing.u_split.memory[*]";
  places[unit + "table[*]"] = "u_neuron_unit.u_table.memory[*]";
  places[unit + "held[*]"] = "u_neuron_unit.held[*].value";
  for (const char* name : {"state", "done", "word", "entry", "target", "low"}) {
    places[unit + name] = std::string("u_neuron_unit.") + name;
  }
  for (const char* name : {"differed", "repeats"}) {
    places[unit + name] = std::string("u_neuron_unit.") + name;
  }
  for (const std::string stage : {"request", "fetched"}) {
    for (const std::string part : {"valid", "word", "last", "address", "bound"}) {
      places[unit + stage + "." + part] = "u_neuron_unit." + stage + "_" + part;
    }
  }
  for (const std::string part : {"valid", "last", "address", "code"}) {
    places[unit + "write." + part] = "u_neuron_unit.write_" + part;
  }
  for (const std::string part : {"flags", "corrected", "errors"}) {
    places[unit + "report." + part] = "u_neuron_unit.u_report." + part;
  }
  return places;
}

}  // namespace faultline::rtl
