#include "sim/campaign/metric.h"
#include "sim/campaign/outcome.h"

/// Rates of the outcomes and of their unions.
namespace faultline::campaign {
namespace {

bool is(const ExperimentRow& row, Outcome outcome) {
  return row.judgement.outcome == outcome;
}

template <Outcome outcome>
bool has_outcome(const ExperimentRow& row) {
  return is(row, outcome);
}

const MetricRegistration kMasked{{10, "masked", "masked",
                                  "The run completes and all final outputs are the golden ones bit for bit (the "
                                  "thesis, 3.4.1, and the approximate-computing survey).",
                                  has_outcome<Outcome::kMasked>}};
const MetricRegistration kAny{{11, "any", "AVF, any effect",
                               "Not masked: wrong outputs, no outputs or a raised flag (AVF: Mukherjee et al., MICRO "
                               "2003; Ahmadilivani 2025, 2.1.5).",
                               [](const ExperimentRow& row) { return !is(row, Outcome::kMasked); }}};
const MetricRegistration kSdc{
    {12, "sdc", "P(SDC)",
     "The run completes without a flag and its outputs are wrong (Ahmadilivani 2025, 2.1.5 and "
     "3.4.2.2).",
     [](const ExperimentRow& row) { return is_silent_corruption(row.judgement.outcome); }}};
const MetricRegistration kDue{{13, "due", "P(DUE)",
                               "No answer that counts: a crash, a hang, or a flag of protection hardware that did not "
                               "correct (Ahmadilivani 2025, 3.4.2.2).",
                               [](const ExperimentRow& row) {
                                 return is(row, Outcome::kCrash) || is(row, Outcome::kHang) ||
                                        is(row, Outcome::kDetected);
                               }}};
const MetricRegistration kTolerable{{20, "tolerable", "tolerable",
                                     "Wrong outputs, but the golden class with a confidence above 0.95 of its golden "
                                     "one (the approximate-computing survey).",
                                     has_outcome<Outcome::kTolerable>}};
const MetricRegistration kCritical{{21, "critical", "critical",
                                    "Wrong outputs and another class, or a confidence of the golden class of at most "
                                    "0.95 of its golden one (the approximate-computing survey).",
                                    has_outcome<Outcome::kCritical>}};
const MetricRegistration kNonCritical{
    {22, "non_critical_sdc", "non-critical SDC",
     "Wrong outputs, but the golden class (Ahmadilivani 2025, 3.4.2.2, its two classes "
     "without misclassification in one).",
     [](const ExperimentRow& row) { return is_silent_corruption(row.judgement.outcome) && !row.judgement.sdc_1; }}};
const MetricRegistration kCrash{{30, "crash", "crash",
                                 "The accelerator trapped an illegal address or command (Ahmadilivani 2025, 3.4.1.3).",
                                 has_outcome<Outcome::kCrash>}};
const MetricRegistration kHang{
    {31, "hang", "hang", "The run took more than hang_factor times the golden cycles (Ahmadilivani 2025, 3.4.1.3).",
     has_outcome<Outcome::kHang>}};
const MetricRegistration kDetected{{32, "detected", "detected",
                                    "Protection hardware raised its flag and did not correct (ISO 26262-5: a detected "
                                    "fault).",
                                    has_outcome<Outcome::kDetected>}};
const MetricRegistration kCorrected{{33, "corrected", "corrected",
                                     "Protection hardware raised its flag and corrected (ISO 26262-5: a fault "
                                     "controlled by a safety mechanism).",
                                     [](const ExperimentRow& row) { return row.detection.corrected; }}};

}  // namespace
}  // namespace faultline::campaign
