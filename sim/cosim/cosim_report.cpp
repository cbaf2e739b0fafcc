#include "sim/cosim/cosim_report.h"

#include <fmt/format.h>

#include "sim/inject/fault_text.h"

namespace faultline::cosim {
namespace {

using nlohmann::ordered_json;

std::string hexadecimal(uint64_t value) {
  return fmt::format("{:#x}", value);
}

ordered_json faults_json(const std::vector<inject::FaultListEntry>& faults) {
  ordered_json list = ordered_json::array();
  for (const inject::FaultListEntry& fault : faults) {
    list.push_back({{"path", fault.path},
                    {"mask", hexadecimal(fault.mask)},
                    {"model", inject::to_string(fault.model)},
                    {"start", fault.start},
                    {"duration", fault.duration},
                    {"period", fault.period}});
  }
  return list;
}

ordered_json writer_json(const std::optional<LastWriter>& writer) {
  if (!writer) {
    return nullptr;
  }
  return {{"cycle", writer->cycle},
          {"source", writer->source},
          {"reference", hexadecimal(writer->reference)},
          {"other", hexadecimal(writer->other)}};
}

ordered_json difference_json(const Difference& difference) {
  return {{"cycle", difference.divergence.cycle},
          {"signal", difference.divergence.signal},
          {"reference", hexadecimal(difference.divergence.reference)},
          {"other", hexadecimal(difference.divergence.other)},
          {"last_writer", writer_json(difference.last_writer)},
          {"differing", difference.differing},
          {"waves", difference.files}};
}

ordered_json sites_json(const SiteCoverage& sites) {
  ordered_json left_out = ordered_json::array();
  for (const std::string& path : sites.left_out) {
    left_out.push_back({{"path", path}, {"reason", sites.reason}});
  }
  return {{"bits", sites.bits}, {"injectable", sites.injectable}, {"left_out", left_out}};
}

}  // namespace

ordered_json to_json(const CosimDescription& description, const CosimResult& result) {
  ordered_json json = {{"engines", {result.engines.reference, result.engines.other}}};
  for (const auto& [name, value] : description.machine) {
    json[name] = value;
  }
  json.update({{"seed", description.seed},
               {"sites", sites_json(result.sites)},
               {"builds", 1},
               {"cases", result.cases},
               {"cycles", result.cycles},
               {"comparisons", result.comparisons},
               {"mismatches", result.mismatches},
               {"first_divergence", nullptr},
               {"wall_s", result.wall_s}});
  if (result.first) {
    ordered_json first = {{"case", result.first->number},
                          {"program", result.first->program},
                          {"program_kind", result.first->program_kind},
                          {"seed", description.seed},
                          {"repeat", description.repeat},
                          {"faults", faults_json(result.first->faults)}};
    first.update(difference_json(result.first->difference));
    json["first_divergence"] = first;
  }
  return json;
}

std::string to_text(const CosimDescription& description, const CosimResult& result) {
  std::string text =
      fmt::format("{} against {}: {} cases, {} cycles, {} values compared, {} differ\n", result.engines.other,
                  result.engines.reference, result.cases, result.cycles, result.comparisons, result.mismatches);
  if (!result.first) {
    return text;
  }
  const Difference& difference = result.first->difference;
  text += fmt::format("case {} (program {}, {}), {}\n", result.first->number, result.first->program,
                      result.first->program_kind, difference.divergence.text());
  if (difference.last_writer) {
    const LastWriter& writer = *difference.last_writer;
    text += fmt::format("last written in cycle {} from {}: {:#x} in the reference, {:#x} in the other\n", writer.cycle,
                        writer.source, writer.reference, writer.other);
  }
  for (const inject::FaultListEntry& fault : result.first->faults) {
    text += fmt::format("fault {} of {} mask {:#x} from cycle {}\n", inject::to_string(fault.model), fault.path,
                        fault.mask, fault.start);
  }
  for (const std::string& file : difference.files) {
    text += fmt::format("wrote {}\n", file);
  }
  return text + fmt::format("repeat: {}\n", description.repeat);
}

}  // namespace faultline::cosim
