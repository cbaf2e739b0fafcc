#include "sim/campaign/reliability.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include <fmt/format.h>

#include "sim/campaign/metric.h"
#include "sim/config/user_error.h"

namespace faultline::campaign {
namespace {

constexpr double kBitsPerMbit = 1e6;
constexpr double kHoursOfFit = 1e9;
constexpr double kSecondsPerHour = 3600;

/// A structure of the campaign's population with what was found about it.
struct Structure {
  std::string path;
  hw::StateKind kind = hw::StateKind::kRegister;
  uint64_t bits = 0;
  bool by_bits = true;                  ///< its share of the population is that of its bits: faults strike one bit
  const GroupSummary* found = nullptr;  ///< nullptr: never struck

  Interval rate(const std::string& metric) const {
    return found == nullptr ? Interval() : found->metrics.at(metric_index(metric, "rates"));
  }
};

/// What one bit of a structure contributes before its probability: FIT, cm^2. Nothing: not given.
using PerBit = std::function<std::optional<double>(const Structure& structure)>;

std::vector<Structure> structures_of(const CampaignSummary& summary, const CampaignDescription& description) {
  std::vector<Structure> all;
  for (const auto& entry : description.population.at("structures")) {
    Structure structure;
    structure.path = entry.at("path").get<std::string>();
    structure.bits = entry.at("elements").get<uint64_t>() * entry.at("bits").get<uint64_t>();
    structure.by_bits = entry.at("positions").get<uint64_t>() == structure.bits;
    const auto field = std::find_if(description.fields.begin(), description.fields.end(),
                                    [&](const hw::StateField& one) { return one.path == structure.path; });
    structure.kind = field != description.fields.end() ? field->kind : hw::StateKind::kEnvironment;
    const auto found = std::find_if(summary.structures.begin(), summary.structures.end(),
                                    [&](const GroupSummary& group) { return group.name == structure.path; });
    structure.found = found != summary.structures.end() ? &*found : nullptr;
    all.push_back(std::move(structure));
  }
  return all;
}

std::optional<double> of_kind(const RatePerKind& rates, hw::StateKind kind) {
  switch (kind) {
    case hw::StateKind::kRegister:
      return rates.flip_flop;
    case hw::StateKind::kMemory:
      return rates.memory;
    case hw::StateKind::kWire:
      return rates.wire;
    case hw::StateKind::kEnvironment:
      break;
  }
  return std::nullopt;
}

/// Why a campaign has no rate of single faults; empty when it has.
std::string no_population(const CampaignDescription& description) {
  const auto& population = description.population;
  const std::string sampler = population.value("sampler", "");
  if (!population.contains("structures")) {
    return "a fault list is no sample of a population";
  }
  if (sampler == "fault_map" || sampler == "bit_error_rate") {
    return "each experiment has many faults at once (" + sampler + ")";
  }
  return "";
}

bool is_transient(const CampaignDescription& description) {
  return description.experiment.at("faults").value("model", "") == "flip";
}

Figure scaled(const Interval& rate, double factor) {
  return {rate.estimate * factor, rate.low * factor, rate.high * factor};
}

/// Sum of independent figures, its bounds by the square-and-add rule (Zou and Donner, "Construction of confidence
/// limits about effect measures", Statistics in Medicine 27, 2008).
Figure sum(const std::vector<Figure>& figures) {
  double estimate = 0;
  double below = 0;
  double above = 0;
  for (const Figure& one : figures) {
    estimate += *one.estimate;
    below += (*one.estimate - one.low) * (*one.estimate - one.low);
    above += (*one.high - *one.estimate) * (*one.high - *one.estimate);
  }
  return {estimate, std::max(0.0, estimate - std::sqrt(below)), estimate + std::sqrt(above)};
}

/// Per-bit quantity x bits x probability, over all structures that have the quantity; nothing when none has. Where it
/// is one for all structures, the campaign's own total serves: it is a sample of just these bits.
std::optional<Figure> total(const std::vector<Structure>& structures, const GroupSummary& whole,
                            const std::string& metric, const PerBit& per_bit) {
  std::vector<Figure> figures;
  double bits = 0;
  std::optional<double> common;
  bool same = true;
  for (const Structure& structure : structures) {
    const auto quantity = per_bit(structure);
    same = same && structure.by_bits && quantity && (!common || *common == *quantity);
    common = quantity;
    if (quantity) {
      const auto size = static_cast<double>(structure.bits);
      figures.push_back(scaled(structure.rate(metric), *quantity * size));
      bits += size;
    }
  }
  if (figures.empty()) {
    return std::nullopt;
  }
  return same ? scaled(whole.metrics.at(metric_index(metric, "rates")), *common * bits) : sum(figures);
}

std::optional<FailureFigures> totals(const std::vector<Structure>& structures, const GroupSummary& whole,
                                     const PerBit& per_bit) {
  const auto sdc = total(structures, whole, "sdc", per_bit);
  const auto due = total(structures, whole, "due", per_bit);
  return sdc && due ? std::optional(FailureFigures{*sdc, *due}) : std::nullopt;
}

std::optional<FailureFigures> figures_of(const Structure& structure, const PerBit& per_bit) {
  const auto quantity = per_bit(structure);
  if (!quantity) {
    return std::nullopt;
  }
  const double size = *quantity * static_cast<double>(structure.bits);
  return FailureFigures{scaled(structure.rate("sdc"), size), scaled(structure.rate("due"), size)};
}

/// 1 / figure, times `factor`.
Figure inverse(const Figure& figure, double factor) {
  const auto of = [factor](double value) { return value > 0 ? std::optional(factor / value) : std::nullopt; };
  return {of(*figure.estimate), of(*figure.high).value_or(0), of(figure.low)};
}

/// `name` is the path without its indices, or a beginning of it that ends where a name ends.
bool covers(const std::string& name, const std::string& path) {
  return path.compare(0, name.size(), name) == 0 &&
         (path.size() == name.size() || path[name.size()] == '.' || path[name.size()] == '[');
}

/// The mechanism of a structure; nullptr: none.
const SafetyMechanism* mechanism_of(const Rates& rates, const Structure& structure) {
  const SafetyMechanism* found = nullptr;
  for (const SafetyMechanism& mechanism : rates.safety->mechanisms) {
    if (!covers(mechanism.structure, structure.path)) {
      continue;
    }
    if (found != nullptr) {
      throw UserError(rates.file, mechanism.line,
                      fmt::format("'{}' is covered by line {} too", structure.path, found->line),
                      "give each structure one mechanism with the coverage of all");
    }
    found = &mechanism;
  }
  return found;
}

void check_mechanisms(const Rates& rates, const std::vector<Structure>& structures) {
  for (const Structure& structure : structures) {
    mechanism_of(rates, structure);
  }
  for (const SafetyMechanism& mechanism : rates.safety->mechanisms) {
    if (std::none_of(structures.begin(), structures.end(),
                     [&](const Structure& structure) { return covers(mechanism.structure, structure.path); })) {
      throw UserError(
          rates.file, mechanism.line,
          fmt::format("'{}' is no structure that the campaign strikes", mechanism.structure),
          "give a path as in per_structure, such as buffer.weight, or the beginning of some, such as buffer");
    }
  }
}

/// Rates of the classes of faults of ISO 26262-5 for one probability of a violation.
struct FaultClasses {
  double all = 0;
  double residual = 0;  ///< single-point and residual faults
  double latent = 0;    ///< controlled, and nobody hears of it
};

/// Adds one structure's faults, of which the share `violating` would violate the goal without a mechanism.
void add_classes(FaultClasses& classes, double rate, double violating, const SafetyMechanism* mechanism) {
  const double residual_coverage = mechanism != nullptr ? mechanism->residual_coverage : 0;
  const double latent_coverage = mechanism != nullptr ? mechanism->latent_coverage : 0;
  classes.all += rate;
  classes.residual += rate * violating * (1 - residual_coverage);
  classes.latent += rate * violating * residual_coverage * (1 - latent_coverage);
}

double single_point_metric(const FaultClasses& classes) {
  return 1 - classes.residual / classes.all;
}

double latent_metric(const FaultClasses& classes) {
  const double rest = classes.all - classes.residual;
  return rest > 0 ? 1 - classes.latent / rest : 0;
}

/// The bounds take every structure at its bound at once.
std::optional<SafetyMetrics> safety_metrics(const std::vector<Structure>& structures, const Rates& rates,
                                            const PerBit& fit_per_bit) {
  check_mechanisms(rates, structures);
  FaultClasses likely;
  FaultClasses best;
  FaultClasses worst;
  for (const Structure& structure : structures) {
    const auto fit = fit_per_bit(structure);
    if (!fit) {
      continue;
    }
    const double rate = *fit * static_cast<double>(structure.bits);
    const Interval violating = structure.rate(rates.safety->goal);
    const SafetyMechanism* mechanism = mechanism_of(rates, structure);
    add_classes(likely, rate, violating.estimate, mechanism);
    add_classes(best, rate, violating.low, mechanism);
    add_classes(worst, rate, violating.high, mechanism);
  }
  if (likely.all <= 0) {
    return std::nullopt;
  }
  return SafetyMetrics{rates.safety->goal,
                       {single_point_metric(likely), single_point_metric(worst), single_point_metric(best)},
                       {latent_metric(likely), latent_metric(worst), latent_metric(best)}};
}

void add_structures(Reliability& made, const std::vector<Structure>& structures, const PerBit& fit_per_bit,
                    const PerBit& area_per_bit, const PerBit& ser_per_bit) {
  for (const Structure& structure : structures) {
    StructureReliability one;
    one.path = structure.path;
    one.bits = structure.bits;
    one.struck = structure.found != nullptr;
    if (const auto fit = fit_per_bit(structure)) {
      one.raw_fit = *fit * static_cast<double>(structure.bits);
    }
    one.fit = figures_of(structure, fit_per_bit);
    one.cross_section = figures_of(structure, area_per_bit);
    one.ser = figures_of(structure, ser_per_bit);
    made.structures.push_back(std::move(one));
  }
}

/// One reason per kind of site that no rate was given for.
std::vector<std::string> without_rate(const std::vector<Structure>& structures, bool transient,
                                      const PerBit& fit_per_bit) {
  std::map<std::string, std::pair<uint64_t, uint64_t>> missing;  // structures and bits
  for (const Structure& structure : structures) {
    if (!fit_per_bit(structure)) {
      auto& [count, bits] = missing[transient ? to_string(structure.kind) : "permanent"];
      ++count;
      bits += structure.bits;
    }
  }
  std::vector<std::string> reasons;
  for (const auto& [kind, size] : missing) {
    reasons.push_back(
        fmt::format("no rate of {} faults is given: {} of the structures, {} bits", kind, size.first, size.second));
  }
  return reasons;
}

}  // namespace

void check_rates(const Rates& rates, const CampaignDescription& description) {
  if (rates.safety && no_population(description).empty()) {
    const CampaignSummary no_rows;
    check_mechanisms(rates, structures_of(no_rows, description));
  }
}

Reliability reliability_of(const CampaignSummary& summary, const CampaignDescription& description, const Rates& rates) {
  Reliability made;
  const std::string reason = no_population(description);
  if (!reason.empty()) {
    made.left_out.push_back("everything: " + reason);
    return made;
  }
  const std::vector<Structure> structures = structures_of(summary, description);
  const bool transient = is_transient(description);
  const PerBit fit_per_bit = [&](const Structure& structure) {
    const auto per_mbit = transient ? of_kind(rates.raw_fit, structure.kind) : rates.permanent;
    return per_mbit ? std::optional(*per_mbit / kBitsPerMbit) : std::nullopt;
  };
  const PerBit area_per_bit = [&](const Structure& structure) {
    return rates.radiation && transient ? of_kind(rates.radiation->cross_section, structure.kind) : std::nullopt;
  };
  const PerBit ser_per_bit = [&](const Structure& structure) {
    const auto area = area_per_bit(structure);
    return area ? std::optional(*area * rates.radiation->flux * kHoursOfFit) : std::nullopt;
  };
  made.left_out = without_rate(structures, transient, fit_per_bit);
  add_structures(made, structures, fit_per_bit, area_per_bit, ser_per_bit);
  made.fit = totals(structures, summary.total, fit_per_bit);
  made.cross_section = totals(structures, summary.total, area_per_bit);
  made.ser = totals(structures, summary.total, ser_per_bit);
  if (rates.clock_hz) {
    const double seconds = static_cast<double>(description.golden_cycles) / *rates.clock_hz;
    made.execution_seconds = seconds;
    const Interval critical = summary.total.metrics.at(metric_index("critical", "rates"));
    made.mwtf = inverse(scaled(critical, 1), 1 / seconds);
    if (const auto fit = total(structures, summary.total, "critical", fit_per_bit)) {
      made.inferences_to_failure = inverse(*fit, kHoursOfFit * kSecondsPerHour / seconds);
    }
  }
  if (rates.safety) {
    made.safety = safety_metrics(structures, rates, fit_per_bit);
  }
  return made;
}

}  // namespace faultline::campaign
