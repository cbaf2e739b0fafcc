#include "sim/campaign/result_export.h"

#include <cmath>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <type_traits>

#include <fmt/format.h>

#include "sim/campaign/attribution.h"
#include "sim/campaign/output_file.h"
#include "sim/config/user_error.h"
#include "sim/inject/fault_text.h"

namespace faultline::campaign {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;

/// What is -1 where there is none.
std::optional<int> class_or_none(int index) {
  return index < 0 ? std::nullopt : std::optional<int>(index);
}

/// A value that the program's own failure took away.
template <typename Value>
std::optional<Value> unless_failed(const ExperimentRow& row, const Value& value) {
  return row.tool_error.empty() ? std::optional<Value>(value) : std::nullopt;
}

/// Gives the columns of a row to `sink` one by one, as sink(name, value): a number, a truth, a text, or an optional
/// one.
template <typename Sink>
void visit_columns(const ExperimentRow& row, const CampaignDescription& description, Sink&& sink) {
  const hw::Fault fault = row.faults.empty() ? hw::Fault{} : row.faults.first_to_act();
  const Judgement& judged = row.judgement;
  const bool failed = !row.tool_error.empty();
  const auto text = [](const std::string& words) { return words.empty() ? std::nullopt : std::optional(words); };
  sink("experiment", row.number);
  sink("image", row.image);
  sink("site", site_path(description, row.site));
  sink("mask", fmt::format("{:#x}", fault.mask));
  sink("model", std::string(inject::to_string(fault.model)));
  sink("start", fault.start);
  sink("duration", fault.duration);
  sink("outcome", unless_failed<std::string>(row, to_string(judged.outcome)));
  sink("golden_class", class_or_none(judged.golden_class));
  sink("faulty_class", class_or_none(judged.faulty_class));
  sink("golden_confidence", unless_failed(row, judged.golden_confidence));
  sink("faulty_confidence", unless_failed(row, judged.faulty_confidence));
  sink("period", fault.period);
  sink("structure", description.fields.at(row.site.field).path);
  sink("layer", layer_name(description, row.layer));
  sink("bit", row.bit);
  sink("faults", row.faults.size());
  sink("stratum", description.strata.at(row.stratum).name);
  sink("weight", row.weight);
  sink("label", class_or_none(row.label));
  sink("exact_class", class_or_none(row.exact_class));
  sink("sdc_1", unless_failed(row, judged.sdc_1));
  sink("sdc_5", failed ? std::nullopt : judged.sdc_5);
  sink("sdc_10_percent", unless_failed(row, judged.sdc_10_percent));
  sink("sdc_20_percent", unless_failed(row, judged.sdc_20_percent));
  sink("latent", unless_failed(row, row.latent));
  sink("extent", unless_failed<std::string>(row, to_string(row.extent)));
  sink("masked_in", failed ? std::nullopt : text(to_string(row.masked_in)));
  sink("cycles", unless_failed(row, row.cycles));
  sink("golden_cycles", unless_failed(row, row.golden_cycles));
  sink("detected_by", text(row.detection.by));
  sink("corrected", unless_failed(row, row.detection.corrected));
  sink("detection_cycle", row.detection.cycle);
  sink("tool_error", text(row.tool_error));
}

void append_csv_text(const std::string& value, std::string& line) {
  if (value.find_first_of(",\"\r\n") == std::string::npos) {
    line += value;
    return;
  }
  line += '"';
  for (const char letter : value) {
    line += letter;
    if (letter == '"') {
      line += '"';
    }
  }
  line += '"';
}

template <typename Value>
void append_csv(const Value& value, std::string& line) {
  if constexpr (std::is_same_v<Value, bool>) {
    line += value ? '1' : '0';
  } else if constexpr (std::is_arithmetic_v<Value>) {
    fmt::format_to(std::back_inserter(line), "{}", value);
  } else {
    append_csv_text(value, line);
  }
}

template <typename Value>
void append_csv(const std::optional<Value>& value, std::string& line) {
  if (value) {
    append_csv(*value, line);
  }
}

template <typename Value>
void append_json(const Value& value, std::string& line) {
  if constexpr (std::is_floating_point_v<Value>) {
    // JSON has no infinity, nor what is not a number.
    fmt::format_to(std::back_inserter(line), "{}", std::isfinite(value) ? fmt::format("{}", value) : "null");
  } else if constexpr (std::is_arithmetic_v<Value>) {
    fmt::format_to(std::back_inserter(line), "{}", value);
  } else {
    line += nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
}

template <typename Value>
void append_json(const std::optional<Value>& value, std::string& line) {
  if (value) {
    append_json(*value, line);
  } else {
    line += "null";
  }
}

void append_all_faults(const ExperimentRow& row, const CampaignDescription& description, std::string& line) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const hw::Fault& fault : row.faults) {
    list.push_back({{"site", site_path(description, fault.site)},
                    {"mask", fmt::format("{:#x}", fault.mask)},
                    {"model", inject::to_string(fault.model)},
                    {"start", fault.start},
                    {"duration", fault.duration},
                    {"period", fault.period}});
  }
  line += ",\"all_faults\":" + list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string csv_header(const CampaignDescription& description) {
  std::string header;
  visit_columns(ExperimentRow{}, description, [&](const char* name, const auto&) {
    header += header.empty() ? "" : ",";
    header += name;
  });
  return header + '\n';
}

void append_csv_line(const ExperimentRow& row, const CampaignDescription& description, std::string& text) {
  visit_columns(row, description, [&text](const char*, const auto& value) {
    append_csv(value, text);
    text += ',';
  });
  text.back() = '\n';
}

void append_json_line(const ExperimentRow& row, const CampaignDescription& description, std::string& text) {
  char before = '{';
  visit_columns(row, description, [&](const char* name, const auto& value) {
    text += before;
    text += '"';
    text += name;
    text += "\":";
    append_json(value, text);
    before = ',';
  });
  if (row.faults.size() > 1) {
    append_all_faults(row, description, text);
  }
  text += "}\n";
}

using LineWriter = void (*)(const ExperimentRow& row, const CampaignDescription& description, std::string& text);

void export_lines(const ResultStore& store, const std::string& path, std::string text, LineWriter append_line) {
  std::error_code ignored;
  if (std::filesystem::equivalent(path, store.path(), ignored)) {
    throw UserError(path, 0, "is the result store itself", "give another file");
  }
  OutputFile out(path);
  store.for_each([&](const ExperimentRow& row) {
    append_line(row, store.description(), text);
    if (text.size() > kBufferBytes) {
      out.write(text);
      text.clear();
    }
  });
  out.write(text);
  out.finish();
}

}  // namespace

void export_csv(const ResultStore& store, const std::string& path) {
  export_lines(store, path, csv_header(store.description()), append_csv_line);
}

void export_json_lines(const ResultStore& store, const std::string& path) {
  export_lines(store, path, "", append_json_line);
}

}  // namespace faultline::campaign
