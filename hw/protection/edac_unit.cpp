#include <cstdlib>

#include "hw/protection/neuron_unit_kind.h"

/// Error detection and correction (EDAC) of duplicated channels with detection intervals, of M. H. Ahmadilivani et al.,
/// in "Assessment and Enhancement of Hardware Reliability for Deep Neural Networks", TalTech 2025, 5.3: of two copies
/// that differ, the one inside the interval; of two inside it, the smaller; and 0 where none is inside. The smaller is
/// the one nearer to 0, which is the lower one where no number is negative, as after a ReLU; of two equally near, the
/// lower one.
namespace faultline::hw {
namespace {

int8_t smaller(int8_t first, int8_t second, int32_t zero) {
  const int first_distance = std::abs(first - zero);
  const int second_distance = std::abs(second - zero);
  const bool second_is = second_distance < first_distance || (second_distance == first_distance && second < first);
  return second_is ? second : first;
}

CombinedNeuron combine_edac(const NeuronWords& copies, int32_t zero, CodeInterval interval) {
  const auto first = static_cast<int8_t>(copies[0]);
  const auto second = static_cast<int8_t>(copies[1]);
  const bool first_inside = interval.contains(first);
  const bool second_inside = interval.contains(second);
  if (!first_inside && !second_inside) {
    return {static_cast<int8_t>(zero), NeuronVerdict::kReplaced};
  }
  if (first == second) {
    return {first, NeuronVerdict::kRight};
  }
  const int8_t inside = first_inside ? first : second;
  return {first_inside && second_inside ? smaller(first, second, zero) : inside, NeuronVerdict::kCorrected};
}

const NeuronUnitRegistration kRegistration{{"edac", 2, nullptr, nullptr, false, combine_edac}};

}  // namespace
}  // namespace faultline::hw
