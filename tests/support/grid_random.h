#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "hw/fault/fault.h"
#include "tests/support/grid_stimulus.h"

namespace faultline::test {

/// Draws edges that no sane controller would show: stretches of random bits of random density, and idle stretches
/// long enough for a grid to come to rest.
class RandomEdges {
 public:
  RandomEdges(const hw::GridConfig& config, uint32_t seed) : config_(config), random_(seed) {}

  GridStimulus next() {
    if (remaining_ == 0) {
      begin_stretch();
    }
    --remaining_;
    GridStimulus stimulus{hw::OperandEdge(config_.rows), hw::OperandEdge(config_.columns),
                          hw::DrainEdge(config_.columns)};
    fill(stimulus.west, last_.west, load_density_);
    fill(stimulus.north, last_.north, shift_density_);
    for (int column = 0; column < config_.columns; ++column) {
      stimulus.drain.drain[column] = bit(drain_density_);
    }
    last_ = stimulus;
    return stimulus;
  }

 private:
  uint32_t below(uint32_t limit) { return static_cast<uint32_t>(random_()) % limit; }
  uint8_t bit(uint32_t percent) { return below(100) < percent ? 1 : 0; }

  void begin_stretch() {
    const uint32_t choices[] = {0, 0, 5, 50, 100};
    const auto density = [&] { return choices[below(5)]; };
    const bool idle = below(3) == 0;
    remaining_ = static_cast<int>(1 + below(static_cast<uint32_t>(config_.rows + config_.columns) + 12));
    hold_values_ = idle || below(4) == 0;
    zero_values_ = idle && below(2) == 0;
    valid_density_ = idle ? 0 : density();
    load_density_ = idle ? 0 : density();
    shift_density_ = idle ? 0 : density();
    drain_density_ = idle ? 0 : density();
  }
  void fill(hw::OperandEdge& edge, const hw::OperandEdge& last, uint32_t control_density) {
    for (int lane = 0; lane < edge.lanes; ++lane) {
      edge.value[lane] = zero_values_ ? int8_t{0} : hold_values_ ? last.value[lane] : static_cast<int8_t>(random_());
      edge.valid[lane] = bit(valid_density_);
      edge.control[lane] = bit(control_density);
    }
  }

  hw::GridConfig config_;
  std::mt19937 random_;
  GridStimulus last_;
  int remaining_ = 0;
  bool hold_values_ = false;
  bool zero_values_ = false;
  uint32_t valid_density_ = 0;
  uint32_t load_density_ = 0;
  uint32_t shift_density_ = 0;
  uint32_t drain_density_ = 0;
};

/// `count` faults of every model, single and multi-bit, once, intermittent and to the end, that open within `cycles`.
/// Every third fault strikes the site of the one before.
inline std::vector<hw::Fault> random_faults(const hw::StateTable& table, int count, uint32_t cycles,
                                            std::mt19937& random) {
  std::vector<hw::Fault> faults;
  for (int i = 0; i < count; ++i) {
    hw::Fault fault;
    fault.site.field = random() % table.fields().size();
    fault.site.element = random() % table.fields()[fault.site.field].element_count();
    if (i % 3 == 2) {
      fault.site = faults.back().site;
    }
    const hw::StateField& field = table.fields()[fault.site.field];
    fault.mask = uint64_t{1} << (random() % static_cast<uint32_t>(field.bits));
    if (random() % 4 == 0) {
      fault.mask |= random() & field.value_mask();
    }
    fault.model = static_cast<hw::FaultModel>(random() % 3);
    fault.start = random() % cycles;
    fault.duration = random() % 4 == 0 ? 0 : 1 + random() % 9;
    fault.period = random() % 3 == 0 ? 10 + random() % 10 : 0;
    faults.push_back(fault);
  }
  return faults;
}

/// A grid of up to `max_rows` x `max_columns` with any dataflow and an exact or random multiplier.
inline hw::GridConfig random_grid(int max_rows, int max_columns, std::mt19937& random) {
  const int rows = 1 + static_cast<int>(random() % static_cast<uint32_t>(max_rows));
  const int columns = 1 + static_cast<int>(random() % static_cast<uint32_t>(max_columns));
  const auto dataflow = static_cast<hw::Dataflow>(random() % 3);
  return {rows, columns, dataflow, random() % 2 == 0 ? hw::Multiplier() : random_multiplier(random)};
}

}  // namespace faultline::test
