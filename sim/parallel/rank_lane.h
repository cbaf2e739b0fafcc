#pragma once

#include <map>
#include <memory>
#include <vector>

#include "sim/parallel/lane.h"
#include "sim/parallel/ranks.h"

namespace faultline::parallel {

/// The other ranks as lanes of rank 0.
class RankLanes {
 public:
  /// Waits until every other rank has said how many workers it has. `ranks` must outlive the lanes.
  explicit RankLanes(Ranks& ranks);
  /// Tells them to end.
  ~RankLanes();
  RankLanes(const RankLanes&) = delete;
  RankLanes& operator=(const RankLanes&) = delete;

  std::vector<Lane*> lanes();

 private:
  class RankLane;
  void collect();

  Ranks& ranks_;
  std::map<int, std::unique_ptr<RankLane>> lanes_;
};

/// What another rank does: runs what rank 0 sends on its own lanes until it is told to end.
void serve_rank(Ranks& ranks, const std::vector<Lane*>& lanes);

}  // namespace faultline::parallel
