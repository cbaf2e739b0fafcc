#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "hw/common/state_table.h"
#include "sim/campaign/experiment_row.h"

namespace faultline::campaign {

/// One share of a campaign's experiments: those with number % of == index - 1.
struct Shard {
  uint64_t index = 1;  ///< 1 to `of`
  uint64_t of = 1;

  bool contains(uint64_t number) const { return number % of == index - 1; }
  bool operator==(const Shard& other) const { return index == other.index && of == other.of; }
};

/// A part of the population that is sampled by itself.
struct StratumDescription {
  std::string name;
  double share = 1;  ///< of the population
};

/// Everything about a campaign that its rows do not say: enough to read them, to repeat them and to tell whether two
/// result stores belong together. A result store keeps it as JSON.
struct CampaignDescription {
  std::string version;                     ///< of faultline
  nlohmann::ordered_json experiment;       ///< the effective experiment: every default filled in
  nlohmann::ordered_json hashes;           ///< SHA-256 of model, data, hardware and fault list
  nlohmann::ordered_json population;       ///< kind, exact size, factors, structures, live and idle shares, sampler
  std::vector<hw::StateField> fields;      ///< the fault space: path, kind, bits, signedness and dimensions only
  std::vector<std::string> layers;         ///< that run on the accelerator, in order of execution
  std::vector<StratumDescription> strata;  ///< at least one
  uint64_t experiments = 0;                ///< of the whole campaign (for a sequential one, at most)
  size_t images_per_experiment = 1;
  bool weighted = false;  ///< experiments carry importance weights
  /// Number of faults, when none is drawn twice: the sample is then a share of it. 0: drawn with replacement, or too
  /// many to matter.
  uint64_t distinct_population = 0;
  uint64_t golden_cycles = 0;
  uint64_t pilot = 0;        ///< the first so many experiments decided how the others were divided over the strata
  double confidence = 0.95;  ///< of every interval
  double interval_confidence =
      0.95;  ///< at which intervals are computed: higher for a sequential campaign, which looked
  /// Experiments that a finished campaign consists of: fewer than `experiments` when a sequential one stopped. 0: it
  /// has not finished.
  uint64_t finished = 0;
  std::vector<Shard> shards = {Shard{}};  ///< what this store was asked to hold

  /// What must be equal for two stores to hold rows of one campaign: all but the shards and whether it has
  /// finished.
  nlohmann::ordered_json identity() const;
};

nlohmann::ordered_json to_json(const CampaignDescription& description);
/// Throws nlohmann::json::exception when something is missing or of another type.
CampaignDescription description_from_json(const nlohmann::ordered_json& json);

/// Where two descriptions differ, apart from what does not matter to CampaignDescription::identity().
struct DescriptionDifference {
  std::string key;  ///< such as "experiment.seed"
  std::string expected;
  std::string found;
};

/// The first difference between the campaigns that two descriptions are of; nothing when they are of one.
std::optional<DescriptionDifference> difference_between(const CampaignDescription& expected,
                                                        const CampaignDescription& found);

/// The path of the site a row counts under.
std::string site_path(const CampaignDescription& description, const hw::Site& site);
/// The name of a row's layer.
std::string layer_name(const CampaignDescription& description, int layer);

}  // namespace faultline::campaign
