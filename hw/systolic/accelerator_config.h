#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "hw/protection/protection_config.h"
#include "hw/systolic/grid_config.h"

namespace faultline::hw {

/// Bytes of one entry of the parameter memory, as DRAM holds it: bias (4), multiplier (4), residue (4), shift (1),
/// little-endian.
constexpr int kParameterBytes = 13;
/// What ProtectionConfig::channel_bounds adds at the end: the least and the greatest code before the table (1 each).
constexpr int kChannelBoundsBytes = 2;

/// Sizes and timing of the systolic accelerator. Start from the defaults, change what differs, then validate().
struct AcceleratorConfig {
  GridConfig grid;
  /// What the grid's multiplier is switched to before a layer of this name begins (GridConfig::selected); 0 for others.
  std::map<std::string, int> layer_multipliers = {};

  int64_t input_buffer_bytes = int64_t{64} * 1024;
  int64_t weight_buffer_bytes = int64_t{64} * 1024;
  int64_t output_buffer_bytes = int64_t{64} * 1024;
  int psum_rows = 1024;         ///< rows of the partial-sum buffer; each holds one sum per column
  int parameter_entries = 256;  ///< channels whose bias, multiplier and shift the post-processing unit holds
  int bus_bytes = 16;           ///< bytes DRAM moves per cycle, 1 to 64
  int dram_latency = 20;        ///< cycles from a request to its data, 1 to 1024
  int64_t dram_bytes = int64_t{64} * 1024 * 1024;
  ProtectionConfig protection = {};  ///< none; change it by protect()

  /// Sets the protection units and gives the grid those that stand in it. Throws InvalidConfiguration when they do not
  /// fit it.
  void protect(ProtectionConfig units);
  /// Throws InvalidConfiguration for a value out of range (buffers up to 16 MiB, psum_rows in [R, 65536], parameter
  /// entries in [max(R, C), 65536], DRAM up to 2 GiB) and for protection that cannot be built.
  void validate() const;

  /// Bytes of one entry of the parameter memory; where operands are wide, the bias has OperandFormat::sum_bytes.
  int parameter_bytes() const {
    return kParameterBytes - OperandFormat().sum_bytes() + grid.format().sum_bytes() +
           (protection.channel_bounds ? kChannelBoundsBytes : 0);
  }

  int selection_of(const std::string& layer) const {
    const auto found = layer_multipliers.find(layer);
    return found == layer_multipliers.end() ? 0 : found->second;
  }
};

}  // namespace faultline::hw
