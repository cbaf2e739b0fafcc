#pragma once

#include <cstdint>
#include <string>

#include "hw/common/state_register.h"
#include "hw/gpu/instruction.h"
#include "hw/gpu/sm_config.h"

namespace faultline::hw::gpu {

/// What travels beside the data of one stage of the partitions' pipelines.
class PipelineControl {
 public:
  /// `unit` and `stage` name the registers: partition[*].<unit>.<stage>.warp and so on.
  PipelineControl(const SmConfig& config, StateTable& table, const std::string& unit, const std::string& stage)
      : valid(table, path(unit, stage, "valid"), 1, {config.partitions}),
        warp(table, path(unit, stage, "warp"), 6, {config.partitions}),
        opcode(table, path(unit, stage, "opcode"), kOpcodeBits, {config.partitions}),
        destination(table, path(unit, stage, "destination"), kRegisterBits, {config.partitions}),
        modifier(table, path(unit, stage, "modifier"), 3, {config.partitions}),
        beat(table, path(unit, stage, "beat"), 5, {config.partitions}),
        mask(table, path(unit, stage, "mask"), config.lanes, {config.partitions}) {}

  /// Takes the stage before's values for one partition; the data registers follow only where this is true.
  bool take(const PipelineControl& before, size_t partition) const {
    const bool moves = before.valid.get(partition) != 0;
    valid.set(moves, partition);
    if (moves) {
      warp.set(before.warp.get(partition), partition);
      opcode.set(before.opcode.get(partition), partition);
      destination.set(before.destination.get(partition), partition);
      modifier.set(before.modifier.get(partition), partition);
      beat.set(before.beat.get(partition), partition);
      mask.set(before.mask.get(partition), partition);
    }
    return moves;
  }

  StateRegister<uint8_t> valid, warp, opcode, destination, modifier, beat;
  StateRegister<uint32_t> mask;

 private:
  static std::string path(const std::string& unit, const std::string& stage, const char* field) {
    return "partition[*]." + unit + "." + stage + "." + field;
  }
};

/// One beat of an instruction as a pipeline takes it: `lanes` neighbouring threads.
struct Beat {
  int warp = 0;
  Instruction instruction;
  int number = 0;
  uint32_t mask = 0;  ///< bit 0 is the beat's first lane
  const uint32_t* a = nullptr;
  const uint32_t* b = nullptr;
  const uint32_t* c = nullptr;
  const uint32_t* d = nullptr;
};

/// Fills a stage's control for one partition.
inline void set_control(const PipelineControl& control, size_t partition, const Beat& beat) {
  control.valid.set(1, partition);
  control.warp.set(beat.warp, partition);
  control.opcode.set(static_cast<int64_t>(beat.instruction.opcode), partition);
  control.destination.set(beat.instruction.rd, partition);
  control.modifier.set(beat.instruction.modifier, partition);
  control.beat.set(beat.number, partition);
  control.mask.set(beat.mask, partition);
}

}  // namespace faultline::hw::gpu
