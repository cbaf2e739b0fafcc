#include "sim/report/design_table.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/report/comparison.h"
#include "sim/report/description_text.h"

namespace faultline::report {
namespace {

using campaign::CampaignDescription;
using campaign::Interval;
using nlohmann::ordered_json;

uint64_t bits_of(const CampaignDescription& description, hw::StateKind kind) {
  uint64_t bits = 0;
  for (const hw::StateField& field : description.fields) {
    bits += field.kind == kind ? static_cast<uint64_t>(field.bits) * field.element_count() : 0;
  }
  return bits;
}

/// Possible faults in one inference: the images are no part of it.
double faults_of(const CampaignDescription& description) {
  const ordered_json& population = description.population;
  if (!population.contains("positions") || !population.contains("cycles")) {
    return 0;
  }
  return population["positions"].get<double>() * population["cycles"].get<double>();
}

Interval scaled(const Interval& rate, double factor) {
  return {rate.estimate * factor, rate.low * factor, rate.high * factor};
}

DesignRow row_of(const CampaignResult& result) {
  const CampaignDescription& description = result.description;
  DesignRow row;
  row.store = result.store;
  row.title = design_title(description);
  row.hardened = description.experiment.value("hardened", "");
  const ordered_json protection = description.population.value("protection", ordered_json::object());
  row.neurons = protection.value("neurons", uint64_t{0});
  row.extra_words = protection.value("extra_words", uint64_t{0});
  row.runs = result.summary.total.counts.experiments();
  row.critical = critical_rate(result.summary.total);
  row.golden_accuracy = result.summary.accuracy.golden_labels;
  row.accuracy_drop = accuracy_drop(result.summary);
  row.cycles = description.golden_cycles;
  row.register_bits = bits_of(description, hw::StateKind::kRegister);
  row.memory_bits = bits_of(description, hw::StateKind::kMemory);
  row.faults = faults_of(description);
  row.critical_faults = scaled(row.critical, row.faults);
  return row;
}

ordered_json to_json(const Interval& interval) {
  return {{"estimate", interval.estimate}, {"low", interval.low}, {"high", interval.high}};
}

}  // namespace

DesignTable design_table(const std::vector<CampaignResult>& results, const CostOfProtection& cost_of_protection) {
  DesignTable table;
  table.confidence = results.front().description.confidence;
  for (const CampaignResult& result : results) {
    DesignRow row = row_of(result);
    row.gate_equivalents = cost_of_protection(result.description);
    const bool first = table.designs.empty();
    row.critical_difference =
        first ? Interval{0, 0, 0} : campaign::difference(row.critical, table.designs.front().critical);
    row.accuracy_difference =
        first ? Interval{0, 0, 0} : campaign::difference(row.accuracy_drop, table.designs.front().accuracy_drop);
    table.designs.push_back(std::move(row));
    if (!first) {
      for (const std::string& caution : compare(results.front(), result).cautions) {
        table.cautions.push_back(result.store + ": " + caution);
      }
    }
  }
  return table;
}

ordered_json to_json(const DesignTable& table) {
  ordered_json designs = ordered_json::array();
  for (const DesignRow& row : table.designs) {
    designs.push_back({{"store", row.store},
                       {"title", row.title},
                       {"hardened", row.hardened.empty() ? ordered_json(nullptr) : ordered_json(row.hardened)},
                       {"protected_neurons", row.neurons},
                       {"extra_words", row.extra_words},
                       {"runs", row.runs},
                       {"critical", to_json(row.critical)},
                       {"golden_accuracy", row.golden_accuracy},
                       {"accuracy_drop", to_json(row.accuracy_drop)},
                       {"critical_difference", to_json(row.critical_difference)},
                       {"accuracy_drop_difference", to_json(row.accuracy_difference)},
                       {"cycles", row.cycles},
                       {"register_bits", row.register_bits},
                       {"memory_bits", row.memory_bits},
                       {"protection_gate_equivalents",
                        row.gate_equivalents ? ordered_json(*row.gate_equivalents) : ordered_json(nullptr)},
                       {"faults_an_inference", row.faults},
                       {"critical_faults_an_inference", to_json(row.critical_faults)}});
  }
  return {{"confidence", table.confidence}, {"cautions", table.cautions}, {"designs", designs}};
}

std::string to_text(const DesignTable& table) {
  std::string text;
  const auto out = std::back_inserter(text);
  for (const std::string& caution : table.cautions) {
    fmt::format_to(out, "caution: {}\n", caution);
  }
  fmt::format_to(
      out,
      "intervals at {:g} %; differences are to the first; a drop is from the design's own accuracy without faults\n\n"
      "{:<24}{:>9}{:>8}{:>26}{:>16}{:>26}{:>12}{:>12}{:>12}\n",
      100 * table.confidence, "store", "neurons", "words", "critical %", "no faults, %", "accuracy drop, points",
      "cycles", "state bits", "gates, GE");
  const auto percent = [](const Interval& rate) {
    return fmt::format("{:.3f} [{:.3f}, {:.3f}]", 100 * rate.estimate, 100 * rate.low, 100 * rate.high);
  };
  for (const DesignRow& row : table.designs) {
    fmt::format_to(out, "{:<24}{:>9}{:>8}{:>26}{:>16.3f}{:>26}{:>12}{:>12}{:>12}\n", row.store, row.neurons,
                   fmt::format("+{}", row.extra_words), percent(row.critical), 100 * row.golden_accuracy,
                   percent(row.accuracy_drop), row.cycles, row.register_bits + row.memory_bits,
                   row.gate_equivalents ? fmt::format("{:.0f}", *row.gate_equivalents) : "-");
  }
  fmt::format_to(out, "\n{:<24}{:>26}{:>26}{:>38}\n", "store", "critical, difference", "drop, difference",
                 "critical faults an inference");
  for (const DesignRow& row : table.designs) {
    fmt::format_to(out, "{:<24}{:>26}{:>26}{:>38}\n", row.store, percent(row.critical_difference),
                   percent(row.accuracy_difference),
                   fmt::format("{:.4g} [{:.4g}, {:.4g}]", row.critical_faults.estimate, row.critical_faults.low,
                               row.critical_faults.high));
  }
  return text;
}

}  // namespace faultline::report
