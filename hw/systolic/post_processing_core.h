#pragma once

#include <cstdint>
#include <optional>

#include "hw/common/signed_array.h"
#include "hw/common/state_register.h"
#include "hw/fault/fault_taps.h"
#include "hw/memory/byte_buffer.h"
#include "hw/protection/guarded_buffer.h"
#include "hw/protection/neuron_encoder.h"
#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/controller_core.h"
#include "hw/systolic/result_probe.h"
#include "hw/systolic/words.h"

namespace faultline::hw {

/// Bias, requantisation, activation function and pooling, one row of lanes a cycle, into the output buffer.
///
/// The pipeline: request -> data from the buffer -> (pooling: combine) -> bias -> multiply -> round, clamp, table,
/// write. States: 0 idle, 1 rows (kPostProcess), 2 pool (kPool); 3 is illegal and leads to idle.
class PostProcessingCore {
 public:
  struct Inputs {
    bool start;
    const CommandDescriptor& command;
    const SumEdge& row;        ///< what the partial-sum buffer read for the request of the cycle before
    const PoolData& pool;      ///< what the input buffer read, likewise
    const BufferWrite& write;  ///< DMA into the parameter memory and the table
    const BufferRead& read;    ///< DMA from the output buffer
    NeuronRequest neuron_request = {};
    NeuronWrite neuron_write = {};
  };

  PostProcessingCore(const AcceleratorConfig& config, StateTable& table, FaultTaps& taps);

  /// One rising edge: `cycle` is the number of the cycle that begins.
  void step(const Inputs& inputs, uint64_t cycle);

  RowRequest row_request() const { return {row_request_valid_.get() != 0, row_request_row_.get()}; }
  PoolRequest pool_request() const { return {pool_request_valid_.get() != 0, pool_request_address_.get()}; }
  BeatData read_data() const;
  uint8_t neuron_word() const { return neuron_word_ ? neuron_word_->get() : uint8_t{0}; }
  UnitStatus status() const { return {done_.get() != 0, false}; }

  /// Shows `probe` every value that is used from now on; nullptr: nobody.
  void watch(ResultProbe* probe) { probe_ = probe; }
  /// Shows `probe` what the next edge will use.
  void show(ResultProbe& probe, const Inputs& inputs) const;

 private:
  enum State : uint8_t { kIdle = 0, kRows = 1, kPool = 2 };

  /// A stage's control: whether it holds a row, and which.
  struct Stage {
    Stage(StateTable& table, const std::string& path);
    void take(const Stage& before) const;
    StateRegister<uint8_t> valid;
    StateRegister<uint32_t> row;
  };
  /// A pooling stage's control: one tap of a window.
  struct PoolStage {
    PoolStage(StateTable& table, const std::string& path);
    void take(const PoolStage& before) const;
    StateRegister<uint8_t> valid, inside, first, last;
    StateRegister<uint32_t> row;
  };

  void write_output(const CommandDescriptor& command);
  void multiply(const CommandDescriptor& command);
  void add_bias(const Inputs& inputs);
  void combine_window(const Inputs& inputs);
  void begin(const CommandDescriptor& command);
  void request_row(const CommandDescriptor& command);
  void request_tap(const CommandDescriptor& command);
  void read_output(const BufferRead& read);
  void serve_neuron_unit(const NeuronRequest& request, const NeuronWrite& write);
  void write_parameters(const BufferWrite& write);
  std::optional<ByteBuffer<int8_t>> make_table(StateTable& table) const;
  std::optional<StateRegister<int16_t>> make_product_high(StateTable& table) const;
  int64_t bias(size_t entry) const;
  int32_t parameter_word(size_t entry, int byte) const;
  uint8_t parameter_byte(size_t entry, int after_bias) const;
  size_t parameter_entry(uint32_t row, int lane, const CommandDescriptor& command) const;
  int lanes(const CommandDescriptor& command) const;
  int64_t rounded(size_t lane, uint32_t row, const CommandDescriptor& command) const;
  int32_t limited(int32_t code, size_t entry, const CommandDescriptor& command) const;
  int16_t requantised(size_t lane, uint32_t row, const CommandDescriptor& command) const;
  int16_t stored_code(size_t lane, uint32_t row, const CommandDescriptor& command) const;
  int64_t lane_address(size_t lane, uint32_t row, const CommandDescriptor& command) const;
  int bytes_written(const CommandDescriptor& command) const {
    return command.raw != 0 ? format_.sum_bytes() : format_.operand_bytes();
  }
  void write_lane(int64_t address, size_t lane, uint32_t row, const CommandDescriptor& command);
  void show_row(ResultProbe& probe, const CommandDescriptor& command) const;
  void show_tap(ResultProbe& probe, const PoolData& pool, const CommandDescriptor& command) const;
  void show_lane(ResultProbe& probe, size_t lane, uint32_t row, const CommandDescriptor& command) const;

  OperandFormat format_;
  int columns_;
  int bus_bytes_;
  int entry_bytes_;  ///< of the parameter memory
  std::optional<ChannelBounds> channel_bounds_;
  FaultTaps& taps_;
  ResultProbe* probe_ = nullptr;

  GuardedBuffer output_;
  ByteBuffer<uint8_t> parameter_;
  std::optional<ByteBuffer<int8_t>> table_;
  StateRegister<uint8_t> state_, done_;
  StateRegister<uint32_t> row_, tap_count_;
  PixelRegisters pixel_;
  TapRegisters tap_;
  StateRegister<uint8_t> row_request_valid_;
  StateRegister<uint16_t> row_request_row_;
  StateRegister<uint8_t> pool_request_valid_;
  StateRegister<int32_t> pool_request_address_;
  Stage requested_, fetched_;
  PoolStage pool_requested_, pool_fetched_;
  SignedArray window_;
  Stage window_done_;
  SignedArray biased_;
  Stage biased_stage_;
  StateRegister<int64_t> product_;
  std::optional<StateRegister<int16_t>> product_high_;
  Stage product_stage_;
  StateRegister<uint8_t> read_data_;
  std::optional<NeuronEncoder> encoder_;               ///< only with a neuron unit whose words are no codes
  std::optional<StateRegister<uint8_t>> neuron_word_;  ///< what the neuron unit asked for; only with one
};

}  // namespace faultline::hw
