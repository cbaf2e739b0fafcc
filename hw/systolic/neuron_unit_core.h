#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hw/common/state_register.h"
#include "hw/fault/fault_taps.h"
#include "hw/memory/byte_buffer.h"
#include "hw/protection/neuron_unit_kind.h"
#include "hw/protection/protection_config.h"
#include "hw/protection/repeat_request.h"
#include "hw/protection/report_registers.h"
#include "hw/systolic/command.h"
#include "hw/systolic/words.h"

namespace faultline::hw {

/// Where a kLoad with the target kTable finds the memories of a neuron unit; below lies the table of activation
/// functions.
constexpr uint32_t kNeuronTableBase = 0x400000;
constexpr uint32_t kNeuronMaskBase = 0x800000;
/// Bytes of an address of the output buffer in an entry of the unit's table, little-endian.
constexpr int kNeuronAddressBytes = 3;
/// Bytes of an entry: the address and, where the kind has intervals, a signed bound.
inline int neuron_entry_bytes(const NeuronUnitKind& kind) {
  return kNeuronAddressBytes + (kind.has_intervals() ? 1 : 0);
}

/// Takes the words of critical neurons from the output buffer, one a cycle, makes one code of each neuron's words and
/// writes it to the place of the first (kCorrect). Which words, says its table.
///
/// The pipeline: request -> the buffer's register (with `fetched`) -> held, or combined -> write. Its registers are
/// `protection.<unit>.*`. States: 0 idle, 1 walk.
class NeuronUnitCore {
 public:
  struct Inputs {
    bool start;
    const CommandDescriptor& command;
    const BufferWrite& write;  ///< DMA into the table
    uint8_t word;              ///< what the output buffer read for the request of the cycle before
  };

  /// `config` must name a unit.
  NeuronUnitCore(const ProtectionConfig& config, StateTable& table, FaultTaps& taps);

  /// One rising edge: `cycle` is the number of the cycle that begins.
  void step(const Inputs& inputs, uint64_t cycle);

  NeuronRequest request() const { return {request_.valid.get() != 0, request_.address.get()}; }
  NeuronWrite write() const { return {write_valid_.get() != 0, write_address_.get(), write_code_.get()}; }
  UnitStatus status() const { return {done_.get() != 0, false}; }
  /// The layer's commands are to be presented again.
  bool asks_to_repeat() const { return repeat_ && repeat_->asked(); }

  /// True for the path of a field that every layer's kCorrect finds written anew: the memories, data registers of the
  /// pipeline, the count of repeats.
  static bool is_rewritten(const std::string& path);

 private:
  enum State : uint8_t { kIdle = 0, kWalk = 1 };

  /// A word on its way: which of its neuron's words it is, where it lies, whether it is the command's last, and the
  /// bound of its entry.
  struct Stage {
    Stage(StateTable& table, const std::string& path, bool has_bound);
    void take(const Stage& before) const;
    StateRegister<uint8_t> valid, word, last;
    StateRegister<uint32_t> address;
    std::optional<StateRegister<int8_t>> bound;
  };

  void begin(const CommandDescriptor& command);
  void ask(const CommandDescriptor& command);
  /// Both say whether the words differ and the layer is to be repeated for it.
  bool take_word(uint8_t word, int32_t zero);
  bool combine(uint8_t last_word, int32_t zero);
  void load(const BufferWrite& write);
  uint32_t entry_address(uint32_t entry) const;
  int8_t entry_bound(uint32_t entry) const;

  const NeuronUnitKind& kind_;
  ErrorAction on_error_;
  int entry_bytes_;
  FaultTaps& taps_;
  ByteBuffer<uint8_t> table_;
  StateRegister<uint8_t> state_, done_, word_;
  StateRegister<uint32_t> entry_;
  Stage request_, fetched_;
  StateRegister<uint8_t> held_;               ///< the words of a neuron but for the last
  StateRegister<uint32_t> target_;            ///< where its first word lies
  std::optional<StateRegister<int8_t>> low_;  ///< the bound of its first word; only with intervals
  StateRegister<uint8_t> write_valid_, write_last_;
  StateRegister<uint32_t> write_address_;
  StateRegister<int8_t> write_code_;
  ReportRegisters report_;
  std::optional<RepeatRequest> repeat_;
};

}  // namespace faultline::hw
