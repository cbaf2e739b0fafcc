#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "hw/common/state_table.h"
#include "sim/config/yaml_reader.h"
#include "sim/inject/experiment_source.h"
#include "sim/inject/sample_request.h"

namespace faultline::inject {

/// When a layer of the fault-free run begins; it lasts to the next, the last to the end of the run.
struct LayerStart {
  std::string name;
  uint64_t first_cycle = 0;
};

/// A stratum that draws are to be allocated to.
struct StratumDraws {
  double share = 0;    ///< of the population
  uint64_t least = 0;  ///< draws that it gets in any case
  uint64_t most = 0;   ///< draws that it has members for
};

/// How `total` draws are divided among strata; each gets from `least` to `most`.
struct Allocator {
  std::function<std::vector<uint64_t>(uint64_t total, const std::vector<StratumDraws>& strata)> proportional;
  /// By what a pilot saw in each stratum, so that the estimate varies least (Neyman).
  std::function<std::vector<uint64_t>(uint64_t total, const std::vector<StratumDraws>& strata,
                                      const std::vector<PilotCount>& pilot)>
      optimal;
};

/// What is struck.
struct SampleContext {
  const hw::StateTable& table;
  uint64_t run_cycles = 0;  ///< of the fault-free run
  size_t images = 1;
  std::vector<LayerStart> layers;  ///< in order of execution
  Allocator allocate;
  /// Experiments to draw from a population (in decimal) where the request has no size.
  std::function<uint64_t(const std::string& population)> sample_size;
};

/// A way to draw experiments, with the settings that an experiment file gave it.
class FaultSampler {
 public:
  virtual ~FaultSampler() = default;
  /// Throws UserError for what cannot be drawn.
  virtual std::unique_ptr<ExperimentSource> make(const SampleRequest& request, const SampleContext& context) const = 0;
  /// False when --samples has nothing to change.
  virtual bool has_sample_size() const { return true; }
  /// Adds its own keys to the `faults` section of the effective experiment, and removes those that it does not read.
  virtual void describe(nlohmann::ordered_json& faults) const = 0;
};

/// A kind of sampler. A file of this folder defines it and registers it with a file-scope object:
///
///   const FaultSamplerRegistration kRegistration{{"ber", "ber", {}, {"start"}, {"bits"}, read}};
struct FaultSamplerKind {
  std::string name;
  std::string key;                   ///< of the `faults` section, that chooses it; empty: chosen when no other is
  std::string value;                 ///< that the key must have to choose it; empty: any
  std::vector<std::string> keys;     ///< that only it reads
  std::vector<std::string> refused;  ///< of every sample, that it has no use for
  std::function<std::shared_ptr<const FaultSampler>(const config::YamlValue& faults)> read;
};

/// All registered kinds.
std::vector<FaultSamplerKind>& fault_sampler_kinds();

struct FaultSamplerRegistration {
  explicit FaultSamplerRegistration(FaultSamplerKind kind) { fault_sampler_kinds().push_back(std::move(kind)); }
};

/// The kind that a `faults` section chooses. Throws UserError when it chooses several, or holds a key that the one
/// chosen does not read.
const FaultSamplerKind& chosen_sampler(const config::YamlValue& faults);

}  // namespace faultline::inject
