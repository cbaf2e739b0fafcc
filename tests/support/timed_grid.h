#pragma once

#include <ctime>
#include <functional>
#include <string>
#include <systemc>
#include <utility>
#include <vector>

#include "tests/support/grid_harness.h"

namespace faultline::test {

inline const sc_core::sc_time kHalfPeriod(1, sc_core::SC_NS);

/// A clock and a source of edges that rest unless they are told to run, so that a grid can be timed alone.
class StoppableClock : public sc_core::sc_module {
 public:
  sc_core::sc_signal<bool> level{"level"};

  StoppableClock(const sc_core::sc_module_name& name, std::function<void()> show_next)
      : sc_module(name), show_next_(std::move(show_next)) {
    SC_HAS_PROCESS(StoppableClock);
    SC_METHOD(toggle);
    sensitive << start_;
    dont_initialize();
    SC_METHOD(show);
    sensitive << level.posedge_event();
    dont_initialize();
  }

  /// Seconds of processor time that `cycles` cycles take.
  double run(int cycles) {
    const std::clock_t begin = std::clock();
    toggles_left_ = 2 * cycles;
    start_.notify(sc_core::SC_ZERO_TIME);
    sc_core::sc_start(kHalfPeriod * (2 * cycles));
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  }

 private:
  void toggle() {
    if (toggles_left_ == 0) {
      return;
    }
    --toggles_left_;
    level.write(!level.read());
    next_trigger(toggles_left_ > 0 ? kHalfPeriod : sc_core::sc_time(sc_core::SC_ZERO_TIME));
  }
  void show() { show_next_(); }

  sc_core::sc_event start_;
  std::function<void()> show_next_;
  int toggles_left_ = 0;
};

/// A grid with a clock of its own, shown the same edges over and over.
template <class Grid>
class TimedGrid {
 public:
  TimedGrid(const std::string& name, const hw::GridConfig& config, const hw::CycleClock& cycle_clock,
            const std::vector<GridStimulus>& stimuli,
            const typename GridHarness<Grid>::MakeGrid& make = GridHarness<Grid>::standard())
      : stimuli_(stimuli),
        clock_((name + "_clock").c_str(), [this] { show_next(); }),
        harness_(name, config, cycle_clock, clock_.level, make) {}

  double run(int cycles) { return clock_.run(cycles); }
  const hw::StateTable& table() const { return harness_.table; }

 private:
  void show_next() {
    harness_.show(stimuli_[next_]);
    next_ = next_ + 1 == stimuli_.size() ? 0 : next_ + 1;
  }

  const std::vector<GridStimulus>& stimuli_;
  size_t next_ = 0;
  StoppableClock clock_;
  GridHarness<Grid> harness_;
};

}  // namespace faultline::test
