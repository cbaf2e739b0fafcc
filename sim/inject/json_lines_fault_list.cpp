#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include <fmt/format.h>

#include "sim/inject/fault_list.h"
#include "sim/inject/fault_list_fields.h"
#include "sim/inject/fault_text.h"

namespace faultline::inject {
namespace {

using nlohmann::ordered_json;

/// The text of a string or a whole number; other values are errors.
std::string text_of(const nlohmann::json& value, const std::string& key, const TextPlace& place) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  if (value.is_number_unsigned()) {
    return std::to_string(value.get<uint64_t>());
  }
  place.fail(fmt::format("{} is neither a text nor a whole number from 0", key), "write it like 64 or \"0x40\"");
}

nlohmann::json parse(const std::string& line, const TextPlace& place) {
  nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
  if (!object.is_object()) {
    place.fail("not a JSON object",
               "write one object per line, like {\"path\": \"buffer.weight[0]\", \"mask\": 1, \"model\": \"flip\"}");
  }
  const auto& known = fault_list_columns();
  for (const auto& item : object.items()) {
    if (std::find(known.begin(), known.end(), item.key()) == known.end()) {
      place.fail(fmt::format("unknown key '{}'", item.key()), fmt::format("the keys are {}", fmt::join(known, ", ")));
    }
  }
  return object;
}

std::vector<FaultListEntry> read_json_lines(std::istream& in, const std::string& file) {
  std::vector<FaultListEntry> entries;
  std::string line;
  for (TextPlace place{file, 1}; std::getline(in, line); ++place.line) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) {
      continue;
    }
    const nlohmann::json object = parse(line, place);
    entries.push_back(make_entry(
        [&](const std::string& key) {
          return object.contains(key) ? std::optional(text_of(object[key], key, place)) : std::nullopt;
        },
        place));
  }
  return entries;
}

void write_json_lines(const std::vector<FaultListEntry>& entries, std::ostream& out) {
  for (const FaultListEntry& entry : entries) {
    ordered_json object = {{"path", entry.path},
                           {"mask", fmt::format("{:#x}", entry.mask)},
                           {"model", to_string(entry.model)},
                           {"start", entry.start},
                           {"duration", entry.duration},
                           {"period", entry.period}};
    if (!entry.experiment.empty()) {
      object["experiment"] = entry.experiment;
    }
    out << object.dump() << '\n';
  }
}

const FaultListFormatRegistration kRegistration{{".jsonl", read_json_lines, write_json_lines}};

}  // namespace
}  // namespace faultline::inject
