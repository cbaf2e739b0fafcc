#include "sim/campaign/metric.h"
#include "sim/campaign/outcome.h"

/// What a fault did to the answer, measured by the golden one.
namespace faultline::campaign {
namespace {

const MetricRegistration kSdc1{{40, "sdc_1", "SDC-1",
                                "Another class is predicted (Li et al., SC 2017; Ahmadilivani 2025, 3.4.1.2).",
                                [](const ExperimentRow& row) { return row.judgement.sdc_1; }}};
const MetricRegistration kSdc5{{41, "sdc_5", "SDC-5",
                                "The golden class is not among the five highest; asked of networks with more than 5 "
                                "classes (Li et al., SC 2017; Ahmadilivani 2025, 3.4.1.2).",
                                [](const ExperimentRow& row) { return row.judgement.sdc_5.value_or(false); },
                                [](const ExperimentRow& row) { return row.judgement.sdc_5.has_value(); }}};
const MetricRegistration kSdc10{{42, "sdc_10_percent", "SDC-10 %",
                                 "The golden class's confidence changed by more than 10 % of itself, either way (Li et "
                                 "al., SC 2017; Ahmadilivani 2025, 3.4.1.2).",
                                 [](const ExperimentRow& row) { return row.judgement.sdc_10_percent; }}};
const MetricRegistration kSdc20{{43, "sdc_20_percent", "SDC-20 %",
                                 "The golden class's confidence changed by more than 20 % of itself, either way (Li et "
                                 "al., SC 2017; Ahmadilivani 2025, 3.4.1.2).",
                                 [](const ExperimentRow& row) { return row.judgement.sdc_20_percent; }}};
const MetricRegistration kObservedSafe{
    {50, "observed_safe", "observed safe",
     "Wrong outputs, the golden class's confidence above 0.95 of its golden one, "
     "whatever class is predicted (Bosio et al., LATS 2019; Ahmadilivani 2025, 3.4.1.1).",
     [](const ExperimentRow& row) {
       return is_silent_corruption(row.judgement.outcome) && keeps_confidence(row.judgement);
     }}};
const MetricRegistration kObservedUnsafe{{51, "observed_unsafe", "observed unsafe",
                                          "Wrong outputs, the golden class's confidence at most 0.95 of its golden one "
                                          "(Bosio et al., LATS 2019; Ahmadilivani 2025, 3.4.1.1).",
                                          [](const ExperimentRow& row) {
                                            return is_silent_corruption(row.judgement.outcome) &&
                                                   !keeps_confidence(row.judgement);
                                          }}};
const MetricRegistration kLatent{{60, "latent", "latent",
                                  "The outputs are the golden ones, the accelerator's state at the end is not (ISO "
                                  "26262-1: present, neither detected nor perceived).",
                                  [](const ExperimentRow& row) { return row.latent; }}};
const MetricRegistration kPerformance{{61, "performance", "other run time",
                                       "The outputs are the golden ones after another number of cycles than the golden "
                                       "(Du et al., DFT 2019; Ahmadilivani 2025, 3.4.2.1).",
                                       [](const ExperimentRow& row) {
                                         return row.judgement.outcome == Outcome::kMasked &&
                                                row.cycles != row.golden_cycles;
                                       }}};

}  // namespace
}  // namespace faultline::campaign
