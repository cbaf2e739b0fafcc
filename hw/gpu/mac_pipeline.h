#pragma once

#include <cstdint>
#include <vector>

#include "hw/common/state_register.h"
#include "hw/fault/fault_taps.h"
#include "hw/gpu/mac_arithmetic.h"
#include "hw/gpu/pipeline_control.h"
#include "hw/gpu/sm_config.h"
#include "hw/gpu/writeback.h"

namespace faultline::hw::gpu {

/// The multiply-add pipelines of all partitions: a stage of operands, a stage of products, then mac_stages - 2 stages
/// that carry the sum.
///
/// A lane has four 8-bit multipliers, product[k] = M(byte k of a, byte k of b), and one exact 32-bit multiplier with a
/// 64-bit product for addresses and requantisation.
class MacPipeline {
 public:
  static constexpr size_t kProducts = MacTerms::kProducts;

  MacPipeline(const SmConfig& config, StateTable& table, const FaultTaps& taps);

  /// Moves a partition's stages on; what leaves the last one is written back.
  void advance(int partition, uint64_t cycle, const Writeback& writeback) const;
  /// Puts a beat into the first stage, which advance() has emptied.
  void accept(int partition, const Beat& beat) const;

 private:
  int16_t product(size_t lane, size_t byte) const;
  int64_t wide_product(size_t lane) const;
  uint32_t sum(Opcode opcode, size_t lane) const;
  void multiply(size_t partition, uint64_t cycle) const;
  void add(size_t partition, uint64_t cycle) const;
  void write_back(size_t partition, const Writeback& writeback) const;
  void add_wires(const SmConfig& config, StateTable& table);
  size_t values_of(size_t partition, size_t stage) const { return (partition * result_.size() + stage) * lanes_; }

  size_t lanes_;
  int beats_;
  Multiplier multiplier_;
  const FaultTaps& taps_;
  PipelineControl operands_;
  StateRegister<uint32_t> a_, b_, c_, d_;
  PipelineControl products_;
  StateRegister<int16_t> partial_;
  StateRegister<int64_t> wide_;
  StateRegister<uint32_t> addend_;
  StateRegister<uint8_t> shift_;
  std::vector<PipelineControl> result_;
  StateRegister<uint32_t> value_;
  size_t product_wire_ = 0, wide_wire_ = 0, sum_wire_ = 0;  ///< their fields
};

}  // namespace faultline::hw::gpu
