#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "hw/gpu/sm_config.h"
#include "sim/config/accelerator_file.h"
#include "sim/config/multiplier_option.h"
#include "sim/config/yaml_reader.h"

namespace faultline::config {

/// What a file with `architecture: gpu` says about the streaming multiprocessor; docs/gpu.md lists its keys.
struct GpuSettings {
  hw::gpu::SmConfig sizes;  ///< everything but the multiplier
  MultiplierOption multiplier;
  std::string source = "command line";  ///< for messages
  int line = 0;

  /// Reads the multiplier's table and checks everything. Throws UserError.
  hw::gpu::SmConfig build() const;
};

/// True when an accelerator file describes a GPU: it has `architecture: gpu`. Throws UserError for another
/// architecture.
bool describes_gpu(const YamlValue& section);

/// Reads a mapping with the keys of docs/gpu.md. Throws UserError.
GpuSettings read_gpu(const YamlValue& section);

/// The effective configuration in the order of the keys, as results store it.
std::vector<std::pair<std::string, EffectiveValue>> effective_settings(const hw::gpu::SmConfig& config);

}  // namespace faultline::config
