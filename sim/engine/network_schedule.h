#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "sim/engine/command_timeline.h"
#include "sim/mapping/network_compiler.h"

namespace faultline::engine {

constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

/// One command of a network, and when it runs.
struct ScheduledCommand {
  size_t number = 0;  ///< among all commands of the network, in order
  size_t layer = 0;   ///< in CompiledNetwork::layers
  const mapping::Step* step = nullptr;
  hw::Opcode opcode = hw::Opcode::kLoad;
  uint64_t first_cycle = 0;  ///< the controller is busy with it in [first_cycle, last_cycle]
  uint64_t last_cycle = 0;

  const hw::CommandDescriptor& descriptor() const { return step->command; }
};

/// What all commands of a network do to the buffers, and in which cycle: the same for every input.
///
/// "Written at cycle w" means that the word has its new value from cycle w on: a flip in an earlier cycle is lost.
/// "Read at cycle e" means that the edge which begins cycle e takes the value that the word had in cycle e - 1: flips
/// before e are read.
class NetworkSchedule {
 public:
  /// `compiled` and `timeline` belong to the same network; the schedule keeps references to `compiled`.
  NetworkSchedule(const mapping::CompiledNetwork& compiled, const CommandTimeline& timeline,
                  const hw::AcceleratorConfig& config);

  const std::vector<ScheduledCommand>& commands() const { return commands_; }
  const mapping::LayerProgram& layer(size_t index) const { return compiled_.layers[index]; }
  size_t layers() const { return compiled_.layers.size(); }
  const hw::AcceleratorConfig& config() const { return config_; }
  /// The last cycle of the inference.
  uint64_t last_cycle() const { return total_cycles_ - 1; }
  uint64_t total_cycles() const { return total_cycles_; }

  /// The number of the first command that has not ended before `cycle`; the number of commands when all have.
  size_t first_running(uint64_t cycle) const;
  /// One past the last command of a layer.
  size_t end_of_layer(size_t layer) const { return layer_end_[layer]; }

  /// A transfer (kLoad, kStore) moves buffer byte `address` in this beat, or nothing when it does not.
  static std::optional<int64_t> beat_of(const hw::CommandDescriptor& transfer, int64_t address, int bus_bytes);
  /// Buffer addresses [begin, end) of a beat; empty beyond the last beat.
  struct Bytes {
    int64_t begin = 0;
    int64_t end = 0;
  };
  static Bytes bytes_of(const hw::CommandDescriptor& transfer, int64_t beat, int bus_bytes);
  static int64_t beats(const hw::CommandDescriptor& transfer, int bus_bytes);

  /// The cycle at which a kLoad writes a beat; dma.write.* holds it one cycle earlier.
  uint64_t load_written(const ScheduledCommand& load, int64_t beat) const {
    return load.first_cycle + 4 + static_cast<uint64_t>(config_.dram_latency) + static_cast<uint64_t>(beat);
  }
  /// When the command writes a byte of a buffer, or nothing when it does not.
  std::optional<uint64_t> written(const ScheduledCommand& command, hw::LoadTarget target, int64_t address) const;

  /// The last load into a buffer before command `before` that covers an address, or nullptr.
  const ScheduledCommand* content_of(hw::LoadTarget target, int64_t address, size_t before) const;
  /// The last load that has written an address by `cycle`, or nullptr.
  const ScheduledCommand* content_at(hw::LoadTarget target, int64_t address, uint64_t cycle) const;
  /// The first cycle after `cycle` at which a load writes an address, or kNever.
  uint64_t next_write(hw::LoadTarget target, int64_t address, uint64_t cycle) const;

  /// The constant that a load puts at a buffer address.
  uint8_t constant(const ScheduledCommand& load, int64_t address) const {
    return constants_of(load)[address - load.descriptor().buffer_address];
  }
  /// All constants that a load brings. Transfers into buffers are contiguous on both sides (sim/mapping/transfers.h).
  const uint8_t* constants_of(const ScheduledCommand& load) const {
    return constants_.data() + (int64_t{load.descriptor().dram_address} - compiled_.constants_begin);
  }
  /// The last load into a buffer before command `before`, or nullptr.
  const ScheduledCommand* last_load(hw::LoadTarget target, size_t before) const;

  /// The cycle of the last write of a byte of a loaded buffer; 0 when none.
  uint64_t last_written(hw::LoadTarget target, int64_t address) const {
    return last_loads_[static_cast<size_t>(target)][static_cast<size_t>(address)];
  }

 private:
  const mapping::CompiledNetwork& compiled_;
  const hw::AcceleratorConfig& config_;
  std::vector<ScheduledCommand> commands_;
  std::vector<size_t> layer_end_;
  std::vector<size_t> loads_[4];         ///< by LoadTarget: numbers of the commands
  std::vector<uint64_t> last_loads_[4];  ///< by LoadTarget: cycle of the last write by address
  std::vector<uint8_t> constants_;
  uint64_t total_cycles_;
};

}  // namespace faultline::engine
