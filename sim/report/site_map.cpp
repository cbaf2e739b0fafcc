#include "sim/report/site_map.h"

#include <cstddef>

namespace faultline::report {
namespace {

using campaign::CampaignDescription;
using Place = SiteMap::Place;

bool begins_with(const std::string& path, const std::string& prefix) {
  return path.rfind(prefix, 0) == 0;
}

/// The index of an element in one dimension of its field.
int index_in(const hw::StateField& field, size_t element, size_t dimension) {
  for (size_t inner = field.dimensions.size(); --inner > dimension;) {
    element /= static_cast<size_t>(field.dimensions[inner]);
  }
  return static_cast<int>(element % static_cast<size_t>(field.dimensions[dimension]));
}

std::optional<Place> in_array(const CampaignDescription& /*description*/, const hw::StateField& field, size_t element) {
  if (!begins_with(field.path, "array.pe[*][*].") || field.dimensions.size() != 2) {
    return std::nullopt;
  }
  return Place{index_in(field, element, 0), index_in(field, element, 1)};
}

/// Registers and wires of the arithmetic lanes; stages of their pipelines lie on one another.
std::optional<Place> in_lane(const CampaignDescription& /*description*/, const hw::StateField& field, size_t element) {
  if (begins_with(field.path, "partition[*].alu_lane[*].") || begins_with(field.path, "partition[*].mac_lane[*].")) {
    return Place{index_in(field, element, 0), index_in(field, element, 1)};
  }
  if (begins_with(field.path, "partition[*].alu_stage[*].lane[*].") ||
      begins_with(field.path, "partition[*].mac_stage[*].lane[*].")) {
    return Place{index_in(field, element, 0), index_in(field, element, 2)};
  }
  return std::nullopt;
}

std::optional<Place> in_warp(const CampaignDescription& /*description*/, const hw::StateField& field, size_t element) {
  for (const char* prefix : {"warp[*].", "scoreboard.warp[*].", "fetch.warp[*]."}) {
    if (begins_with(field.path, prefix)) {
      return Place{0, index_in(field, element, 0)};
    }
  }
  return std::nullopt;
}

std::optional<Place> in_bank(const CampaignDescription& description, const hw::StateField& field, size_t element) {
  if (!begins_with(field.path, "shared_memory.word[*]")) {
    return std::nullopt;
  }
  const int banks = description.experiment.at("accelerator").at("shared_banks").get<int>();
  return Place{0, static_cast<int>(element % static_cast<size_t>(banks))};
}

}  // namespace

const std::vector<SiteMap>& site_maps() {
  static const std::vector<SiteMap> kAll = {
      {"", "The array", "PE", "processing elements", "rows down, columns across", in_array},
      {"lanes-", "The lanes", "lane", "lanes", "partitions down, lanes across", in_lane},
      {"warps-", "The warps", "warp", "warps", "warps across", in_warp},
      {"banks-", "The banks of shared memory", "bank", "banks", "banks across", in_bank}};
  return kAll;
}

}  // namespace faultline::report
