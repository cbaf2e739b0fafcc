#include "sim/campaign/outcome.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>

#include "sim/model/classification.h"

namespace faultline::campaign {
namespace {

/// A faulty confidence of at most this share of the golden one is critical.
constexpr double kTolerableRatio = 0.95;
constexpr size_t kFive = 5;

/// True when every stored byte is equal: a float's sign of zero counts.
bool equal_values(const model::Values& a, const model::Values& b) {
  return std::visit(
      [](const auto& x, const auto& y) {
        using X = typename std::decay_t<decltype(x)>::value_type;
        using Y = typename std::decay_t<decltype(y)>::value_type;
        return std::is_same_v<X, Y> && x.size() == y.size() &&
               (x.empty() || std::memcmp(x.data(), y.data(), x.size() * sizeof(X)) == 0);
      },
      a, b);
}

bool equal_outputs(const Answer& a, const Answer& b) {
  return a.outputs.size() == b.outputs.size() &&
         std::equal(a.outputs.begin(), a.outputs.end(), b.outputs.begin(), equal_values);
}

/// Place of a class among the logits, 0 for the highest; of equal logits the lower index comes first.
size_t rank(const std::vector<double>& logits, size_t wanted) {
  size_t before = 0;
  for (size_t i = 0; i < logits.size(); ++i) {
    before += logits[i] > logits[wanted] || (logits[i] == logits[wanted] && i < wanted) ? 1 : 0;
  }
  return before;
}

}  // namespace

const char* to_string(Outcome outcome) {
  constexpr std::array<const char*, kOutcomes.size()> kNames = {"masked", "tolerable", "critical",
                                                                "crash",  "hang",      "detected"};
  return kNames[static_cast<size_t>(outcome)];
}

bool keeps_confidence(const Judgement& judgement) {
  return judgement.faulty_confidence / judgement.golden_confidence > kTolerableRatio;
}

Outcome grade(const Judgement& judgement) {
  const bool same_class = judgement.faulty_class == judgement.golden_class;
  return same_class && keeps_confidence(judgement) ? Outcome::kTolerable : Outcome::kCritical;
}

Judgement judge(const Answer& golden, engine::SimulatedPlatform::Status status, const Answer& faulty, bool alarm) {
  const model::Classification before = model::classify(golden.logits);
  const size_t golden_class = before.best;
  const bool sdc_5_applies = golden.logits.size() > kFive;

  Judgement judgement;
  judgement.golden_class = static_cast<int>(before.best);
  judgement.golden_tie = before.tie;
  judgement.golden_confidence = before.confidences[golden_class];
  if (sdc_5_applies) {
    judgement.sdc_5 = false;
  }
  if (status != engine::SimulatedPlatform::Status::kCompleted) {
    judgement.outcome = status == engine::SimulatedPlatform::Status::kTrapped ? Outcome::kCrash : Outcome::kHang;
    return judgement;
  }
  if (alarm) {
    judgement.outcome = Outcome::kDetected;
    return judgement;
  }

  const model::Classification after = model::classify(faulty.logits);
  judgement.faulty_class = static_cast<int>(after.best);
  judgement.faulty_tie = after.tie;
  judgement.faulty_confidence = after.confidences.at(golden_class);
  judgement.sdc_1 = after.best != before.best;
  if (sdc_5_applies) {
    judgement.sdc_5 = rank(faulty.logits, golden_class) >= kFive;
  }
  const double change = std::abs(judgement.faulty_confidence - judgement.golden_confidence);
  judgement.sdc_10_percent = change > 0.10 * judgement.golden_confidence;
  judgement.sdc_20_percent = change > 0.20 * judgement.golden_confidence;
  judgement.outcome = equal_outputs(golden, faulty) ? Outcome::kMasked : grade(judgement);
  return judgement;
}

}  // namespace faultline::campaign
