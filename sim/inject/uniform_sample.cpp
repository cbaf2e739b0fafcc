#include "sim/inject/uniform_sample.h"

#include <fmt/format.h>

namespace faultline::inject {
namespace {

class UniformSampler : public FaultSampler {
 public:
  std::unique_ptr<ExperimentSource> make(const SampleRequest& request, const SampleContext& context) const override {
    return std::make_unique<UniformSample>(request, context);
  }
  void describe(nlohmann::ordered_json& /*faults*/) const override {}
};

const FaultSamplerRegistration kRegistration{
    {"uniform", "", "", {}, {}, [](const config::YamlValue&) { return std::make_shared<UniformSampler>(); }}};

}  // namespace

void check_sample_fits(const FaultSpace& space, uint64_t size) {
  if (size > space.size()) {
    space.place().fail(fmt::format("a sample of {} from a population of {}", size, to_decimal(space.size())),
                       "draw fewer, or name more sites");
  }
}

UniformSample::UniformSample(const SampleRequest& request, const SampleContext& context)
    : DrawnExperiments(request, context), order_(seed(), 0, space().size()) {
  check_sample_fits(space(), size());
}

}  // namespace faultline::inject
