#pragma once

#include <cstddef>
#include <vector>

#include "sim/campaign/workers.h"
#include "sim/parallel/lane.h"
#include "sim/parallel/share_size.h"

namespace faultline::parallel {

/// Hands runs to lanes as they become free, few at a time towards the end, so that all finish together.
class Scheduler : public campaign::Workers {
 public:
  /// At least one lane; they must outlive the scheduler.
  explicit Scheduler(const std::vector<Lane*>& lanes);
  void settle(const std::vector<inject::PilotCount>& by_stratum) override;
  void run(campaign::RunQueue& queue, const RowSink& sink) override;

 private:
  /// A lane and what it has to do.
  struct Employed {
    Lane* lane;
    ShareSize share;
    size_t sent = 0;        ///< runs of the last share
    size_t unanswered = 0;  ///< runs without a row yet
  };

  bool wants_more(const Employed& employed) const;
  void feed(Employed& employed, campaign::RunQueue& queue);
  bool collect(Employed& employed, campaign::RunQueue& queue, const RowSink& sink);

  std::vector<Lane*> lanes_;
  std::vector<Employed> employed_;
  size_t width_ = 0;  ///< of all lanes
};

}  // namespace faultline::parallel
