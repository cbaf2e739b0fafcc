#pragma once

#include <algorithm>

#include "hw/common/invalid_configuration.h"
#include "hw/memory/word_code.h"
#include "hw/protection/protection_config.h"
#include "tests/support/random_layer.h"

namespace faultline::test {

/// Each memory with a random code and action, or without one; at least one is protected.
inline hw::ProtectionConfig memory_protections(LayerMaker& maker) {
  hw::ProtectionConfig config;
  do {
    config.memories.clear();
    for (const std::string& memory : hw::protectable_memories()) {
      if (!maker.one_in(4)) {
        const auto code = static_cast<size_t>(maker.between(0, static_cast<int>(hw::word_codes().size()) - 1));
        const auto action = maker.one_in(2) ? hw::ErrorAction::kFlag : hw::ErrorAction::kZero;
        config.memories.push_back({memory, hw::word_codes()[code].name, action});
      }
    }
  } while (config.empty());
  return config;
}

/// Up to four elements of the array that are bypassed.
inline hw::ElementBypass element_bypass(LayerMaker& maker, const hw::GridConfig& grid) {
  hw::ElementBypass bypass;
  for (int count = maker.between(0, 4); count > 0; --count) {
    const int row = maker.between(0, grid.rows - 1);
    const int column = maker.between(0, grid.columns - 1);
    bypass.elements.push_back({row, row, column, column});
  }
  return bypass;
}

/// A check of weights of either mode.
inline hw::WeightCheck weight_check(LayerMaker& maker) {
  return {maker.one_in(2) ? hw::WeightCheck::Mode::kRange : hw::WeightCheck::Mode::kBits};
}

/// Spare columns, some of them used.
inline void add_spare_columns(LayerMaker& maker, hw::AcceleratorConfig& config) {
  hw::SpareColumns spares{maker.between(1, 3), {}};
  const int all = config.grid.used_columns() + spares.count;
  for (int left = maker.between(0, spares.count); left > 0;) {
    const int column = maker.between(0, all - 1);
    if (std::find(spares.skipped.begin(), spares.skipped.end(), column) == spares.skipped.end()) {
      spares.skipped.push_back(column);
      --left;
    }
  }
  hw::ProtectionConfig units = config.protection;
  units.spare_columns = spares;
  config.protect(units);
}

/// Checksums of the array, where its multipliers and elements allow them.
inline void add_checksums(LayerMaker& maker, hw::AcceleratorConfig& config) {
  hw::AcceleratorConfig checked = config;
  checked.protection.checksum = hw::ArrayChecksum{maker.one_in(2)};
  try {
    checked.validate();
    config = checked;
  } catch (const hw::InvalidConfiguration&) {
  }
}

/// A comparator of neurons that may have layers repeated, where the array's words and elements allow it.
inline void add_repeating_comparator(LayerMaker& maker, hw::AcceleratorConfig& config) {
  hw::AcceleratorConfig compared = config;
  compared.protection.neuron_unit = "dmr";
  compared.protection.neuron_repeats = maker.between(1, 3);
  try {
    compared.validate();
    config = compared;
  } catch (const hw::InvalidConfiguration&) {
  }
}

}  // namespace faultline::test
