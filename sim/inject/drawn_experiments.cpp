#include "sim/inject/drawn_experiments.h"

#include <limits>

namespace faultline::inject {
namespace {

/// A fault that strikes several images is one member; with one image each, an image belongs to the member.
size_t images_of_space(const SampleRequest& request, size_t images) {
  return request.images == 1 ? images : 1;
}

double share(FaultCount part, FaultCount whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

DrawnExperiments::DrawnExperiments(const SampleRequest& request, const SampleContext& context)
    : seed_(request.seed),
      all_images_(context.images),
      images_per_fault_(images_per_fault(request, context.images)),
      upset_(request.upset),
      space_(request, context.table, context.run_cycles, images_of_space(request, context.images)) {
  size_ = sample_size(request, context, to_decimal(space_.size()));
}

std::vector<size_t> DrawnExperiments::draw_images_of(const Draw& drawn, hw::CounterRandom& random) const {
  return space_.images() == all_images_ && images_per_fault_ == 1 ? std::vector{drawn.member.image}
                                                                  : draw_subset(random, images_per_fault_, all_images_);
}

std::vector<size_t> DrawnExperiments::images_of(uint64_t number) const {
  hw::CounterRandom random(seed_, number);
  return draw_images_of(draw(number), random);
}

Experiment DrawnExperiments::at(uint64_t number) const {
  const Draw drawn = draw(number);
  hw::CounterRandom random(seed_, number);
  Experiment experiment{draw_images_of(drawn, random), {drawn.member.fault}, drawn.stratum, drawn.weight};
  if (upset_ != nullptr) {
    const hw::Fault anchor = drawn.member.fault;
    experiment.faults = upset_->strike(anchor, space_.structure_of(anchor.site), random);
  }
  return experiment;
}

/// Upsets are drawn around each anchor anew, so that all anchors are not all upsets.
uint64_t DrawnExperiments::distinct_population() const {
  const bool countable = !with_replacement() && upset_ == nullptr;
  const bool fits = space_.size() <= std::numeric_limits<uint64_t>::max();
  return countable && fits ? static_cast<uint64_t>(space_.size()) : 0;
}

nlohmann::ordered_json DrawnExperiments::population() const {
  nlohmann::ordered_json object = {{"sampler", sampler_name()}};
  object.update(to_json(space_));
  object["images_per_fault"] = images_per_fault_;
  object["sample"] = size_;
  object["with_replacement"] = with_replacement();
  if (upset_ != nullptr) {
    object["upset"] = upset_->settings();
    object["upset"]["cut_share"] = upset_->cut_share(space_);
  }
  const std::vector<Stratum> names = strata();
  const std::vector<FaultCount> sizes = stratum_sizes();
  for (size_t i = 0; i < names.size(); ++i) {
    object["strata"].push_back(
        {{"name", names[i].name}, {"size", exact_number(sizes[i])}, {"share", share(sizes[i], space_.size())}});
  }
  return object;
}

}  // namespace faultline::inject
