#include "sim/campaign/row_difference.h"

#include <array>

#include "sim/campaign/canonical_row.h"

namespace faultline::campaign {
namespace {

/// Puts a member of the second row in place of the first's.
struct Member {
  const char* name;
  void (*take)(ExperimentRow& row, const ExperimentRow& from);
};

constexpr std::array kMembers = {
    Member{"number", [](auto& row, const auto& from) { row.number = from.number; }},
    Member{"image", [](auto& row, const auto& from) { row.image = from.image; }},
    Member{"stratum", [](auto& row, const auto& from) { row.stratum = from.stratum; }},
    Member{"weight", [](auto& row, const auto& from) { row.weight = from.weight; }},
    Member{"faults", [](auto& row, const auto& from) { row.faults = from.faults; }},
    Member{"site", [](auto& row, const auto& from) { row.site = from.site; }},
    Member{"bit", [](auto& row, const auto& from) { row.bit = from.bit; }},
    Member{"layer", [](auto& row, const auto& from) { row.layer = from.layer; }},
    Member{"outcome", [](auto& row, const auto& from) { row.judgement.outcome = from.judgement.outcome; }},
    Member{"sdc_1", [](auto& row, const auto& from) { row.judgement.sdc_1 = from.judgement.sdc_1; }},
    Member{"sdc_5", [](auto& row, const auto& from) { row.judgement.sdc_5 = from.judgement.sdc_5; }},
    Member{"sdc_10_percent",
           [](auto& row, const auto& from) { row.judgement.sdc_10_percent = from.judgement.sdc_10_percent; }},
    Member{"sdc_20_percent",
           [](auto& row, const auto& from) { row.judgement.sdc_20_percent = from.judgement.sdc_20_percent; }},
    Member{"golden_class",
           [](auto& row, const auto& from) { row.judgement.golden_class = from.judgement.golden_class; }},
    Member{"faulty_class",
           [](auto& row, const auto& from) { row.judgement.faulty_class = from.judgement.faulty_class; }},
    Member{"golden_tie", [](auto& row, const auto& from) { row.judgement.golden_tie = from.judgement.golden_tie; }},
    Member{"faulty_tie", [](auto& row, const auto& from) { row.judgement.faulty_tie = from.judgement.faulty_tie; }},
    Member{"golden_confidence",
           [](auto& row, const auto& from) { row.judgement.golden_confidence = from.judgement.golden_confidence; }},
    Member{"faulty_confidence",
           [](auto& row, const auto& from) { row.judgement.faulty_confidence = from.judgement.faulty_confidence; }},
    Member{"latent", [](auto& row, const auto& from) { row.latent = from.latent; }},
    Member{"extent", [](auto& row, const auto& from) { row.extent = from.extent; }},
    Member{"masked_in", [](auto& row, const auto& from) { row.masked_in = from.masked_in; }},
    Member{"detected_by", [](auto& row, const auto& from) { row.detection.by = from.detection.by; }},
    Member{"corrected", [](auto& row, const auto& from) { row.detection.corrected = from.detection.corrected; }},
    Member{"detection_cycle", [](auto& row, const auto& from) { row.detection.cycle = from.detection.cycle; }},
    Member{"cycles", [](auto& row, const auto& from) { row.cycles = from.cycles; }},
    Member{"golden_cycles", [](auto& row, const auto& from) { row.golden_cycles = from.golden_cycles; }},
    Member{"label", [](auto& row, const auto& from) { row.label = from.label; }},
    Member{"exact_class", [](auto& row, const auto& from) { row.exact_class = from.exact_class; }},
    Member{"tool_error", [](auto& row, const auto& from) { row.tool_error = from.tool_error; }},
};

std::string canonical(const ExperimentRow& row) {
  std::string bytes;
  append_canonical(row, bytes);
  return bytes;
}

}  // namespace

std::vector<std::string> differing_members(const ExperimentRow& a, const ExperimentRow& b) {
  const std::string first = canonical(a);
  std::vector<std::string> names;
  for (const Member& member : kMembers) {
    ExperimentRow mixed = a;
    member.take(mixed, b);
    if (canonical(mixed) != first) {
      names.emplace_back(member.name);
    }
  }
  return names;
}

}  // namespace faultline::campaign
