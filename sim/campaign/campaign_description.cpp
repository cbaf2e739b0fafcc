#include "sim/campaign/campaign_description.h"

#include <fmt/format.h>

#include "sim/config/user_error.h"

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
                       {"confidence", description.confidence},
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
  description.experiments = json.at("experiments").get<uint64_t>();
  description.images_per_experiment = json.at("images_per_experiment").get<size_t>();
  description.weighted = json.at("weighted").get<bool>();
  description.distinct_population = json.at("distinct_population").get<uint64_t>();
  description.golden_cycles = json.at("golden_cycles").get<uint64_t>();
  description.confidence = json.at("confidence").get<double>();
  description.layers = json.at("layers").get<std::vector<std::string>>();
  for (const ordered_json& stratum : json.at("strata")) {
    description.strata.push_back({stratum.at("name").get<std::string>(), stratum.at("share").get<double>()});
  }
  description.shards.clear();
  for (const ordered_json& shard : json.at("shards")) {
    description.shards.push_back({shard.at("index").get<uint64_t>(), shard.at("of").get<uint64_t>()});
  }
  for (const ordered_json& field : json.at("fields")) {
    description.fields.push_back(field_from_json(field));
  }
  return description;
}

void require_same_campaign(const CampaignDescription& expected, const CampaignDescription& found,
                           const std::string& file) {
  const ordered_json wanted = expected.identity().flatten();
  const ordered_json held = found.identity().flatten();
  for (const auto& [key, value] : wanted.items()) {
    const auto other = held.find(key);
    if (other == held.end() || *other != value) {
      throw UserError(file, 0,
                      fmt::format("is of another campaign: {} is {}, not {}", key.substr(1),
                                  other == held.end() ? "missing" : other->dump(), value.dump()),
                      "use the experiment, files and version that it was made with");
    }
  }
  if (wanted.size() != held.size()) {
    throw UserError(file, 0, "is of another campaign: its description has other keys",
                    "use the experiment, files and version that it was made with");
  }
}

std::string site_path(const CampaignDescription& description, const hw::Site& site) {
  return hw::element_path(description.fields.at(site.field), site.element);
}

std::string layer_name(const CampaignDescription& description, int layer) {
  return layer == kWholeRunLayer ? kWholeRun : description.layers.at(static_cast<size_t>(layer));
}

}  // namespace faultline::campaign
