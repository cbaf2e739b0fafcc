#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "sim/campaign/campaign.h"
#include "sim/inject/experiment_source.h"

namespace faultline::campaign {

/// Experiments [first, end).
struct ExperimentRange {
  uint64_t first = 0;
  uint64_t end = 0;

  bool operator==(const ExperimentRange& other) const { return first == other.first && end == other.end; }
  uint64_t size() const { return end - first; }
};

/// All runs of a range of experiments, in any order.
struct RangeRuns {
  ExperimentRange range;
  std::vector<Run> runs;
};

/// The runs of a range of experiments that are wanted, handed out a share at a time.
///
/// Numbers are planned in windows: within one, runs are in order of their images, because a golden inference serves one
/// image; a window's rows lie close together in the store, and what is planned stays small however large the campaign
/// is. Which images experiments strike, whoever runs a share may find out for the next window.
class RunQueue {
 public:
  /// What is wanted of a range.
  using Wanted = std::function<bool(uint64_t number, size_t image)>;
  using WantedOf = std::function<Wanted(const ExperimentRange& range)>;

  /// `images` is how many there are to strike. `source` must outlive the queue.
  RunQueue(const inject::ExperimentSource& source, size_t images, const ExperimentRange& all, WantedOf wanted);

  /// Runs that are left; an upper bound while some have not been planned.
  uint64_t left() const;
  /// At most `most` runs, fewer where the image changes after at least half of them; none: nothing is left.
  std::vector<Run> take(size_t most);
  /// Experiments of the next window, as many as are due with a share of so many runs, whose runs may be told by plan();
  /// of those that are not told in time the queue finds out itself.
  ExperimentRange ask(size_t runs);
  /// Takes the runs of what was asked for.
  void plan(const RangeRuns& told);

 private:
  void add_wanted(const std::vector<Run>& runs);
  void begin_next_window();

  const inject::ExperimentSource& source_;
  WantedOf wanted_of_;
  uint64_t end_;
  uint64_t window_;                     ///< experiments
  std::vector<Run> runs_;               ///< of the window that is being handed out
  size_t taken_ = 0;                    ///< of runs_
  ExperimentRange next_;                ///< of the window that is being planned, those that nobody was asked for
  std::vector<ExperimentRange> asked_;  ///< of that window
  Wanted wanted_;                       ///< of that window
  std::vector<Run> planned_;            ///< of that window
};

}  // namespace faultline::campaign
