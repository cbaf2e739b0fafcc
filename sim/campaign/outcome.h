#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "sim/engine/simulated_platform.h"
#include "sim/model/tensor.h"

namespace faultline::campaign {

/// What became of one experiment: exactly one of these. docs/fault-model.md defines them.
enum class Outcome { kMasked, kTolerable, kCritical, kCrash, kHang, kDetected };

constexpr std::array<Outcome, 6> kOutcomes = {Outcome::kMasked, Outcome::kTolerable, Outcome::kCritical,
                                              Outcome::kCrash,  Outcome::kHang,      Outcome::kDetected};

/// "masked", "tolerable", "critical", "crash", "hang", "detected".
const char* to_string(Outcome outcome);

/// The run gave wrong outputs, and nothing said so.
constexpr bool is_silent_corruption(Outcome outcome) {
  return outcome == Outcome::kTolerable || outcome == Outcome::kCritical;
}

/// What a network says about one image.
struct Answer {
  std::vector<model::Values> outputs;  ///< every final output of the network, as it is stored
  std::vector<double> logits;          ///< the dequantised final logits, one per class; at least one
};

/// An experiment's outcome with the flags that overlap it.
struct Judgement {
  Outcome outcome = Outcome::kMasked;
  bool sdc_1 = false;           ///< another class is predicted
  std::optional<bool> sdc_5;    ///< the golden class is not among the five highest; nothing with 5 classes or fewer
  bool sdc_10_percent = false;  ///< the golden class's confidence changed by more than 10 % of itself, either way
  bool sdc_20_percent = false;  ///< likewise 20 %
  int golden_class = -1;
  int faulty_class = -1;  ///< -1 when the run gave no answer
  bool golden_tie = false;
  bool faulty_tie = false;
  double golden_confidence = 0;  ///< of the golden class
  double faulty_confidence = 0;  ///< of the golden class, in the faulty run; 0 when the run gave no answer
};

/// The golden class's confidence is more than 0.95 of what it was. False for one that is not a number.
bool keeps_confidence(const Judgement& judgement);

/// Tolerable or critical, by the classes and confidences: tolerable when the class is the same and the golden class's
/// confidence is more than 0.95 of what it was.
Outcome grade(const Judgement& judgement);

/// Judges a faulty run by the golden answer. `faulty` is read only when `status` is kCompleted and no protection unit
/// raised the alarm: a trapped run is a crash, one that ran out of cycles a hang, an answer with an alarm is not used
/// (detected), and all three count for no SDC flag.
Judgement judge(const Answer& golden, engine::SimulatedPlatform::Status status, const Answer& faulty,
                bool alarm = false);

}  // namespace faultline::campaign
