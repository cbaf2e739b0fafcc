#include <map>
#include <numeric>
#include <string>
#include <utility>

#include "hw/systolic/accelerator_state.h"
#include "hw/systolic/command.h"
#include "rtl/generator/accelerator_modules.h"
#include "rtl/generator/checksum_module.h"
#include "rtl/generator/design.h"
#include "rtl/generator/memory_guard.h"
#include "rtl/generator/neuron_unit_module.h"
#include "rtl/generator/spare_columns_module.h"
#include "rtl/generator/weight_check_module.h"

namespace faultline::rtl {
namespace {

/// The module and instance of each block, by the first part of a field's path.
struct Block {
  std::string module;
  std::string instance;
};

const std::map<std::string, Block>& blocks() {
  static const std::map<std::string, Block> kBlocks = {
      {"input_feeder", {"systolic_input_feeder", "u_input_feeder"}},
      {"weight_feeder", {"systolic_weight_feeder", "u_weight_feeder"}},
      {"partial_sum", {"systolic_partial_sum_buffer", "u_partial_sum_buffer"}},
      {"post_processing", {"systolic_post_processing", "u_post_processing"}},
      {"dma", {"systolic_dma", "u_dma"}},
      {"controller", {"systolic_controller", "u_controller"}},
      {"neuron_unit", {"systolic_neuron_unit", "u_neuron_unit"}},
      {"checksum_unit", {"systolic_checksum_unit", "u_checksum_unit"}},
      {"spare_column_unit", {"systolic_spare_column_unit", "u_spare_column_unit"}},
  };
  return kBlocks;
}

/// Arrays that the RTL spreads over the lanes of a block, and memories: the path below the top module.
const std::map<std::string, std::string>& own_places() {
  static const std::map<std::string, std::string> kPlaces = {
      {"buffer.input[*]", "u_input_feeder.u_buffer.memory[*]"},
      {"buffer.weight[*]", "u_weight_feeder.u_buffer.memory[*]"},
      {"buffer.output[*]", "u_post_processing.u_output_buffer.memory[*]"},
      {"buffer.partial_sum[*][*]", "u_partial_sum_buffer.column[*].memory[*]"},
      {"post_processing.parameter[*]", "u_post_processing.u_parameter.memory[*]"},
      {"post_processing.table[*]", "u_post_processing.u_table.memory[*]"},
      {"input_feeder.pool_data[*]", "u_input_feeder.pool[*].data"},
      {"partial_sum.read_data[*]", "u_partial_sum_buffer.column[*].read_data"},
      {"post_processing.window[*]", "u_post_processing.lane[*].window"},
      {"post_processing.biased[*]", "u_post_processing.lane[*].biased"},
      {"post_processing.product[*]", "u_post_processing.lane[*].product"},
      {"post_processing.read_data[*]", "u_post_processing.beat[*].data"},
      {"dma.request.data[*]", "u_dma.beat[*].request_data"},
      {"dma.write.data[*]", "u_dma.beat[*].write_data"},
  };
  return kPlaces;
}

std::string replace_first(std::string text, const std::string& before, const std::string& after) {
  const size_t at = text.find(before);
  return at == std::string::npos ? text : text.replace(at, before.size(), after);
}

/// The path below the top module: lanes keep their names, parts of a word are joined by `_`.
std::string path_of(const std::string& model, const hw::ProtectionConfig& protection) {
  std::map<std::string, std::string> places = guard_places(protection);
  places.merge(neuron_unit_places(protection));
  places.merge(checksum_places(protection));
  places.merge(spare_columns_places(protection));
  places.insert(own_places().begin(), own_places().end());
  const auto own = places.find(model);
  if (own != places.end()) {
    return own->second;
  }
  const size_t dot = model.find('.');
  // `edge` is a keyword of SystemVerilog.
  std::string rest = replace_first(model.substr(dot + 1), "edge[*]", "operand[*]");
  if (rest.find("[*]") == std::string::npos) {
    rest = replace_first(rest, ".", "_");
  }
  return blocks().at(model.substr(0, dot)).instance + "." + rest;
}

std::string module_of(const std::string& model, const std::string& path) {
  if (path.find(".u_report.") != std::string::npos) {
    return "systolic_report";
  }
  if (path.find(".u_plain.") != std::string::npos || path.find(".u_weighted.") != std::string::npos) {
    return "systolic_column_checksum";
  }
  if (path.find(".memory[*]") != std::string::npos && model != "buffer.partial_sum[*][*]") {
    return "systolic_buffer";
  }
  for (const auto& [name, block] : blocks()) {
    if (path.rfind(block.instance + ".", 0) == 0) {
      return block.module;
    }
  }
  return {};
}

/// The declared name: the last part of the path, without the index of a memory's word.
std::string name_of(const std::string& path) {
  const std::string last = path.substr(path.rfind('.') + 1);
  return last.substr(0, last.find('['));
}

/// Elements that nothing reads in this dataflow.
std::vector<size_t> unread_elements(const hw::StateField& field, hw::Dataflow dataflow) {
  std::vector<size_t> elements(field.element_count());
  std::iota(elements.begin(), elements.end(), size_t{0});
  const bool output_stationary = dataflow == hw::Dataflow::kOutputStationary;
  const std::string& path = field.path;
  if (path == "input_feeder.lane[*].tap_c") {
    return {elements.back()};  // handed on, but not by the last lane
  }
  const bool edge_control = path.find("edge[*].control") != std::string::npos;
  if (output_stationary && (edge_control || path == "controller.command.last_fold_rows")) {
    return elements;  // nothing is shifted or loaded
  }
  return {};
}

constexpr const char* kSkipRegisters = "protection.spare_columns.skip[*]";

MappedSignal mapped(const hw::StateField& field, const hw::AcceleratorConfig& config) {
  const std::string path = path_of(field.path, config.protection);
  MappedSignal signal{field, module_of(field.path, path), name_of(path), path};
  signal.reversed = field.kind == hw::StateKind::kMemory && field.dimensions.size() == 2;  // a bank for each column
  signal.unread = unread_elements(field, config.grid.dataflow);
  signal.ones = field.path == kSkipRegisters ? config.grid.spare_columns->count : 0;
  return signal;
}

int command_bits() {
  int bits = 0;
  for (const hw::CommandField& field : hw::command_fields()) {
    bits += field.bits;
  }
  return bits;
}

void add_pins(const hw::AcceleratorConfig& config, Design& design) {
  const int beat = 8 * config.bus_bytes;
  design.inputs = {{"command_valid", 1},
                   {"host_command", command_bits()},
                   {"dram_response_valid", 1},
                   {"dram_response_error", 1},
                   {"dram_response_data", beat}};
  design.outputs = {{"ready", 1},
                    {"trapped", 1},
                    {"dram_request_valid", 1},
                    {"dram_request_write", 1},
                    {"dram_request_count", 7},
                    {"dram_request_address", 32},
                    {"dram_request_data", beat}};
  for (const std::string& memory : hw::protectable_memories()) {
    if (config.protection.of_memory(memory) != nullptr) {
      design.outputs.push_back({memory + "_report", kReportBits});
    }
  }
  if (!config.protection.neuron_unit.empty()) {
    design.outputs.push_back({config.protection.neuron_unit + "_report", kReportBits});
  }
  if (config.protection.checksum) {
    design.outputs.push_back({"checksum_report", kReportBits});
  }
  if (config.protection.neuron_repeats) {
    design.outputs.push_back({kRepeatPin, 1});
  }
}

/// The modules of protection units, each once, before their users.
std::vector<SourceFile> protection_modules(const hw::ProtectionConfig& protection) {
  std::vector<SourceFile> modules = guard_modules(protection);
  if (!modules.empty() || !protection.neuron_unit.empty() || protection.checksum) {
    modules.insert(modules.begin(), report_module());
  }
  return modules;
}

}  // namespace

Design accelerator_design(const hw::AcceleratorConfig& config) {
  config.validate();
  Design design = grid_design(config.grid);
  design.top = "systolic_accelerator";
  for (MappedSignal& signal : design.signals) {
    signal.path = "u_grid." + signal.path;
  }
  design.sources.insert(design.sources.begin(), accelerator_package(config));
  for (SourceFile& source : protection_modules(config.protection)) {
    design.sources.push_back(std::move(source));
  }
  for (const SourceFile& source : {next_pixel_module(), next_tap_module(), input_position_module(), buffer_module()}) {
    design.sources.push_back(source);
  }
  for (SourceFile& source : channel_interval_modules(config.protection)) {
    design.sources.push_back(std::move(source));
  }
  for (SourceFile& source : neuron_unit_modules(config)) {
    design.sources.push_back(std::move(source));
  }
  for (SourceFile& source : checksum_modules(config)) {
    design.sources.push_back(std::move(source));
  }
  for (SourceFile& source : spare_columns_modules(config)) {
    design.sources.push_back(std::move(source));
  }
  for (SourceFile& source : weight_check_modules(config)) {
    design.sources.push_back(std::move(source));
  }
  for (const SourceFile& source :
       {input_feeder_module(config), weight_feeder_module(config), partial_sum_buffer_module(config),
        post_processing_module(config), dma_module(config), schedule_module(config), controller_module(config),
        accelerator_module(config)}) {
    design.sources.push_back(source);
  }
  hw::StateTable table;
  const hw::AcceleratorState state(config, table, [](size_t) { return uint64_t{0}; });
  for (size_t index = design.signals.size(); index < table.fields().size(); ++index) {
    design.signals.push_back(mapped(table.fields()[index], config));
  }
  add_pins(config, design);
  return design;
}

}  // namespace faultline::rtl
