#include "sim/campaign/metric.h"
#include "sim/campaign/outcome.h"

/// What a fault did to the answer, measured by the image's true class. The first five divide the silent corruptions.
namespace faultline::campaign {
namespace {

bool was_right(const ExperimentRow& row) {
  return row.judgement.golden_class == row.label;
}

/// False without an answer.
bool is_right(const ExperimentRow& row) {
  return row.judgement.faulty_class == row.label;
}

bool same_class(const ExperimentRow& row) {
  return row.judgement.faulty_class == row.judgement.golden_class;
}

const MetricRegistration kTolerableMisclassification{{70, "tolerable_misclassification", "tolerable misclassification",
                                                      "Wrong outputs; wrong class, the same as without the fault "
                                                      "(Corneliou et al., DFT 2021; Ahmadilivani 2025, 3.4.1.3).",
                                                      [](const ExperimentRow& row) {
                                                        return is_silent_corruption(row.judgement.outcome) &&
                                                               !was_right(row) && same_class(row);
                                                      }}};
const MetricRegistration kNoImpactMisclassification{{71, "no_impact_misclassification", "no-impact misclassification",
                                                     "Wrong outputs; wrong class, another wrong one than without the "
                                                     "fault (Corneliou et al., DFT 2021; Ahmadilivani 2025, 3.4.1.3).",
                                                     [](const ExperimentRow& row) {
                                                       return is_silent_corruption(row.judgement.outcome) &&
                                                              !was_right(row) && !is_right(row) && !same_class(row);
                                                     }}};
const MetricRegistration kCriticalMisclassification{{72, "critical_misclassification", "critical misclassification",
                                                     "Wrong outputs; wrong class where it was right without the fault "
                                                     "(Corneliou et al., DFT 2021; Ahmadilivani 2025, 3.4.1.3).",
                                                     [](const ExperimentRow& row) {
                                                       return is_silent_corruption(row.judgement.outcome) &&
                                                              was_right(row) && !is_right(row);
                                                     }}};
const MetricRegistration kTolerableCorrect{
    {73, "tolerable_correct", "tolerable correct classification",
     "Wrong outputs; right class, as without the fault (Ahmadilivani 2025, 3.4.1.3).", [](const ExperimentRow& row) {
       return is_silent_corruption(row.judgement.outcome) && was_right(row) && is_right(row);
     }}};
const MetricRegistration kBeneficialCorrect{{74, "beneficial_correct", "beneficial correct classification",
                                             "Wrong outputs; right class where it was wrong without the fault "
                                             "(Corneliou et al., DFT 2021; Ahmadilivani 2025, 3.4.1.3).",
                                             [](const ExperimentRow& row) {
                                               return is_silent_corruption(row.judgement.outcome) && !was_right(row) &&
                                                      is_right(row);
                                             }}};
const MetricRegistration kFailure{
    {75, "schorn_failure", "failure rate",
     "Not classified rightly, a missing answer included; asked of images that are classified rightly without the fault "
     "(Schorn et al., DATE 2019, section III-D).",
     [](const ExperimentRow& row) { return !is_right(row); }, was_right}};

}  // namespace
}  // namespace faultline::campaign
