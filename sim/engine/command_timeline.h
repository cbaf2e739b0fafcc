#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/mapping/network_compiler.h"

namespace faultline::engine {

/// When a command ran: the controller was busy with it in cycles [first_cycle, last_cycle].
struct CommandSpan {
  size_t layer = 0;  ///< in CompiledNetwork::layers
  size_t step = 0;   ///< in LayerProgram::steps
  uint64_t first_cycle = 0;
  uint64_t last_cycle = 0;
};

/// When every command of a network runs. The same for every input, since no cycle depends on data: recorded from one
/// simulated inference without values.
class CommandTimeline {
 public:
  /// `compiled` is what the engine runs: the same network compiled for the same configuration.
  CommandTimeline(AcceleratorEngine& engine, const mapping::CompiledNetwork& compiled);

  const CommandSpan& at(size_t layer, size_t step) const { return spans_.at(first_of_layer_.at(layer) + step); }
  /// The command that the controller is busy with in a cycle, or nullptr when it is idle or the cycle is beyond the
  /// end.
  const CommandSpan* find(uint64_t cycle) const;
  /// Cycles of the whole inference.
  uint64_t total_cycles() const { return total_cycles_; }
  /// Cycles of its layers.
  const std::vector<LayerCycles>& layers() const { return layers_; }

 private:
  std::vector<CommandSpan> spans_;  ///< in order
  std::vector<size_t> first_of_layer_;
  uint64_t total_cycles_ = 0;
  std::vector<LayerCycles> layers_;
};

}  // namespace faultline::engine
