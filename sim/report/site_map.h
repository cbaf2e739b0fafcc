#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/campaign/campaign_description.h"

namespace faultline::report {

/// A picture of a machine in squares, and which sites lie in which of them.
struct SiteMap {
  using Place = std::pair<int, int>;  ///< row and column

  std::string id;       ///< a word for element ids; empty for the array's
  std::string heading;  ///< "The array"
  std::string unit;     ///< of one square: "PE"
  std::string units;    ///< "processing elements"
  std::string axes;     ///< "rows down, columns across"
  /// Where an element of a field lies; nothing: not on this map. Of every field, one of the last 64 elements lies
  /// farthest down and right.
  std::function<std::optional<Place>(const campaign::CampaignDescription& description, const hw::StateField& field,
                                     size_t element)>
      place;
};

/// The maps of all machines: an array's processing elements, a GPU's lanes, warps and shared-memory banks.
const std::vector<SiteMap>& site_maps();

}  // namespace faultline::report
