#include "hw/protection/protected_memories.h"

#include <algorithm>

namespace faultline::hw {

ProtectedMemories::ProtectedMemories(const StateTable& table, const ProtectionConfig& config) : table_(table) {
  for (const MemoryProtection& protection : config.memories) {
    const std::string indices = protection.memory == "partial_sum" ? "[*][*]" : "[*]";
    Memory memory;
    memory.words = table.field_index("buffer." + protection.memory + indices);
    memory.check = table.field_index("protection." + protection.memory + ".check" + indices);
    memory.code = find_word_code(protection.code)->make(table.fields()[memory.words].bits);
    memories_.push_back(std::move(memory));
  }
}

bool ProtectedMemories::contain(size_t field) const {
  return std::any_of(memories_.begin(), memories_.end(),
                     [field](const Memory& memory) { return memory.words == field || memory.check == field; });
}

bool ProtectedMemories::all_right(const Memory& memory) const {
  const size_t words = table_.fields()[memory.words].element_count();
  for (size_t index = 0; index < words; ++index) {
    if (memory.code->encode(table_.peek({memory.words, index})) != table_.peek({memory.check, index})) {
      return false;
    }
  }
  return true;
}

bool ProtectedMemories::all_right() const {
  return std::all_of(memories_.begin(), memories_.end(), [this](const Memory& memory) { return all_right(memory); });
}

}  // namespace faultline::hw
