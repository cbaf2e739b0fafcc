#include "sim/engine/command_timeline.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace faultline::engine {
namespace {

/// An input of the declared type, all 0.
model::Values zero_input(const model::Network& network) {
  const model::TensorInfo& info = network.tensor(network.graph_input);
  return model::zero_values(info.type, static_cast<size_t>(model::element_count(info.shape)));
}

/// Most of a large array's cost is its grid, whose values nobody looks at here.
class SleepingGrid {
 public:
  explicit SleepingGrid(Platform& platform) : platform_(platform) { platform_.suspend_grid(true); }
  ~SleepingGrid() { platform_.suspend_grid(false); }
  SleepingGrid(const SleepingGrid&) = delete;
  SleepingGrid& operator=(const SleepingGrid&) = delete;

 private:
  Platform& platform_;
};

/// Notes when the controller is busy: between two commands it is idle for at least a cycle.
class BusyRecorder {
 public:
  explicit BusyRecorder(Platform& platform)
      : platform_(platform), site_{platform.state().field_index("controller.state"), 0} {
    platform_.observe([this](uint64_t cycle) { record(cycle); });
  }
  ~BusyRecorder() { platform_.observe(nullptr); }
  BusyRecorder(const BusyRecorder&) = delete;
  BusyRecorder& operator=(const BusyRecorder&) = delete;

  const std::vector<CommandSpan>& spans() const { return spans_; }

 private:
  void record(uint64_t cycle) {
    const bool busy = platform_.state().peek(site_) != 0;
    if (busy && !was_busy_) {
      spans_.push_back({0, 0, cycle, cycle});
    } else if (busy) {
      spans_.back().last_cycle = cycle;
    }
    was_busy_ = busy;
  }

  Platform& platform_;
  hw::Site site_;
  bool was_busy_ = false;
  std::vector<CommandSpan> spans_;
};

}  // namespace

CommandTimeline::CommandTimeline(AcceleratorEngine& engine, const mapping::CompiledNetwork& compiled) {
  {
    const SleepingGrid sleeping(engine.platform());
    const BusyRecorder recorder(engine.platform());
    AcceleratorRun run = engine.run(zero_input(engine.network()));
    total_cycles_ = run.total_cycles;
    layers_ = std::move(run.layers);
    spans_ = recorder.spans();
  }
  size_t next = 0;
  for (size_t layer = 0; layer < compiled.layers.size(); ++layer) {
    first_of_layer_.push_back(next);
    for (size_t step = 0; step < compiled.layers[layer].steps.size() && next < spans_.size(); ++step, ++next) {
      spans_[next].layer = layer;
      spans_[next].step = step;
    }
  }
  if (next != spans_.size()) {
    throw std::logic_error("the commands that ran are not those of the compiled network");
  }
}

const CommandSpan* CommandTimeline::find(uint64_t cycle) const {
  const auto after = std::upper_bound(spans_.begin(), spans_.end(), cycle,
                                      [](uint64_t c, const CommandSpan& span) { return c < span.first_cycle; });
  if (after == spans_.begin() || std::prev(after)->last_cycle < cycle) {
    return nullptr;
  }
  return &*std::prev(after);
}

}  // namespace faultline::engine
