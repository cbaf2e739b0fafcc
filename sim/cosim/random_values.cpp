#include "sim/cosim/random_values.h"

#include <array>

namespace faultline::cosim {

int8_t random_operand(hw::CounterRandom& random) {
  const uint64_t draw = random.next_u64();
  return draw % 8 == 0 ? int8_t{-128} : draw % 8 == 1 ? int8_t{127} : static_cast<int8_t>(draw >> 8);
}

uint64_t random_content(const hw::StateField& field, hw::CounterRandom& random) {
  constexpr int kOperandBits = 8;
  constexpr uint64_t kLargestProductBits = 14;
  if (field.bits == 1) {
    return random.uniform(4) == 0 ? 0 : 1;
  }
  if (field.bits == kOperandBits) {
    return static_cast<uint8_t>(random_operand(random));
  }
  if (random.uniform(2) == 0) {
    return random.next_u64() & field.value_mask();
  }
  const uint64_t lowest = uint64_t{1} << (field.bits - 1);
  const std::array<uint64_t, 3> ends = {0, lowest - 1, lowest};
  const uint64_t end = ends[random.uniform(ends.size())];
  const uint64_t reach = uint64_t{1} << random.uniform(kLargestProductBits + 1);
  return (end + random.uniform(2 * reach + 1) - reach) & field.value_mask();
}

void randomise_registers(hw::StateTable& table, hw::CounterRandom& random) {
  for (size_t f = 0; f < table.fields().size(); ++f) {
    const hw::StateField& field = table.fields()[f];
    for (size_t element = 0; field.kind == hw::StateKind::kRegister && element < field.element_count(); ++element) {
      table.poke({f, element}, random_content(field, random));
    }
  }
}

}  // namespace faultline::cosim
