#pragma once

#include <cstdint>

#include "hw/common/state_table.h"
#include "hw/gpu/sm_config.h"
#include "hw/gpu/sm_probe.h"
#include "rtl/verilated/sm_datapath_inputs.h"

namespace faultline::cosim {

/// Sees what enters the datapath of a multiprocessor's model in each cycle.
class SmDatapathProbe : public hw::gpu::SmProbe {
 public:
  /// `table` is that of the model, with all its fields.
  SmDatapathProbe(const hw::gpu::SmConfig& config, const hw::StateTable& table);

  /// Before a step of the model.
  void begin();
  /// Of the step since then.
  const rtl::SmDatapathInputs& inputs() const { return inputs_; }
  const rtl::SharedAnswer& shared_answer() const { return answer_; }

  void on_cycle(uint64_t cycle) override;
  void on_beat(int collector, const hw::gpu::Beat& beat, int lanes) override;
  void on_shared_access(int entry, uint32_t lanes, uint32_t base, const uint32_t* addresses) override;
  void on_issue(int /*collector*/, int /*warp*/, const hw::gpu::Instruction& /*instruction*/,
                uint32_t /*active*/) override {}
  void on_operand(int /*collector*/, int /*operand*/) override {}
  void on_entry(int /*collector*/, int /*entry*/) override {}
  void on_transaction(int /*entry*/, uint32_t /*lanes*/, const uint32_t* /*addresses*/, int /*place*/) override {}
  void on_answer(int /*entry*/) override {}
  void on_load_end(int /*entry*/, const uint32_t* /*data*/) override {}

 private:
  uint32_t data_of(int entry, int thread) const;

  const hw::gpu::SmConfig config_;
  const hw::StateTable& table_;
  const size_t opcode_, pending_, data_;  ///< fields of the load-store unit
  rtl::SharedAnswer answer_;
  rtl::SmDatapathInputs inputs_;
};

}  // namespace faultline::cosim
