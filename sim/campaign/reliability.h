#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/campaign/campaign_description.h"
#include "sim/campaign/campaign_summary.h"
#include "sim/campaign/rates_file.h"

namespace faultline::campaign {

/// A physical figure with its bounds. The estimate is nothing where it is infinite: no failure was seen.
struct Figure {
  std::optional<double> estimate = 0;
  double low = 0;
  std::optional<double> high = 0;  ///< nothing: no upper bound
};

/// Silent corruptions and detected, unrecoverable errors.
struct FailureFigures {
  Figure sdc;
  Figure due;
};

/// The figures of one structure.
struct StructureReliability {
  std::string path;
  uint64_t bits = 0;
  bool struck = true;             ///< false: no experiment; bounds only
  std::optional<double> raw_fit;  ///< of the whole structure; nothing: no rate for it was given
  std::optional<FailureFigures> fit;
  std::optional<FailureFigures> cross_section;  ///< cm^2
  std::optional<FailureFigures> ser;            ///< failures in 10^9 hours
};

/// Hardware architectural metrics of ISO 26262-5, of the sites that the campaign struck.
struct SafetyMetrics {
  std::string goal;
  Figure single_point;  ///< SPFM, in [0, 1]
  Figure latent;        ///< LFM, in [0, 1]
};

/// What a campaign says about a device, given its physical rates. Formulas, units and sources: docs/reliability.md.
struct Reliability {
  std::vector<StructureReliability> structures;  ///< of the campaign's population
  std::vector<std::string> left_out;             ///< what is in no total, and why
  std::optional<FailureFigures> fit;             ///< of all structures with a rate
  std::optional<FailureFigures> cross_section;
  std::optional<FailureFigures> ser;
  std::optional<double> execution_seconds;
  std::optional<Figure> mwtf;                   ///< 1 / s: 1 / (execution time x P(critical))
  std::optional<Figure> inferences_to_failure;  ///< mean work to a critical failure, in inferences
  std::optional<SafetyMetrics> safety;
};

/// A figure as tables show it.
struct NamedFigure {
  std::string name;
  Figure figure;
  std::string unit;
};

/// The figures of the whole device that could be given, in the order of every table.
std::vector<NamedFigure> device_figures(const Reliability& reliability);

/// Checks before a campaign runs that its rates fit it: throws UserError naming the rates file when a safety mechanism
/// covers no structure of the campaign, or a structure is covered twice.
void check_rates(const Rates& rates, const CampaignDescription& description);

/// Puts a campaign's probabilities and the user's rates together. A campaign without a population of single faults (a
/// fault list, fault maps, bit error rates) gives no figures but the reason. Throws as check_rates().
Reliability reliability_of(const CampaignSummary& summary, const CampaignDescription& description, const Rates& rates);

/// Figures as {estimate, low, high}, null where there is none or it is infinite.
nlohmann::ordered_json to_json(const Reliability& reliability);
/// Lines for a terminal.
std::string to_text(const Reliability& reliability);

}  // namespace faultline::campaign
