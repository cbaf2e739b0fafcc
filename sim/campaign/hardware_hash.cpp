#include "sim/campaign/hardware_hash.h"

#include <algorithm>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/config/accelerator_file.h"
#include "sim/model/sha256.h"

namespace faultline::campaign {

std::string hardware_sha256(const hw::AcceleratorConfig& config, const hw::StateTable& table) {
  std::string text;
  for (const auto& [key, value] : config::effective_settings(config)) {
    text += key + '=';
    std::visit([&](const auto& held) { text += fmt::format("{}\n", held); }, value);
  }
  for (const hw::StateField& field : table.fields()) {
    text += fmt::format("{} {} {}\n", field.path, to_string(field.kind), field.bits);
  }
  model::Sha256 hash;
  hash.update(text.data(), text.size());
  const auto add_products = [&hash](const hw::Multiplier& multiplier) {
    if (!multiplier.format().wide()) {  // the others are families, which their names define
      hash.update(multiplier.table(), hw::Multiplier::kEntries * sizeof(int16_t));
    }
  };
  add_products(config.grid.multiplier);
  std::for_each(config.grid.alternatives.begin(), config.grid.alternatives.end(), add_products);
  for (const hw::MultiplierRegion& region : config.grid.regions) {
    add_products(region.multiplier);
  }
  return hash.finish();
}

}  // namespace faultline::campaign
