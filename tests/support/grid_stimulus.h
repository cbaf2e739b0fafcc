#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>

#include "hw/common/signed_bits.h"
#include "hw/systolic/grid_config.h"
#include "sim/cosim/grid_edges.h"

namespace faultline::test {

using GridStimulus = cosim::GridEdges;

/// Edges as a busy controller drives them: an operand in every lane in every cycle; a new tile every `period` cycles,
/// for which stationary operands are shifted in for `rows` cycles and then loaded in a skewed wave, or sums are drained
/// for `rows` cycles.
inline GridStimulus busy_stimulus(const hw::GridConfig& config, int cycle, int period, std::mt19937& random) {
  const int phase = cycle % period;
  GridStimulus stimulus{hw::OperandEdge(config.rows), hw::OperandEdge(config.columns), hw::DrainEdge(config.columns)};
  for (int row = 0; row < config.rows; ++row) {
    stimulus.west.value[row] = static_cast<int8_t>(random());
    stimulus.west.valid[row] = 1;
    stimulus.west.control[row] = phase == (config.rows + row) % period ? 1 : 0;
  }
  const uint8_t tile_changes = phase < config.rows ? 1 : 0;
  for (int column = 0; column < config.columns; ++column) {
    stimulus.north.value[column] = static_cast<int8_t>(random());
    stimulus.north.valid[column] = 1;
    stimulus.north.control[column] = tile_changes;
    stimulus.drain.drain[column] = config.dataflow == hw::Dataflow::kOutputStationary ? tile_changes : uint8_t{0};
  }
  return stimulus;
}

/// Products without any structure: M(0, 0) is not 0 and M does not commute.
inline hw::Multiplier random_multiplier(std::mt19937& random) {
  std::array<int16_t, hw::Multiplier::kEntries> products;
  std::generate(products.begin(), products.end(), [&random] { return static_cast<int16_t>(random()); });
  return {"random", products};
}

/// The same for wide operands: a hash of both.
inline hw::Multiplier random_wide_multiplier(hw::OperandFormat format, std::mt19937& random) {
  const uint64_t key = random();
  const int bits = format.product_bits();
  return {"random", format, [key, bits](int64_t activation, int64_t weight) {
            const uint64_t mixed = (static_cast<uint64_t>(activation) * 0x9E3779B97F4A7C15 ^ key) +
                                   static_cast<uint64_t>(weight) * 0xC2B2AE3D27D4EB4F;
            return hw::wrap_to(static_cast<int64_t>(mixed ^ (mixed >> 29)), bits);
          }};
}

}  // namespace faultline::test
