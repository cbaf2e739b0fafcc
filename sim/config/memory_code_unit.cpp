#include <sstream>

#include <fmt/format.h>

#include "hw/memory/word_code.h"
#include "sim/config/protection_option.h"

/// Check bits beside the words of memories: `memories` (input, weight, partial_sum, output; all of them by default),
/// `on_error` (flag or zero).
namespace faultline::config {
namespace {

std::vector<std::string> memory_code_names() {
  std::vector<std::string> codes;
  for (const hw::WordCodeFamily& family : hw::word_codes()) {
    codes.push_back(family.name);
  }
  return codes;
}

void read_memory_code(const UnitOption& unit, hw::ProtectionConfig& config) {
  unit.check_keys({"memories", "on_error"});
  const hw::ErrorAction action = read_error_action(unit);
  std::istringstream memories(unit.value("memories", fmt::format("{}", fmt::join(hw::protectable_memories(), "+"))));
  for (std::string memory; std::getline(memories, memory, '+');) {
    config.memories.push_back({memory, unit.name, action});
  }
}

std::vector<std::string> write_memory_code(const hw::ProtectionConfig& config) {
  std::vector<std::string> texts;
  for (const hw::MemoryProtection& protection : config.memories) {
    texts.push_back(
        fmt::format("{}:memories={},on_error={}", protection.code, protection.memory, to_string(protection.on_error)));
  }
  return texts;
}

const ProtectionUnitRegistration kRegistration{{memory_code_names, read_memory_code, write_memory_code}};

}  // namespace
}  // namespace faultline::config
