#include "sim/inject/bit_error_sample.h"

#include <cmath>

#include <fmt/format.h>

#include "sim/inject/fault_text.h"
#include "sim/inject/sample_draws.h"

namespace faultline::inject {
namespace {

class BitErrorSampler : public FaultSampler {
 public:
  explicit BitErrorSampler(const BitErrorRate& errors) : errors_(errors) {}

  std::unique_ptr<ExperimentSource> make(const SampleRequest& request, const SampleContext& context) const override {
    return std::make_unique<BitErrorSample>(request, errors_, context);
  }
  void describe(nlohmann::ordered_json& faults) const override {
    faults.erase("bits");
    faults["ber"] = errors_.rate;
    if (errors_.start) {
      faults["start"] = *errors_.start;
    }
  }

 private:
  BitErrorRate errors_;
};

std::shared_ptr<const FaultSampler> read_bit_error_sample(const config::YamlValue& faults) {
  BitErrorRate errors;
  errors.rate = faults.require("ber").number("ber", 0, 1);
  if (const auto start = faults.find("start")) {
    errors.start = static_cast<uint64_t>(start->integer("start", 0, int64_t{1} << 40));
  }
  return std::make_shared<BitErrorSampler>(errors);
}

const FaultSamplerRegistration kRegistration{
    {"bit_error_rate", "ber", "", {"start"}, {"bits", "upset"}, read_bit_error_sample}};

/// How many bits come before the next that errs: a geometric variable by inversion, `most` where it is more.
uint64_t draw_gap(double rate, uint64_t most, hw::CounterRandom& random) {
  const double gap = std::floor(std::log(1 - random.uniform_real()) / std::log1p(-rate));
  return gap < static_cast<double>(most) ? static_cast<uint64_t>(gap) : most;
}

FaultSpace space_of(const SampleRequest& request, const BitErrorRate& errors, const SampleContext& context) {
  const FaultSpace space(request, context.table, context.run_cycles,
                         images_per_fault(request, context.images) == 1 ? context.images : 1);
  if (!errors.start) {
    return space;
  }
  if (!space.chooses_start()) {
    request.place.fail("faults that last the whole run have no start to choose", "leave start out");
  }
  check_start(*errors.start, context.run_cycles, request.place);
  return space.within_cycles(*errors.start, 1);
}

/// Adds an error: to the fault before where it strikes the same element in the same way.
void add_error(std::vector<hw::Fault>& faults, const hw::Fault& error) {
  const size_t last = faults.size() < 2 ? 0 : faults.size() - 2;
  for (size_t i = last; i < faults.size(); ++i) {
    if (faults[i].site == error.site && faults[i].model == error.model) {
      faults[i].mask |= error.mask;
      return;
    }
  }
  faults.push_back(error);
}

}  // namespace

BitErrorSample::BitErrorSample(const SampleRequest& request, const BitErrorRate& errors, const SampleContext& context)
    : seed_(request.seed),
      size_(sample_size(request, context, kEndlessPopulation)),
      rate_(errors.rate),
      run_cycles_(context.run_cycles),
      all_images_(context.images),
      images_per_fault_(images_per_fault(request, context.images)),
      space_(space_of(request, errors, context)) {}

std::vector<size_t> BitErrorSample::images_of(uint64_t number) const {
  hw::CounterRandom random(seed_, number);
  return draw_subset(random, images_per_fault_, all_images_);
}

hw::Fault BitErrorSample::no_error() const {
  hw::Fault fault = space_.member(0).fault;
  fault.model = hw::FaultModel::kFlip;
  fault.start = run_cycles_;
  fault.duration = 1;
  fault.period = 0;
  return fault;
}

std::vector<hw::Fault> BitErrorSample::draw_errors(uint64_t start, hw::CounterRandom& random) const {
  std::vector<hw::Fault> faults;
  const uint64_t bits = space_.positions();
  const uint64_t cycle = start - space_.first_cycle();
  for (uint64_t bit = rate_ > 0 ? draw_gap(rate_, bits, random) : bits; bit < bits;) {
    const uint64_t model = random.uniform(space_.models());
    add_error(
        faults,
        space_.member(bit + FaultCount{space_.positions()} * (cycle + FaultCount{space_.cycles()} * model)).fault);
    const uint64_t left = bits - bit - 1;
    bit += 1 + draw_gap(rate_, left, random);
  }
  return faults;
}

Experiment BitErrorSample::at(uint64_t number) const {
  hw::CounterRandom random(seed_, number);
  Experiment experiment;
  experiment.images = draw_subset(random, images_per_fault_, all_images_);
  const uint64_t start = space_.first_cycle() + random.uniform(space_.cycles());
  experiment.faults = draw_errors(start, random);
  if (experiment.faults.empty()) {
    experiment.faults = {no_error()};
  }
  return experiment;
}

nlohmann::ordered_json BitErrorSample::population() const {
  nlohmann::ordered_json object = {{"sampler", "bit_error_rate"}};
  object.update(to_json(space_));
  const auto bits = static_cast<double>(space_.positions());
  object["ber"] = rate_;
  object["expected_errors"] = rate_ * bits;
  object["share_without_error"] = std::exp(bits * std::log1p(-rate_));
  object["images_per_fault"] = images_per_fault_;
  object["sample"] = size_;
  object["with_replacement"] = true;
  object["strata"] = nlohmann::ordered_json::array({{{"name", "all"}, {"size", object["size"]}, {"share", 1.0}}});
  return object;
}

}  // namespace faultline::inject
