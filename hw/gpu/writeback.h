#pragma once

#include <cstdint>

#include "hw/gpu/instruction.h"
#include "hw/gpu/launch_registers.h"
#include "hw/gpu/register_file.h"
#include "hw/gpu/scoreboard.h"
#include "hw/gpu/sm_config.h"
#include "hw/gpu/warp_table.h"

namespace faultline::hw::gpu {

/// What leaves a unit in one cycle: the results of some neighbouring lanes of a warp.
struct LaneResults {
  int warp = 0;
  uint8_t opcode = 0;
  uint8_t destination = 0;
  int first_lane = 0;
  int lanes = 0;
  uint32_t mask = 0;  ///< of the lanes that write, bit 0 for first_lane
  const uint32_t* values = nullptr;
  bool last = true;  ///< the instruction ends with these
};

/// Writes results to registers and predicates and ends instructions. Results of warps that do not exist are dropped.
class Writeback {
 public:
  Writeback(const SmConfig& config, const LaunchRegisters& launch, const WarpTable& warps,
            const RegisterFile& registers, const Scoreboard& scoreboard)
      : warps_count_(config.warps),
        warp_size_(config.warp_size),
        launch_(launch),
        warps_(warps),
        registers_(registers),
        scoreboard_(scoreboard) {}

  void write(const LaneResults& results) const {
    const OpcodeInfo* info = opcode_info(results.opcode);
    if (results.warp >= warps_count_ || results.first_lane + results.lanes > warp_size_ || info == nullptr) {
      return;
    }
    if (info->writes_register) {
      registers_.write(results.warp, launch_.registers.get(), results.destination, results.first_lane, results.lanes,
                       results.mask, results.values);
    }
    if (info->writes_predicate) {
      write_predicate(results);
    }
    if (results.last) {
      Instruction ended;
      ended.opcode = static_cast<Opcode>(results.opcode);
      ended.rd = results.destination;
      scoreboard_.clear(results.warp, ended);
      warps_.add_in_flight(results.warp, -1);
    }
  }

 private:
  void write_predicate(const LaneResults& results) const {
    uint32_t values = 0;
    for (int lane = 0; lane < results.lanes; ++lane) {
      values |= (results.values[lane] & 1) << lane;
    }
    warps_.set_predicate(results.warp, results.destination & 7, results.mask << results.first_lane,
                         values << results.first_lane);
  }

  int warps_count_;
  int warp_size_;
  const LaunchRegisters& launch_;
  const WarpTable& warps_;
  const RegisterFile& registers_;
  const Scoreboard& scoreboard_;
};

}  // namespace faultline::hw::gpu
