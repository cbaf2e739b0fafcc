#include "rtl/generator/sm_design.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "hw/fault/fault_taps.h"
#include "hw/gpu/mac_pipeline.h"
#include "hw/gpu/shared_memory.h"
#include "rtl/generator/sm_modules.h"

namespace faultline::rtl {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string last_name(const std::string& path) {
  const std::string last = path.substr(path.rfind('.') + 1);
  return last.substr(0, last.find('['));
}

/// A stage's control: partition[*].mac.operands.warp, partition[*].mac.result0.warp.
std::string control_path(const std::string& model) {
  const std::string name = last_name(model);
  const std::string before = model.substr(0, model.size() - name.size() - 1);
  const std::string stage = last_name(before);
  const std::string result = "result";
  const std::string instance =
      stage.rfind(result, 0) == 0 ? "stage[" + stage.substr(result.size()) + "].u_control" : "u_" + stage;
  return "partition[*].u_mac." + instance + "." + name;
}

MappedSignal mapped(const hw::StateField& field, const hw::gpu::SmConfig& config) {
  const std::string name = last_name(field.path);
  if (field.kind == hw::StateKind::kMemory) {
    MappedSignal words{field, "sm_shared_bank", "memory", "u_shared_memory.bank[*].u_bank.memory[*]"};
    words.banks = config.shared_banks;
    return words;
  }
  if (contains(field.path, ".mac.")) {
    return {field, "sm_pipeline_control", name, control_path(field.path)};
  }
  if (contains(field.path, ".mac_stage[*]")) {
    return {field, "sm_mac_pipeline", name, "partition[*].u_mac.stage[*].lane[*].value"};
  }
  const bool of_multiplier = field.dimensions.size() == 3;
  return {field, "sm_mac_lane", name,
          std::string("partition[*].u_mac.lane[*].u_lane.") + (of_multiplier ? "multiplier[*]." : "") + name};
}

}  // namespace

int sm_control_bits(const hw::gpu::SmConfig& config) {
  constexpr int kBesideMask = 27;
  return kBesideMask + config.lanes;
}

int sm_shared_word_bits(const hw::gpu::SmConfig& config) {
  const int words = std::max(config.shared_bytes / 4, 2 * config.shared_banks);
  int bits = 1;
  while ((1 << bits) < words) {
    ++bits;
  }
  return bits;
}

Design sm_datapath_design(const hw::gpu::SmConfig& config) {
  config.validate();
  const int lanes = config.partitions * config.lanes;
  Design design{
      "sm_datapath",
      "Datapath of a GPU's multiprocessor",
      fmt::format("{} x {} multiply-add lanes of {} stages, multiplier {}; {} bytes of shared memory in {} banks",
                  config.partitions, config.lanes, config.mac_stages, config.multiplier.name(), config.shared_bytes,
                  config.shared_banks),
      fmt::format("{}x{}_{}", config.partitions, config.lanes, config.mac_stages),
      "docs/gpu.md",
      {{"partitions", config.partitions},
       {"lanes", config.lanes},
       {"mac_stages", config.mac_stages},
       {"shared_bytes", config.shared_bytes},
       {"shared_banks", config.shared_banks},
       {"multiplier", config.multiplier.name()}},
      {sm_package(config), sm_multiplier_module(config), sm_requantiser_module(), sm_mac_lane_module(),
       sm_pipeline_control_module(), sm_mac_pipeline_module(), sm_shared_bank_module(), sm_shared_memory_module(),
       sm_datapath_module(config)},
      {},
      {{"running", 1},
       {"mac_beat", config.partitions * sm_control_bits(config)},
       {"mac_a", 32 * lanes},
       {"mac_b", 32 * lanes},
       {"mac_c", 32 * lanes},
       {"mac_d", 32 * lanes},
       {"shared_valid", 1},
       {"shared_store", 1},
       {"shared_whole", 1},
       {"shared_pending", config.warp_size},
       {"shared_address", (sm_shared_word_bits(config) + 2) * config.warp_size},
       {"shared_data", 32 * config.warp_size}},
      {{"mac_result", config.partitions * sm_control_bits(config)},
       {"mac_value", 32 * lanes},
       {"shared_served", config.warp_size},
       {"shared_value", 32 * config.warp_size}}};
  design.above_wires = {"sm_mac_pipeline"};
  hw::StateTable table;
  const hw::FaultTaps taps(&table);
  const hw::gpu::MacPipeline mac(config, table, taps);
  const hw::gpu::SharedMemory shared(config, table);
  for (hw::StateField field : table.fields()) {
    field.read_wire = nullptr;
    design.signals.push_back(mapped(field, config));
  }
  return design;
}

}  // namespace faultline::rtl
