#include "sim/campaign/campaign_description.h"

#include "sim/campaign/json_number.h"

namespace faultline::campaign {
namespace {

using nlohmann::ordered_json;

ordered_json field_json(const hw::StateField& field) {
  return {{"path", field.path},
          {"kind", to_string(field.kind)},
          {"bits", field.bits},
          {"signed", field.is_signed},
          {"dimensions", field.dimensions}};
}

/// A value for a message, not longer than a line.
std::string shown(const ordered_json& value) {
  constexpr size_t kLongest = 60;
  const std::string text = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return text.size() <= kLongest ? text : text.substr(0, kLongest) + "...";
}

/// The first difference below two values that differ; `path` leads to them.
DescriptionDifference first_difference(const std::string& path, const ordered_json& expected,
                                       const ordered_json& found) {
  const auto below = [&path](const std::string& key) { return path.empty() ? key : path + "." + key; };
  if (expected.is_object() && found.is_object()) {
    for (const auto& [key, value] : expected.items()) {
      const ordered_json other = found.value(key, ordered_json());
      if (other != value) {
        return first_difference(below(key), value, other);
      }
    }
    for (const auto& [key, value] : found.items()) {
      if (!expected.contains(key)) {
        return {below(key), shown(nullptr), shown(value)};
      }
    }
  }
  return {path, shown(expected), shown(found)};
}

hw::StateKind parse_kind(const std::string& name) {
  for (const hw::StateKind kind : {hw::StateKind::kRegister, hw::StateKind::kMemory, hw::StateKind::kWire}) {
    if (name == to_string(kind)) {
      return kind;
    }
  }
  return hw::StateKind::kEnvironment;
}

hw::StateField field_from_json(const ordered_json& json) {
  hw::StateField field;
  field.path = json.at("path").get<std::string>();
  field.kind = parse_kind(json.at("kind").get<std::string>());
  field.bits = json.at("bits").get<int>();
  field.is_signed = json.at("signed").get<bool>();
  field.dimensions = json.at("dimensions").get<std::vector<int>>();
  return field;
}

}  // namespace

ordered_json CampaignDescription::identity() const {
  ordered_json json = to_json(*this);
  json.erase("shards");
  json.erase("finished");
  return json;
}

ordered_json to_json(const CampaignDescription& description) {
  ordered_json json = {{"version", description.version},
                       {"experiment", description.experiment},
                       {"hashes", description.hashes},
                       {"population", description.population},
                       {"experiments", description.experiments},
                       {"images_per_experiment", description.images_per_experiment},
                       {"weighted", description.weighted},
                       {"distinct_population", description.distinct_population},
                       {"golden_cycles", description.golden_cycles},
                       {"pilot", description.pilot},
                       {"confidence", description.confidence},
                       {"interval_confidence", description.interval_confidence},
                       {"finished", description.finished},
                       {"layers", description.layers}};
  for (const StratumDescription& stratum : description.strata) {
    json["strata"].push_back({{"name", stratum.name}, {"share", stratum.share}});
  }
  for (const Shard& shard : description.shards) {
    json["shards"].push_back({{"index", shard.index}, {"of", shard.of}});
  }
  for (const hw::StateField& field : description.fields) {
    json["fields"].push_back(field_json(field));
  }
  return json;
}

CampaignDescription description_from_json(const ordered_json& json) {
  CampaignDescription description;
  description.version = json.at("version").get<std::string>();
  description.experiment = json.at("experiment");
  description.hashes = json.at("hashes");
  description.population = json.at("population");
  description.experiments = whole_json_number(json.at("experiments"));
  description.images_per_experiment = whole_json_number(json.at("images_per_experiment"));
  description.weighted = json.at("weighted").get<bool>();
  description.distinct_population = whole_json_number(json.at("distinct_population"));
  description.golden_cycles = whole_json_number(json.at("golden_cycles"));
  description.pilot = whole_json_number(json.at("pilot"));
  description.confidence = json.at("confidence").get<double>();
  description.interval_confidence = json.at("interval_confidence").get<double>();
  description.finished = whole_json_number(json.at("finished"));
  description.layers = json.at("layers").get<std::vector<std::string>>();
  for (const ordered_json& stratum : json.at("strata")) {
    description.strata.push_back({stratum.at("name").get<std::string>(), stratum.at("share").get<double>()});
  }
  description.shards.clear();
  for (const ordered_json& shard : json.at("shards")) {
    description.shards.push_back({whole_json_number(shard.at("index")), whole_json_number(shard.at("of"))});
  }
  for (const ordered_json& field : json.at("fields")) {
    description.fields.push_back(field_from_json(field));
  }
  return description;
}

std::optional<DescriptionDifference> difference_between(const CampaignDescription& expected,
                                                        const CampaignDescription& found) {
  const ordered_json one = expected.identity();
  const ordered_json other = found.identity();
  return one == other ? std::nullopt : std::optional(first_difference("", one, other));
}

uint64_t experiments_asked(const CampaignDescription& description) {
  const uint64_t all = description.finished > 0 ? description.finished : description.experiments;
  uint64_t count = 0;
  for (const Shard& shard : description.shards) {
    count += all / shard.of + (all % shard.of >= shard.index ? 1 : 0);
  }
  return count;
}

std::string site_path(const CampaignDescription& description, const hw::Site& site) {
  return hw::element_path(description.fields.at(site.field), site.element);
}

std::string layer_name(const CampaignDescription& description, int layer) {
  return layer == kWholeRunLayer ? kWholeRun : description.layers.at(static_cast<size_t>(layer));
}

}  // namespace faultline::campaign
