#include "rtl/generator/protection_parts.h"

#include <fmt/format.h>

#include "hw/systolic/accelerator_state.h"
#include "rtl/generator/accelerator_modules.h"
#include "rtl/generator/checksum_module.h"
#include "rtl/generator/element_module.h"
#include "rtl/generator/memory_guard.h"
#include "rtl/generator/multiplier_module.h"
#include "rtl/generator/neuron_unit_module.h"
#include "rtl/generator/rtl_error.h"
#include "rtl/generator/spare_columns_module.h"
#include "rtl/generator/text_template.h"
#include "rtl/generator/weight_check_module.h"
#include "rtl/generator/word_code_modules.h"

namespace faultline::rtl {
namespace {

/// A read port: the decoder, and what the buffer puts behind it.
constexpr const char* kReadPort = R"(module protected_reader (
    input  logic [@word_msb@:0] stored,
    input  logic [@check_msb@:0] check,
    input  logic read_enable,
    output logic [@word_msb@:0] read_data,
    output logic port_corrected,
    output logic port_error
);
  logic [@word_msb@:0] word;
  logic corrected, error;
  systolic_@code@_@word_bits@_decoder u_decoder (
      .stored(stored),
      .check(check),
      .word(word),
      .corrected(corrected),
      .error(error)
  );
  assign read_data      = @read_data@;
  assign port_corrected = read_enable && corrected;
  assign port_error     = read_enable && error;
endmodule
)";

/// What element_module.h puts into an element, whichever the dataflow.
constexpr const char* kElementBypass = R"(module element_bypass (
    input  logic clock,
    input  logic reset,
    input  logic faulty,  // what the register resets to
    input  logic valid,   // of the product's operands
    output logic adds
);
  logic bypass;
  always_ff @(posedge clock) if (reset) bypass <= faulty;
  assign adds = valid && !bypass;
endmodule
)";

constexpr const char* kReportOfPorts = R"(module report_of_ports (
    input  logic        clock,
    input  logic        reset,
    input  logic [@msb@:0] port_corrected,
    input  logic [@msb@:0] port_error,
    output logic [34:0] report
);
  systolic_report #(
      .PORTS(@ports@),
      .REPLACES(1'b@replaces@)
  ) u_report (
      .clock(clock),
      .reset(reset),
      .port_corrected(port_corrected),
      .port_error(port_error),
      .report(report)
  );
endmodule
)";

/// The registers that a lane of a feeder and the word of a column add for each spare column.
constexpr const char* kColumnRegisters = R"(module column_registers (
    input  logic clock,
    input  logic reset,
    input  logic [@msb@:0] next,
    output logic [@msb@:0] word
);
  always_ff @(posedge clock) begin
    if (reset) word <= '0;
    else word <= next;
  end
endmodule
)";

/// Where a lane of the weight feeder reads (systolic_weight_feeder.sv).
constexpr const char* kLaneAddress = R"(module lane_address (
    input  logic [23:0] address,
    input  logic [@shift_msb@:0] shift,
    output logic [33:0] read_address
);
  assign read_address = {10'd0, address} + 34'd@lane@ - 34'(shift);
endmodule
)";

std::string joined_texts(const std::vector<SourceFile>& files) {
  std::string text;
  for (const SourceFile& file : files) {
    text += file.text;
  }
  return text;
}

void add_neuron_unit_parts(const hw::AcceleratorConfig& config, std::vector<ProtectionPart>& parts) {
  const std::string unit = config.protection.neuron_unit;
  if (unit.empty()) {
    return;
  }
  const std::vector<SourceFile> modules = neuron_unit_modules(config);
  parts.push_back({unit, "unit", 1,
                   accelerator_package(config).text + buffer_black_box() + report_module().text + joined_texts(modules),
                   "systolic_neuron_unit"});
  const std::string encoder = "systolic_" + unit + "_encoder";
  for (const SourceFile& module : modules) {
    if (module.name == encoder + ".sv") {
      parts.push_back({unit, "encoder", config.grid.used_columns(), module.text, encoder});
    }
  }
}

void add_guard_parts(const hw::AcceleratorConfig& config, const hw::MemoryProtection& guard,
                     std::vector<ProtectionPart>& parts) {
  const int word_bits = guarded_word_bits(guard.memory);
  const MemoryPorts ports = memory_ports(config, guard.memory);
  const bool zero = guard.on_error == hw::ErrorAction::kZero;
  const std::string codec = joined_texts(word_code_modules(guard.code, word_bits));
  const std::string reader =
      fill_template(kReadPort, {{"word_msb", std::to_string(word_bits - 1)},
                                {"check_msb", std::to_string(check_bits(guard.code, word_bits) - 1)},
                                {"code", guard.code},
                                {"word_bits", std::to_string(word_bits)},
                                {"read_data", zero ? fmt::format("error ? {}'d0 : word", word_bits) : "word"}});
  const std::string report = fill_template(kReportOfPorts, {{"msb", std::to_string(ports.readers - 1)},
                                                            {"ports", std::to_string(ports.readers)},
                                                            {"replaces", zero ? "1" : "0"}});
  const std::string unit = guard.memory + " " + guard.code;
  parts.push_back(
      {unit, "encoder", ports.writers, codec, fmt::format("systolic_{}_{}_encoder", guard.code, word_bits)});
  parts.push_back({unit, "decoder", ports.readers, codec + reader, "protected_reader"});
  parts.push_back({unit, "report", 1, report_module().text + report, "report_of_ports"});
}

/// Bits of the registers that the machine has for one column outside its elements.
int column_register_bits(const hw::AcceleratorConfig& config) {
  hw::StateTable table;
  const hw::AcceleratorState state(config, table, [](size_t) { return uint64_t{0}; });
  const bool by_column = config.grid.dataflow == hw::Dataflow::kInputStationary;
  const std::string feeder = by_column ? "input_feeder." : "weight_feeder.";
  int bits = 0;
  for (const hw::StateField& field : table.fields()) {
    for (const std::string& lanes : {feeder + "lane[*].", feeder + "edge[*].", std::string("partial_sum.column[*].")}) {
      bits += field.path.rfind(lanes, 0) == 0 ? field.bits : 0;
    }
  }
  return bits;
}

/// An element of a spare column; what bypasses it counts there.
ProtectionPart spare_element(const hw::GridConfig& grid) {
  if (is_table(grid.multiplier)) {
    throw RtlError("an element of a spare column has a table, " + grid.multiplier.name() + ", and no gates to count",
                   "give a generated family");
  }
  const hw::GridConfig plain(grid.rows, 1, grid.dataflow, grid.multiplier);
  return {"spare_columns", "element", grid.rows * grid.spare_columns->count,
          multiplier_module(plain).text + element_module(plain).text, "systolic_pe"};
}

void add_spare_column_parts(const hw::AcceleratorConfig& config, std::vector<ProtectionPart>& parts) {
  const hw::GridConfig& grid = config.grid;
  if (!grid.spare_columns) {
    return;
  }
  const std::string unit = "spare_columns";
  const std::vector<SourceFile> modules = spare_columns_modules(config);
  const std::string registers =
      fill_template(kColumnRegisters, {{"msb", std::to_string(column_register_bits(config) - 1)}});
  parts.push_back({unit, "unit", 1, modules.front().text, "systolic_spare_column_unit"});
  parts.push_back({unit, "bank", grid.used_columns(), modules.back().text, "systolic_bank_source"});
  parts.push_back({unit, "registers", grid.spare_columns->count, registers, "column_registers"});
  if (grid.dataflow != hw::Dataflow::kInputStationary) {
    const std::string address = fill_template(kLaneAddress, {{"shift_msb", std::to_string(shift_bits(grid) - 1)},
                                                             {"lane", std::to_string(grid.columns - 1)}});
    parts.push_back({unit, "address", grid.columns, address, "lane_address"});
  }
  parts.push_back(spare_element(grid));
}

}  // namespace

std::vector<ProtectionPart> protection_parts(const hw::AcceleratorConfig& config) {
  if (config.grid.format().wide()) {
    throw RtlError("the generated SystemVerilog has operands of 8 bits, the array of " +
                       std::to_string(config.grid.format().operand_bits),
                   "use operand_bits 8");
  }
  std::vector<ProtectionPart> parts;
  for (const SourceFile& module : channel_interval_modules(config.protection)) {
    parts.push_back({"channel_bounds", "interval", config.grid.columns, module.text, "systolic_channel_interval"});
  }
  add_neuron_unit_parts(config, parts);
  if (config.protection.checksum) {
    parts.push_back({"checksum", "unit", 1, report_module().text + joined_texts(checksum_modules(config)),
                     "systolic_checksum_unit"});
  }
  if (config.protection.weight_check) {
    parts.push_back({"weight_check", "check", 1, joined_texts(weight_check_modules(config)), "systolic_weight_check"});
  }
  add_spare_column_parts(config, parts);
  for (const hw::MemoryProtection& guard : config.protection.memories) {
    add_guard_parts(config, guard, parts);
  }
  if (config.protection.bypass) {
    parts.push_back({"bypass", "element", config.grid.rows * config.grid.columns, kElementBypass, "element_bypass"});
  }
  return parts;
}

}  // namespace faultline::rtl
