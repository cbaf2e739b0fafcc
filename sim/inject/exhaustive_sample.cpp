#include <limits>

#include <fmt/format.h>

#include "sim/inject/uniform_sample.h"

namespace faultline::inject {
namespace {

/// Every member of the population once, in random order, so that any share of the experiments is a fair sample.
class ExhaustiveSample : public UniformSample {
 public:
  ExhaustiveSample(const SampleRequest& request, const SampleContext& context) : UniformSample(request, context) {
    if (space().size() > std::numeric_limits<uint64_t>::max()) {
      space().place().fail(fmt::format("all {} faults are asked for", to_decimal(space().size())), "draw a sample");
    }
    set_size(static_cast<uint64_t>(space().size()));
  }

 protected:
  const char* sampler_name() const override { return "exhaustive"; }
};

class ExhaustiveSampler : public FaultSampler {
 public:
  std::unique_ptr<ExperimentSource> make(const SampleRequest& request, const SampleContext& context) const override {
    return std::make_unique<ExhaustiveSample>(request, context);
  }
  bool has_sample_size() const override { return false; }
  void describe(nlohmann::ordered_json& faults) const override { faults["sample"] = "all"; }
};

const FaultSamplerRegistration kRegistration{
    {"exhaustive", "sample", "all", {}, {"upset"}, [](const config::YamlValue&) {
       return std::make_shared<ExhaustiveSampler>();
     }}};

}  // namespace
}  // namespace faultline::inject
