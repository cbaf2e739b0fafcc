#include "sim/cosim/random_faults.h"

namespace faultline::cosim {

std::vector<hw::Fault> random_faults(const hw::StateTable& table, const std::vector<size_t>& fields, int count,
                                     uint64_t cycles, hw::CounterRandom& random) {
  std::vector<hw::Fault> faults;
  for (int i = 0; i < count; ++i) {
    hw::Fault fault;
    fault.site.field = fields[random.uniform(fields.size())];
    fault.site.element = random.uniform(table.fields()[fault.site.field].element_count());
    if (i % 3 == 2) {
      fault.site = faults.back().site;
    }
    const hw::StateField& field = table.fields()[fault.site.field];
    fault.mask = uint64_t{1} << random.uniform(static_cast<uint64_t>(field.bits));
    if (random.uniform(4) == 0) {
      fault.mask |= random.next_u64() & field.value_mask();
    }
    fault.model = static_cast<hw::FaultModel>(random.uniform(3));
    fault.start = random.uniform(cycles);
    fault.duration = random.uniform(4) == 0 ? 0 : 1 + random.uniform(9);
    fault.period = random.uniform(3) == 0 ? 10 + random.uniform(10) : 0;
    faults.push_back(fault);
  }
  return faults;
}

std::vector<size_t> injectable_fields(const hw::StateTable& table) {
  std::vector<size_t> fields;
  for (size_t f = 0; f < table.fields().size(); ++f) {
    if (table.fields()[f].kind != hw::StateKind::kEnvironment) {
      fields.push_back(f);
    }
  }
  return fields;
}

}  // namespace faultline::cosim
