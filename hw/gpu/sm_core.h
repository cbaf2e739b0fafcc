#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "hw/fault/fault_taps.h"
#include "hw/gpu/alu_pipeline.h"
#include "hw/gpu/block_dispatcher.h"
#include "hw/gpu/global_memory_word.h"
#include "hw/gpu/global_queue.h"
#include "hw/gpu/instruction_fetch.h"
#include "hw/gpu/kernel_launch.h"
#include "hw/gpu/launch_registers.h"
#include "hw/gpu/load_store_unit.h"
#include "hw/gpu/mac_pipeline.h"
#include "hw/gpu/operand_collector.h"
#include "hw/gpu/register_file.h"
#include "hw/gpu/scheduling_policy.h"
#include "hw/gpu/scoreboard.h"
#include "hw/gpu/shared_memory.h"
#include "hw/gpu/sm_config.h"
#include "hw/gpu/sm_statistics.h"
#include "hw/gpu/warp_table.h"
#include "hw/gpu/writeback.h"

namespace faultline::hw::gpu {

/// A GPU's streaming multiprocessor, one cycle per step(). docs/gpu.md is its contract.
///
/// In a cycle the stages act from the back of the pipeline to its front, so each sees what those behind it freed in
/// the same cycle and what those before it held before the edge.
class SmCore {
 public:
  enum class Cause : uint8_t { kNone = 0, kIllegalInstruction = 1, kIllegalAddress = 2, kIllegalLaunch = 3 };

  struct Inputs {
    bool launch_valid = false;
    const KernelLaunch& launch;
    const GlobalResponse& response;
  };

  /// Validates `config`; registers all state in `table`. Both and `taps` must outlive the core.
  SmCore(const SmConfig& config, StateTable& table, FaultTaps& taps);
  SmCore(const SmCore&) = delete;
  SmCore& operator=(const SmCore&) = delete;

  void step(const Inputs& inputs, uint64_t cycle);

  /// A valid launch is taken at the next edge.
  bool ready() const { return state_.get() == kIdle; }
  /// An illegal instruction, address or launch has stopped the multiprocessor until reset.
  bool trapped() const { return state_.get() == kTrapped; }
  Cause cause() const { return static_cast<Cause>(cause_.get()); }
  GlobalRequest request() const { return queue_.request(); }

  /// Shows `probe` where data goes; nullptr: nobody. Costs one branch per event when unset.
  void watch(SmProbe* probe);

  const SmStatistics& statistics() const { return statistics_; }
  void set_statistics(const SmStatistics& statistics) { statistics_ = statistics; }

 private:
  enum State : uint8_t { kIdle = 0, kRunning = 1, kTrapped = 2 };

  void take_launch(const KernelLaunch& launch) const;
  void run(const GlobalResponse& response, uint64_t cycle);
  void count_warps();
  void trap(Cause cause) const;

  void dispatch_to(Unit unit, int partition);
  void dispatch_memory();
  int collector_for(Unit unit, int partition) const;
  Beat beat_of(int collector, const Instruction& instruction, int number, int lanes);
  const uint32_t* second_operand(int collector, const Instruction& instruction);
  uint32_t special(const Instruction& instruction, int warp, int lane) const;

  void issue(int partition);
  bool legal(const std::optional<Instruction>& instruction) const;
  bool can_issue(int partition, int warp) const;
  void issue_warp(int partition, int warp);
  void execute_control(int warp, const Instruction& instruction, uint32_t threads, uint32_t active) const;
  void send_to_collector(int partition, int warp, const Instruction& instruction, uint32_t active) const;
  void follow(int warp) const;

  const SmConfig config_;
  FaultTaps& taps_;
  const SchedulingPolicy& policy_;
  SmStatistics statistics_;
  SmProbe* probe_ = nullptr;

  StateRegister<uint8_t> state_, cause_, last_issued_, memory_turn_;
  LaunchRegisters launch_;
  WarpTable warps_;
  Scoreboard scoreboard_;
  InstructionFetch fetch_;
  BlockDispatcher blocks_;
  RegisterFile registers_;
  OperandCollectors collectors_;
  AluPipeline alu_;
  MacPipeline mac_;
  SharedMemory shared_;
  GlobalQueue queue_;
  LoadStoreUnit load_store_;
  Writeback writeback_;

  std::vector<int> candidates_;           ///< scratch
  std::vector<uint32_t> second_operand_;  ///< scratch
};

}  // namespace faultline::hw::gpu
