#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "hw/common/counter_random.h"
#include "hw/fault/fault.h"
#include "sim/config/yaml_reader.h"
#include "sim/inject/fault_space.h"

namespace faultline::inject {

/// How the bits of a multi-bit upset lie. A file of this folder defines it and registers it with a file-scope object:
///
///   const UpsetPatternRegistration kRegistration{{"adjacent_bits", most_bits, spread}};
struct UpsetPattern {
  std::string name;
  /// The largest upset that one of this structure's bits can be part of.
  std::function<int(const StructurePopulation& structure)> largest;
  /// The faults of an upset of `count` bits, at most largest(), that begins at the one bit of `anchor`; where it would
  /// leave the structure's elements it is shifted inward.
  std::function<std::vector<hw::Fault>(const hw::Fault& anchor, int count, const StructurePopulation& structure,
                                       hw::CounterRandom& random)>
      spread;
};

/// All registered patterns.
std::vector<UpsetPattern>& upset_patterns();

struct UpsetPatternRegistration {
  explicit UpsetPatternRegistration(UpsetPattern pattern) { upset_patterns().push_back(std::move(pattern)); }
};

/// Upsets of several bits: a particle strikes one bit, the anchor, and takes a drawn number of bits with it.
class Upset {
 public:
  /// Reads the `upset` section of an experiment file. Throws UserError for multiplicities outside 1 to 64, for
  /// probabilities that do not add up to 1 within 1e-9, and for unknown patterns.
  static Upset read(const config::YamlValue& section);

  /// The faults of the upset at an anchor, one per element. An upset larger than the structure holds is cut to what it
  /// holds.
  std::vector<hw::Fault> strike(const hw::Fault& anchor, const StructurePopulation& structure,
                                hw::CounterRandom& random) const;

  /// The section that read() read.
  nlohmann::ordered_json settings() const;
  /// Share of the upsets of a space that are cut.
  double cut_share(const FaultSpace& space) const;

 private:
  std::vector<std::pair<int, double>> multiplicities_;  ///< bits and their probability
  const UpsetPattern* pattern_ = nullptr;
};

}  // namespace faultline::inject
