#pragma once

#include <cstdint>
#include <memory>
#include <systemc>
#include <vector>

#include "hw/common/cycle_clock.h"
#include "hw/systolic/accelerator_module.h"
#include "hw/systolic/accelerator_state.h"
#include "rtl/generator/design.h"
#include "rtl/verilated/model_kind.h"
#include "rtl/verilated/poke_test.h"
#include "rtl/verilated/verilated_model.h"

namespace faultline::rtl {

/// The whole accelerator as its generated SystemVerilog, Verilated: the `rtl` implementation.
///
/// The RTL's registers and memories are the state. After each edge they are copied to the state table; faults change
/// them there and are deposited in the RTL, as is a state that drive() announces. Wires can be seen and forced only in
/// a forceable model, which takes the place of the other one when a wire is first read or struck.
class RtlAccelerator : public hw::AcceleratorModule {
 public:
  /// The generated design, its sites tested. Builds its model unless the cache has it; throws RtlError when that fails.
  RtlAccelerator(const sc_core::sc_module_name& name, const hw::AcceleratorConfig& config, hw::StateTable& table,
                 const hw::CycleClock& cycle_clock);

  /// A design with the same signals and pins, possibly a broken one; a model of kind `kind` at once.
  RtlAccelerator(const sc_core::sc_module_name& name, Design design, ModelKind kind, SiteCheck check,
                 const hw::AcceleratorConfig& config, hw::StateTable& table, const hw::CycleClock& cycle_clock);

  void drive() override;
  void watch_results(hw::ResultProbe* probe) override { probe_ = probe; }
  void select_multiplier(int selection) override;
  hw::FaultTaps& taps(size_t) override { return *taps_.front(); }
  const std::vector<std::unique_ptr<hw::FaultTaps>>& all_taps() const override { return taps_; }

 private:
  /// The ports of the model.
  struct Pins {
    void* command_valid;
    void* host_command;
    void* response_valid;
    void* response_error;
    void* response_data;
    const uint8_t* ready;
    const uint8_t* trapped;
    const uint8_t* request_valid;
    const uint8_t* request_write;
    const uint8_t* request_count;
    const void* request_address;
    const void* request_data;
    const uint8_t* repeat_request;  ///< nullptr without one
  };

  void load(ModelKind kind);
  void use_wires();
  void on_edge();
  void show_inputs();
  void show_results();
  void force_wires(uint64_t cycle);
  void release_wires();
  uint64_t product(size_t element);
  void write_outputs();

  const hw::AcceleratorConfig config_;
  Design design_;  ///< with the selected multiplier
  int selection_ = 0;
  const SiteCheck check_;
  hw::StateTable& table_;
  const hw::CycleClock& cycle_clock_;
  const size_t first_field_;
  std::vector<std::unique_ptr<hw::FaultTaps>> taps_;  ///< one, of all blocks
  hw::AcceleratorState state_;
  hw::ResultProbe* probe_ = nullptr;
  std::unique_ptr<VerilatedModel> model_;
  Pins pins_{};
  bool clock_level_ = false;
  std::vector<hw::Site> forced_;
  hw::CommandDescriptor shown_command_;
};

}  // namespace faultline::rtl
