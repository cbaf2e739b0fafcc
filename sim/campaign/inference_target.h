#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "hw/common/state_table.h"
#include "hw/fault/faults.h"
#include "sim/campaign/experiment_row.h"
#include "sim/campaign/outcome.h"

namespace faultline::campaign {

/// A layer that ran on the accelerator, and when.
struct LayerSpan {
  std::string name;
  uint64_t first_cycle = 0;
};

/// A fault-free inference.
struct GoldenInference {
  Answer answer;
  std::vector<LayerSpan> layers;  ///< in order of execution
  uint64_t cycles = 0;
};

/// An inference with faults.
struct FaultyInference {
  engine::SimulatedPlatform::Status status = engine::SimulatedPlatform::Status::kCompleted;
  Answer answer;        ///< empty unless completed
  bool latent = false;  ///< outputs equal, state not
  uint64_t cycles = 0;
  /// How far a wrong value came within the layers: to registers, or into a layer's stored output. The answer says the
  /// rest.
  Extent extent = Extent::kStruck;
  /// Where the last wrong value vanished if the answer is right.
  MaskedIn masked_in = MaskedIn::kArray;
  Detection detection;
  bool alarm = false;     ///< a protection unit saw an error that it could not put right
  bool followed = false;  ///< by its cone; else every cycle from the fault on was simulated
};

/// What a campaign strikes: a design that infers one image at a time.
class InferenceTarget {
 public:
  virtual ~InferenceTarget() = default;

  virtual const hw::StateTable& state() const = 0;
  virtual size_t images() const = 0;
  /// The true class of an image.
  virtual int label(size_t image) const = 0;
  /// The class that the design with the exact multiplier predicts.
  virtual int exact_class(size_t image) = 0;
  /// Runs an image without faults; the following calls of strike() are on that image.
  virtual GoldenInference golden(size_t image) = 0;
  /// Runs the image again with faults, from the clean state, for at most `cycle_limit` cycles.
  virtual FaultyInference strike(const hw::Faults& faults, uint64_t cycle_limit) = 0;
};

}  // namespace faultline::campaign
