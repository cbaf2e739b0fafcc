#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hw/common/counter_random.h"
#include "hw/common/state_table.h"
#include "hw/fault/fault.h"

namespace faultline::test {

/// Random flips of bits of these fields in the cycles [0, cycles), each bit and cycle as likely.
inline std::vector<hw::Fault> random_flips(const hw::StateTable& table, uint64_t cycles,
                                           const std::vector<std::string>& paths, size_t count, uint64_t seed) {
  std::vector<size_t> fields;
  std::vector<uint64_t> bits;
  uint64_t all = 0;
  for (const std::string& path : paths) {
    fields.push_back(table.field_index(path));
    bits.push_back(table.fields()[fields.back()].bit_count());
    all += bits.back();
  }
  std::vector<hw::Fault> faults;
  for (size_t number = 0; number < count; ++number) {
    hw::CounterRandom random(seed, number);
    uint64_t place = random.uniform(all);
    size_t which = 0;
    for (; place >= bits[which]; ++which) {
      place -= bits[which];
    }
    const auto width = static_cast<uint64_t>(table.fields()[fields[which]].bits);
    hw::Fault fault;
    fault.site = {fields[which], static_cast<size_t>(place / width)};
    fault.mask = uint64_t{1} << (place % width);
    fault.start = random.uniform(cycles);
    faults.push_back(fault);
  }
  return faults;
}

}  // namespace faultline::test
