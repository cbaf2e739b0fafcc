#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
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
  double confidence = 0.95;
  std::vector<Shard> shards = {Shard{}};  ///< what this store was asked to hold

  /// What must be equal for two stores to hold rows of one campaign: all but the shards.
  nlohmann::ordered_json identity() const;
};

nlohmann::ordered_json to_json(const CampaignDescription& description);
/// Throws nlohmann::json::exception when something is missing or of another type.
CampaignDescription description_from_json(const nlohmann::ordered_json& json);

/// Throws UserError at `file` when `found` describes another campaign than `expected`, naming the first difference.
void require_same_campaign(const CampaignDescription& expected, const CampaignDescription& found,
                           const std::string& file);

/// The path of the site a row counts under.
std::string site_path(const CampaignDescription& description, const hw::Site& site);
/// The name of a row's layer.
std::string layer_name(const CampaignDescription& description, int layer);

}  // namespace faultline::campaign
