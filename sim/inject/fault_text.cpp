#include "sim/inject/fault_text.h"

#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace faultline::inject {
namespace {

constexpr std::array<std::pair<const char*, hw::FaultModel>, 3> kFaultModels = {
    std::pair{"flip", hw::FaultModel::kFlip},
    std::pair{"stuck_at_0", hw::FaultModel::kStuckAt0},
    std::pair{"stuck_at_1", hw::FaultModel::kStuckAt1},
};

}  // namespace

const char* to_string(hw::FaultModel model) {
  for (const auto& [name, value] : kFaultModels) {
    if (value == model) {
      return name;
    }
  }
  return "unknown";
}

hw::FaultModel parse_fault_model(const std::string& name, const TextPlace& place) {
  for (const auto& [known, value] : kFaultModels) {
    if (name == known) {
      return value;
    }
  }
  place.fail(fmt::format("unknown fault model '{}'", name), "the models are flip, stuck_at_0 and stuck_at_1");
}

uint64_t parse_number(const std::string& text, const std::string& what, const TextPlace& place) {
  const bool hexadecimal = text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  const char* first = text.data() + (hexadecimal ? 2 : 0);
  const char* last = text.data() + text.size();
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(first, last, value, hexadecimal ? 16 : 10);
  if (error != std::errc() || end != last) {
    place.fail(fmt::format("{} '{}' is not a number of 64 bits", what, text), "write it like 64 or 0x40");
  }
  return value;
}

uint64_t default_duration(hw::FaultModel model) {
  return model == hw::FaultModel::kFlip ? 1 : 0;
}

void check_mask(const hw::StateField& field, uint64_t mask, const TextPlace& place) {
  if (mask == 0) {
    place.fail("mask 0 selects no bit", fmt::format("set bits 0 to {} of {}", field.bits - 1, field.path));
  }
  if ((mask & ~field.value_mask()) != 0) {
    place.fail(fmt::format("mask {:#x} has bits outside the width of {}", mask, field.path),
               fmt::format("it has {} bits, so the mask is at most {:#x}", field.bits, field.value_mask()));
  }
}

void check_start(uint64_t start, uint64_t run_cycles, const TextPlace& place) {
  if (start >= run_cycles) {
    place.fail(fmt::format("the window starts at cycle {}, after the end of the run", start),
               fmt::format("the fault-free run has cycles 0 to {}", run_cycles - 1));
  }
}

}  // namespace faultline::inject
