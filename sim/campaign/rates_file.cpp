#include "sim/campaign/rates_file.h"

#include "sim/campaign/metric.h"
#include "sim/config/yaml_reader.h"

namespace faultline::campaign {
namespace {

using config::YamlValue;

constexpr double kMostFit = 1e12;
constexpr double kMostFlux = 1e18;
constexpr double kMegahertz = 1e6;

std::optional<double> number(const YamlValue& section, const std::string& key, double low, double high) {
  const auto value = section.find(key);
  return value ? std::optional(value->number(key, low, high)) : std::nullopt;
}

RatePerKind read_kinds(const YamlValue& section, double high) {
  return {number(section, "register", 0, high), number(section, "memory", 0, high), number(section, "wire", 0, high)};
}

void read_raw(const YamlValue& section, Rates& rates) {
  section.check_keys("raw_fit_per_mbit", {"register", "memory", "wire", "permanent"});
  if (section.keys().empty()) {
    section.fail("no rate is given", "give one of register, memory, wire and permanent");
  }
  rates.raw_fit = read_kinds(section, kMostFit);
  rates.permanent = number(section, "permanent", 0, kMostFit);
}

Radiation read_radiation(const YamlValue& section) {
  section.check_keys("radiation", {"cross_section_cm2_per_bit", "flux_per_cm2_hour"});
  const YamlValue cross_section = section.require("cross_section_cm2_per_bit");
  cross_section.check_keys("cross_section_cm2_per_bit", {"register", "memory", "wire"});
  return {read_kinds(cross_section, 1.0),
          section.require("flux_per_cm2_hour").number("flux_per_cm2_hour", 0, kMostFlux)};
}

SafetyMechanism read_mechanism(const YamlValue& entry) {
  entry.check_keys("a mechanism", {"structure", "residual_coverage", "latent_coverage"});
  SafetyMechanism mechanism;
  mechanism.structure = entry.require("structure").text("structure");
  mechanism.residual_coverage = entry.require("residual_coverage").number("residual_coverage", 0, 1);
  mechanism.latent_coverage = entry.require("latent_coverage").number("latent_coverage", 0, 1);
  mechanism.line = entry.line();
  return mechanism;
}

SafetyPlan read_safety(const YamlValue& section) {
  section.check_keys("safety", {"goal", "mechanisms"});
  SafetyPlan plan;
  const YamlValue goal = section.require("goal");
  plan.goal = goal.text("goal");
  metric_index(plan.goal, section.file(), goal.line());
  for (const YamlValue& entry : section.require("mechanisms").items("mechanisms")) {
    plan.mechanisms.push_back(read_mechanism(entry));
  }
  return plan;
}

}  // namespace

Rates read_rates(const std::string& path) {
  const YamlValue root = config::read_yaml(path);
  root.check_keys("rates", {"raw_fit_per_mbit", "clock_mhz", "radiation", "safety"});
  Rates rates;
  rates.file = path;
  read_raw(root.require("raw_fit_per_mbit"), rates);
  if (const auto clock = root.find("clock_mhz")) {
    rates.clock_hz = clock->number("clock_mhz", 1e-6, 1e6) * kMegahertz;
  }
  if (const auto radiation = root.find("radiation")) {
    rates.radiation = read_radiation(*radiation);
  }
  if (const auto safety = root.find("safety")) {
    rates.safety = read_safety(*safety);
  }
  return rates;
}

}  // namespace faultline::campaign
