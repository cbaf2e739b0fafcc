#pragma once

#include <cstdint>
#include <vector>

#include "hw/common/state_register.h"
#include "hw/fault/fault_taps.h"
#include "hw/gpu/pipeline_control.h"
#include "hw/gpu/sm_config.h"
#include "hw/gpu/writeback.h"

namespace faultline::hw::gpu {

/// The ALUs of all partitions: a stage of operands, then alu_stages - 1 stages that carry the result.
class AluPipeline {
 public:
  AluPipeline(const SmConfig& config, StateTable& table, const FaultTaps& taps);

  /// Moves a partition's stages on; what leaves the last one is written back.
  void advance(int partition, uint64_t cycle, const Writeback& writeback) const;
  /// Puts a beat into the first stage, which advance() has emptied.
  void accept(int partition, const Beat& beat) const;

 private:
  uint32_t result(size_t partition, size_t lane) const;
  void compute(size_t partition, uint64_t cycle) const;
  void write_back(size_t partition, const Writeback& writeback) const;
  size_t values_of(size_t partition, size_t stage) const { return (partition * result_.size() + stage) * lanes_; }

  size_t lanes_;
  int beats_;
  const FaultTaps& taps_;
  PipelineControl operands_;
  StateRegister<uint32_t> a_, b_;
  std::vector<PipelineControl> result_;
  StateRegister<uint32_t> value_;
  size_t result_wire_;  ///< its field
};

}  // namespace faultline::hw::gpu
