#include "sim/campaign/experiment_runner.h"

#include <exception>

#include "sim/campaign/attribution.h"

namespace faultline::campaign {
namespace {

int lowest_bit(uint64_t mask) {
  return __builtin_ctzll(mask);
}

Extent extent_of(const Judgement& judged, const FaultyInference& faulty) {
  if (judged.sdc_1) {
    return Extent::kClass;
  }
  const bool answered = faulty.status == engine::SimulatedPlatform::Status::kCompleted;
  return answered && is_silent_corruption(judged.outcome) ? Extent::kLogits : faulty.extent;
}

ExperimentRow described(const Task& task, int label) {
  ExperimentRow row;
  row.number = task.number;
  row.image = task.image;
  row.stratum = task.stratum;
  row.weight = task.weight;
  row.faults = task.faults;
  const hw::Fault& fault = row.faults.first_to_act();
  row.site = fault.site;
  row.bit = lowest_bit(fault.mask);
  row.label = label;
  return row;
}

}  // namespace

void ExperimentRunner::take_golden(size_t image) {
  if (image_ != image) {
    image_.reset();
    golden_ = target_.golden(image);
    image_ = image;
  }
}

void ExperimentRunner::strike(ExperimentRow& row) {
  take_golden(row.image);
  row.layer = layer_struck(golden_.layers, row.faults.first_to_act());
  row.golden_cycles = golden_.cycles;
  const FaultyInference faulty = target_.strike(row.faults, hang_limit(golden_.cycles, hang_factor_));
  row.judgement = judge(golden_.answer, faulty.status, faulty.answer, faulty.alarm);
  row.extent = extent_of(row.judgement, faulty);
  row.masked_in = row.judgement.outcome == Outcome::kMasked ? faulty.masked_in : MaskedIn::kNowhere;
  row.detection = faulty.detection;
  row.latent = faulty.latent;
  row.followed = faulty.followed;
  row.cycles = faulty.cycles;
  row.exact_class = target_.exact_class(row.image);
}

ExperimentRow ExperimentRunner::failed(const Task& task, const std::string& tool_error) const {
  ExperimentRow row = described(task, target_.label(task.image));
  row.tool_error = tool_error;
  return row;
}

ExperimentRow ExperimentRunner::run(const Task& task) {
  ExperimentRow row = described(task, target_.label(task.image));
  try {
    strike(row);
  } catch (const std::exception& error) {
    row.tool_error = error.what();
  }
  return row;
}

}  // namespace faultline::campaign
