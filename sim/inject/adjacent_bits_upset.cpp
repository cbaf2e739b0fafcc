#include <algorithm>

#include "sim/inject/upset.h"

namespace faultline::inject {
namespace {

/// Bits of one element, from the anchor upward.
std::vector<hw::Fault> spread(const hw::Fault& anchor, int count, const StructurePopulation& structure,
                              hw::CounterRandom& /*random*/) {
  const int lowest = std::min(__builtin_ctzll(anchor.mask), structure.bits - count);
  hw::Fault fault = anchor;
  fault.mask = (count == 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1) << lowest;
  return {fault};
}

const UpsetPatternRegistration kRegistration{
    {"adjacent_bits", [](const StructurePopulation& structure) { return structure.bits; }, spread}};

}  // namespace
}  // namespace faultline::inject
