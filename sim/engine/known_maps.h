#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "hw/fault/faults.h"
#include "sim/engine/stuck_array.h"
#include "sim/engine/stuck_bits.h"

namespace faultline::engine {

/// The arrays with the maps of permanent faults that were taken up last: a campaign goes through all its maps with each
/// image. About 2 MB a map at 256x256.
template <typename Code>
class KnownMaps {
 public:
  /// Takes up a map: one that is not known replaces the oldest. False when it cannot be followed (StuckArray::of).
  bool take(const hw::Faults& faults, const hw::StateTable& table, const hw::GridConfig& grid) {
    const auto found =
        std::find_if(maps_.begin(), maps_.end(), [&](const Map& other) { return other.faults == faults; });
    taken_up_ = static_cast<size_t>(found - maps_.begin());
    if (found == maps_.end()) {
      add({faults, StuckArray<Code>::of(faults, table, grid)});
    }
    return maps_[taken_up_].array.has_value();
  }

  /// With the map taken up, which can be followed.
  const StuckArray<Code>& array() const { return *maps_[taken_up_].array; }

 private:
  static constexpr size_t kMost = 32;

  struct Map {
    hw::Faults faults;
    std::optional<StuckArray<Code>> array;
  };

  void add(Map map) {
    if (maps_.size() < kMost) {
      maps_.push_back(std::move(map));
      return;
    }
    taken_up_ = oldest_;
    maps_[oldest_] = std::move(map);
    oldest_ = (oldest_ + 1) % kMost;
  }

  std::vector<Map> maps_;
  size_t oldest_ = 0;  ///< once all places are taken
  size_t taken_up_ = 0;
};

}  // namespace faultline::engine
