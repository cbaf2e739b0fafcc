#include "sim/campaign/hardware_hash.h"

#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/model/sha256.h"

namespace faultline::campaign {

std::string hardware_sha256(const engine::Machine& machine, const hw::StateTable& table) {
  std::string text;
  for (const auto& [key, value] : machine.settings()) {
    text += key + '=';
    std::visit([&](const auto& held) { text += fmt::format("{}\n", held); }, value);
  }
  for (const hw::StateField& field : table.fields()) {
    text += fmt::format("{} {} {}\n", field.path, to_string(field.kind), field.bits);
  }
  model::Sha256 hash;
  hash.update(text.data(), text.size());
  for (const hw::Multiplier* multiplier : machine.all_multipliers()) {
    if (!multiplier->format().wide()) {  // the others are families, which their names define
      hash.update(multiplier->table(), hw::Multiplier::kEntries * sizeof(int16_t));
    }
  }
  return hash.finish();
}

}  // namespace faultline::campaign
