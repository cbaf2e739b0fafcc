#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "hw/common/state_register.h"
#include "hw/fault/fault_taps.h"
#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/compute_schedule.h"
#include "hw/systolic/words.h"

namespace faultline::hw {

/// Registers of a Pixel in the state table.
struct PixelRegisters {
  PixelRegisters(StateTable& table, const std::string& path);
  Pixel get() const { return {y.get(), x.get(), offset.get()}; }
  void set(const Pixel& pixel) const;

  StateRegister<int16_t> y, x;
  StateRegister<int32_t> offset;
};

/// Registers of a Tap in the state table.
struct TapRegisters {
  TapRegisters(StateTable& table, const std::string& path);
  Tap get() const { return {y.get(), x.get(), c.get(), offset.get()}; }
  void set(const Tap& tap) const;

  StateRegister<int16_t> y, x;
  StateRegister<uint16_t> c;
  StateRegister<int32_t> offset;
};

/// Takes commands, runs the loop nest of kCompute, starts DMA, post-processing and the neuron unit for the others.
///
/// States: 0 idle, 1 prologue, 2 stream, 3 wait for a unit, 4 trap; 5 to 7 are illegal and lead to trap.
class ControllerCore {
 public:
  struct Inputs {
    bool command_valid;
    const CommandDescriptor& descriptor;
    UnitStatus dma;
    UnitStatus post;
    UnitStatus neurons = {};
  };

  ControllerCore(const AcceleratorConfig& config, StateTable& table, FaultTaps& taps);

  /// One rising edge: `cycle` is the number of the cycle that begins.
  void step(const Inputs& inputs, uint64_t cycle);
  /// After reset or a restored snapshot: takes the command registers into the copy that step() works with.
  void state_changed();

  bool ready() const { return state_.get() == kIdle; }
  bool trapped() const { return state_.get() == kTrap; }
  bool computing() const { return state_.get() == kPrologue || state_.get() == kStream; }
  bool dma_start() const { return dma_start_.get() != 0; }
  bool post_start() const { return post_start_.get() != 0; }
  bool correct_start() const { return correct_start_ && correct_start_->get() != 0; }
  const CommandDescriptor& command() const { return command_; }
  InputWord input_word() const;
  WeightWord weight_word() const;
  SumWord sum_word() const;

 private:
  enum State : uint8_t { kIdle = 0, kPrologue = 1, kStream = 2, kWait = 3, kTrap = 4 };

  void accept(const CommandDescriptor& descriptor);
  void start_compute();
  void compute();
  void end_of_fold(bool last_fold, bool another, ComputeHeads& heads);
  void issue(const ComputeWords& words);
  void wait(const Inputs& inputs);

  int rows_;
  int columns_;
  const std::vector<CommandField>& fields_;
  FaultTaps& taps_;
  std::unique_ptr<ComputeSchedule> schedule_;
  CommandDescriptor command_;  ///< equals the command registers

  StateRegister<uint8_t> state_;
  StateRegister<uint16_t> tile_, fold_;
  StateRegister<uint32_t> phase_;
  StateRegister<uint32_t> weight_address_;
  StateRegister<uint16_t> sum_base_;
  PixelRegisters pixel_;
  TapRegisters tap_;
  StateRegister<uint8_t> dma_start_, post_start_;
  StateRegister<uint8_t> input_read_, input_first_, input_control_;
  PixelRegisters input_pixel_;
  TapRegisters input_tap_;
  StateRegister<uint8_t> weight_read_, weight_control_;
  StateRegister<uint32_t> weight_word_address_;
  StateRegister<uint8_t> sum_write_, sum_accumulate_;
  StateRegister<uint16_t> sum_row_;
  std::vector<StateRegister<int32_t>> signed_fields_;
  std::vector<StateRegister<uint32_t>> unsigned_fields_;
  std::optional<StateRegister<uint8_t>> correct_start_;  ///< only with a neuron unit
};

}  // namespace faultline::hw
