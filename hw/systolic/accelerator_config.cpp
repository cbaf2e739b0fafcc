#include "hw/systolic/accelerator_config.h"

#include <algorithm>
#include <string>
#include <utility>

#include "hw/common/invalid_configuration.h"

namespace faultline::hw {
namespace {

void require_range(const char* name, int64_t value, int64_t low, int64_t high) {
  if (value < low || value > high) {
    throw InvalidConfiguration(std::string(name) + " " + std::to_string(value) + " is out of range; it must be " +
                               std::to_string(low) + " to " + std::to_string(high));
  }
}

/// The first multiplier of the grid that is not exact, or nullptr.
const Multiplier* inexact(const GridConfig& grid) {
  const auto approximates = [](const Multiplier& multiplier) { return !multiplier.exact(); };
  if (approximates(grid.multiplier)) {
    return &grid.multiplier;
  }
  const auto other = std::find_if(grid.alternatives.begin(), grid.alternatives.end(), approximates);
  if (other != grid.alternatives.end()) {
    return &*other;
  }
  const auto region = std::find_if(grid.regions.begin(), grid.regions.end(),
                                   [&](const MultiplierRegion& one) { return approximates(one.multiplier); });
  return region != grid.regions.end() ? &region->multiplier : nullptr;
}

/// Checksums hold only where products add up, and where every product is in its sum.
void require_checksums_hold(const GridConfig& grid) {
  if (const Multiplier* multiplier = inexact(grid)) {
    throw InvalidConfiguration("the unit checksum needs exact multipliers, whose products add up; " +
                               multiplier->name() + " is not exact");
  }
  if (grid.bypass && !grid.bypass->elements.empty()) {
    throw InvalidConfiguration(
        "the unit checksum expects the products of all elements; leave it out, or name no elements to bypass");
  }
  if (grid.spare_columns) {
    throw InvalidConfiguration(
        "the unit checksum expects sums from all columns of the array; leave it out, or have no spare columns");
  }
}

/// The words of a neuron must be equal where nothing is wrong, whichever elements compute them, or layers would be
/// repeated for ever.
void require_words_repeat(const GridConfig& grid, const std::string& unit) {
  const bool bypasses = grid.bypass && !grid.bypass->elements.empty();
  if (!grid.regions.empty() || bypasses) {
    throw InvalidConfiguration("the unit " + unit + " with on_error recompute expects all elements to compute alike; " +
                               (bypasses ? "name no elements to bypass" : "give no element a multiplier of its own"));
  }
}

}  // namespace

void AcceleratorConfig::protect(ProtectionConfig units) {
  protection = std::move(units);
  grid.remove_spare_columns();
  if (protection.spare_columns) {
    grid.add_spare_columns(*protection.spare_columns);
  }
  grid.bypass.reset();
  if (protection.bypass) {
    grid.add_bypass(*protection.bypass);
  }
}

void AcceleratorConfig::validate() const {
  constexpr int64_t kLargestBuffer = int64_t{16} * 1024 * 1024;
  require_range("input_buffer_bytes", input_buffer_bytes, 1, kLargestBuffer);
  require_range("weight_buffer_bytes", weight_buffer_bytes, 1, kLargestBuffer);
  require_range("output_buffer_bytes", output_buffer_bytes, 1, kLargestBuffer);
  require_range("psum_rows", psum_rows, grid.rows, 65536);
  require_range("parameter_entries", parameter_entries, std::max(grid.rows, grid.used_columns()), 65536);
  require_range("bus_bytes", bus_bytes, 1, 64);
  require_range("dram_latency", dram_latency, 1, 1024);
  require_range("dram_bytes", dram_bytes, 4096, int64_t{1} << 31);
  protection.validate();
  if (!protection.neuron_unit.empty() && grid.format().wide()) {
    throw InvalidConfiguration("the neuron unit " + protection.neuron_unit +
                               " corrects words of 8 bits; those of the array have " +
                               std::to_string(grid.format().operand_bits));
  }
  if (protection.neuron_repeats) {
    require_words_repeat(grid, protection.neuron_unit);
  }
  if (protection.checksum) {
    require_checksums_hold(grid);
  }
  if (protection.channel_bounds && grid.format().wide()) {
    throw InvalidConfiguration("the unit channel_bounds holds codes of 8 bits; those of the array have " +
                               std::to_string(grid.format().operand_bits));
  }
}

}  // namespace faultline::hw
