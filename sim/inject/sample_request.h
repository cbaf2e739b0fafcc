#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/yaml_reader.h"
#include "sim/inject/text_place.h"

namespace faultline::inject {

class FaultSampler;
class Upset;

/// What a sample draws: flips, stuck-ats of one value, or stuck-ats of both values (half each).
enum class SampleModel { kFlip, kStuckAt0, kStuckAt1, kStuckAtBoth };

/// The name in experiment files: flip, stuck_at_0, stuck_at_1, stuck_at.
const char* to_string(SampleModel model);

/// Bits that hold state, or wires. They are different populations: a bit of storage keeps a flip, a wire does not, and
/// the rates at which they are struck differ. A sample is drawn from one of them, never from both.
enum class Population { kStorage, kWire };

const char* to_string(Population population);

/// `images` of a sample whose faults each strike all images.
constexpr size_t kAllImages = 0;

/// What to draw: the `faults` section of an experiment file, but for a fault list.
struct SampleRequest {
  SampleModel model = SampleModel::kFlip;
  uint64_t size = 0;                     ///< experiments; 0: the sampler or the error margin decides
  std::vector<std::string> where;        ///< patterns (site_path.h)
  std::optional<Population> population;  ///< default: storage, or wires when `where` names only wires
  int bits = 1;                          ///< adjacent bits per fault, 1 to 64
  uint64_t duration = 1;                 ///< cycles of the window; 0: to the end of the run
  uint64_t period = 0;
  size_t images = 1;                   ///< that each fault strikes, or kAllImages
  std::shared_ptr<const Upset> upset;  ///< null: one fault of `bits` bits
  std::shared_ptr<const FaultSampler> sampler;
  uint64_t seed = 1;
  TextPlace place;  ///< of the request, for messages

  /// A permanent fault holds from the first cycle to the end of the run: it has no start to choose.
  bool permanent() const { return model != SampleModel::kFlip && duration == 0; }
};

/// The keys of a `faults` section that read_sample() takes: those of every sample and those of all samplers.
std::vector<std::string> sample_keys();

/// Reads a `faults` section. Throws UserError for missing keys, values out of range and keys that contradict each
/// other; `sized_elsewhere` when something else than `sample` says how many to draw.
SampleRequest read_sample(const config::YamlValue& faults, bool sized_elsewhere);

/// The same section with every default filled in; `population` is the name of the one that is drawn from.
nlohmann::ordered_json to_json(const SampleRequest& request, const std::string& population);

}  // namespace faultline::inject
