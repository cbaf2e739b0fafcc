#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/inject/drawn_experiments.h"

namespace faultline::inject {

/// How much more often than its share a structure is drawn.
struct ImportanceFactor {
  std::string pattern;  ///< site_path.h
  double factor = 1;    ///< above 0
  TextPlace place;
};

/// Faults drawn with replacement and unequal probabilities: those of the sites that a pattern names `factor` times as
/// often, relative to sites that none names, as uniform draws would. Every member can be drawn, and an experiment's
/// weight is its probability in the population over its probability of having been drawn, so that weighted means are
/// unbiased.
class ImportanceSample : public DrawnExperiments {
 public:
  /// Throws UserError when a pattern names no site of the population, or two name the same.
  ImportanceSample(const SampleRequest& request, const std::vector<ImportanceFactor>& factors,
                   const SampleContext& context);

  bool weighted() const override { return true; }
  nlohmann::ordered_json population() const override;

 protected:
  Draw draw(uint64_t number) const override;
  const char* sampler_name() const override { return "importance"; }
  bool with_replacement() const override { return true; }

 private:
  /// Sites with one factor.
  struct Part {
    std::string pattern;  ///< empty: the rest
    double factor = 1;
    FaultSpace space;
    double probability = 0;  ///< of being drawn from
    double weight = 1;
  };

  void add_part(const std::string& pattern, double factor, std::vector<StructurePopulation> structures);

  std::vector<Part> parts_;
};

}  // namespace faultline::inject
