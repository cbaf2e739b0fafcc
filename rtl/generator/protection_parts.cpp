#include "rtl/generator/protection_parts.h"

#include <fmt/format.h>

#include "rtl/generator/accelerator_modules.h"
#include "rtl/generator/checksum_module.h"
#include "rtl/generator/memory_guard.h"
#include "rtl/generator/neuron_unit_module.h"
#include "rtl/generator/rtl_error.h"
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
      parts.push_back({unit, "encoder", config.grid.columns, module.text, encoder});
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
  for (const hw::MemoryProtection& guard : config.protection.memories) {
    add_guard_parts(config, guard, parts);
  }
  if (config.protection.bypass) {
    parts.push_back({"bypass", "element", config.grid.rows * config.grid.columns, kElementBypass, "element_bypass"});
  }
  return parts;
}

}  // namespace faultline::rtl
