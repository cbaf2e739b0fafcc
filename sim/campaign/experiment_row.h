#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hw/fault/faults.h"
#include "sim/campaign/outcome.h"

namespace faultline::campaign {

/// How far a fault's wrong values came on their way to the answer. Each step includes those before it.
enum class Extent {
  kStruck,  ///< no further than the registers around the site
  kBuffer,  ///< a layer's output was stored with a wrong value
  kLogits,  ///< the network's outputs differ
  kClass,   ///< another class is predicted
};

constexpr std::array<Extent, 4> kExtents = {Extent::kStruck, Extent::kBuffer, Extent::kLogits, Extent::kClass};

/// "struck", "buffer", "logits", "class".
const char* to_string(Extent extent);

/// Where a masked fault was masked: the farthest of these that a wrong value came to.
enum class MaskedIn {
  kNowhere,       ///< not masked
  kArray,         ///< no wrong value came to post-processing: unused, overwritten, added to nothing
  kPooling,       ///< a pooling window took another value, or its errors cancelled
  kRequantise,    ///< rounded away
  kClamp,         ///< both values lie beyond the limit of the activation function, or give the same of it
  kOutputBuffer,  ///< in the output buffer, and overwritten before it was stored
  kLaterLayer,    ///< stored, and masked by a later layer
};

constexpr std::array<MaskedIn, 7> kMaskedPlaces = {MaskedIn::kNowhere,    MaskedIn::kArray, MaskedIn::kPooling,
                                                   MaskedIn::kRequantise, MaskedIn::kClamp, MaskedIn::kOutputBuffer,
                                                   MaskedIn::kLaterLayer};

/// "", "array", "pooling", "requantise", "clamp", "output_buffer", "later_layer".
const char* to_string(MaskedIn place);

/// What protection hardware said.
struct Detection {
  std::string by;                 ///< the unit that raised its flag first; empty: none
  bool corrected = false;         ///< and put it right
  std::optional<uint64_t> cycle;  ///< of the first flag
};

/// The layer index of a fault that is there from the first cycle to the end of the run.
constexpr int kWholeRunLayer = -1;
/// Its name in reports.
constexpr const char* kWholeRun = "(whole run)";

/// One experiment on one image, and what became of it. Names of sites, layers and strata: CampaignDescription.
struct ExperimentRow {
  uint64_t number = 0;  ///< of the experiment
  size_t image = 0;
  size_t stratum = 0;
  double weight = 1;  ///< probability in the population / probability of having been drawn
  hw::Faults faults;

  // What the first fault to act strikes: results are counted under these.
  hw::Site site;
  int bit = 0;                 ///< the lowest of its mask
  int layer = kWholeRunLayer;  ///< index of the layer whose cycles the fault's first window opens in

  Judgement judgement;
  bool latent = false;
  Extent extent = Extent::kStruck;
  MaskedIn masked_in = MaskedIn::kNowhere;
  Detection detection;
  uint64_t cycles = 0;
  uint64_t golden_cycles = 0;
  int label = -1;          ///< true class of the image
  int exact_class = -1;    ///< class that the exact-multiplier design predicts
  bool followed = false;   ///< by the fault's cone, not simulated; the rest of the row is the same either way
  std::string tool_error;  ///< what failed in the program itself; such a row has no outcome
};

}  // namespace faultline::campaign
