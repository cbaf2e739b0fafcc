#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim/engine/compute_view.h"
#include "sim/engine/network_schedule.h"

namespace faultline::engine {

/// What of an inference is still in the accelerator when it is over: whether a fault that did not show is latent.
///
/// Registers that hold data of a buffer's word (read_data, biased, product, request.data ...) need no entry of their
/// own where nothing writes the word after the last read.
class EndOfRun {
 public:
  EndOfRun(const NetworkSchedule& schedule, const std::vector<std::unique_ptr<ComputeView>>& views);

  /// By row of the partial-sum buffer: the number of the last command that starts a sum there (not adding to what it
  /// finds), and the cycle at which it writes column 0. 0 when none.
  size_t last_reset_command(int64_t row) const { return reset_command_[static_cast<size_t>(row)]; }
  uint64_t last_reset(int64_t row, int column) const {
    const uint64_t cycle = reset_cycle_[static_cast<size_t>(row)];
    return cycle == 0 ? 0 : cycle + static_cast<uint64_t>(column);
  }
  /// By address of the output buffer: the cycle of its last write; 0 when none.
  uint64_t last_output_write(int64_t address) const { return output_cycle_[static_cast<size_t>(address)]; }

  /// Marks of the elements of a layer's input and output tensor that the accelerator still holds, one bit for each
  /// byte; of its sums ([pixel][channel]), empty when it holds none.
  const std::vector<uint8_t>& inputs(size_t layer) const { return inputs_[layer]; }
  const std::vector<uint8_t>& outputs(size_t layer) const { return outputs_[layer]; }
  const std::vector<uint8_t>& sums(size_t layer) const { return sums_[layer]; }

  /// A sum that no neuron has asked for, still in the buffer.
  struct UnusedSum {
    const ComputeView* view;
    int64_t tile;
    int64_t phase;
    int row, column;
  };
  const std::vector<UnusedSum>& unused_sums(size_t layer) const { return unused_[layer]; }

  /// An element of a layer's input tensor.
  struct Source {
    size_t layer;
    size_t element;
  };
  /// By lane: the elements that the last window of the last kPool joins.
  const std::vector<std::vector<Source>>& last_window() const { return last_window_; }
  bool last_window_is_maximum() const { return last_window_is_maximum_; }
  /// True when the last window of the last kPool reads this operand of the input buffer.
  bool in_last_window(int64_t address) const;

  /// The cycles from which registers hold what they still hold at the end; 0 when they are never written.
  uint64_t row_read = 0;       ///< partial_sum.read_data
  uint64_t pool_read = 0;      ///< input_feeder.pool_data
  uint64_t window = 0;         ///< post_processing.window
  uint64_t biased = 0;         ///< post_processing.biased
  uint64_t product = 0;        ///< post_processing.product
  uint64_t store_read = 0;     ///< post_processing.read_data
  uint64_t store_request = 0;  ///< dma.request.data
  uint64_t load_write = 0;     ///< dma.write.data
  size_t last_pool = 0;        ///< number of the last kPool, plus 1; 0: none
  const ComputeView* last_compute = nullptr;

 private:
  void find_registers(const NetworkSchedule& schedule);
  void mark_inputs(const NetworkSchedule& schedule);
  void mark_outputs(const NetworkSchedule& schedule);
  void mark_sums(const NetworkSchedule& schedule, const std::vector<std::unique_ptr<ComputeView>>& views);
  void mark_stationary(const NetworkSchedule& schedule);
  void mark_last_window(const NetworkSchedule& schedule);
  bool source_of(const NetworkSchedule& schedule, int64_t address, size_t before, Source& source) const;

  std::vector<size_t> reset_command_;
  std::vector<uint64_t> reset_cycle_;
  std::vector<uint64_t> output_cycle_;
  std::vector<std::vector<uint8_t>> inputs_, outputs_, sums_;
  std::vector<std::vector<UnusedSum>> unused_;
  std::vector<std::vector<Source>> last_window_;
  std::vector<int64_t> last_window_addresses_;  ///< of operands, sorted
  bool last_window_is_maximum_ = false;
};

/// Position in the host's tensor of an element of a layer's input or output, by its position in DRAM.
size_t host_element(const mapping::ActivationFormat& format, int64_t position);

/// The output element that row `row` and lane `lane` of a kPostProcess or kPool write.
struct WrittenNeuron {
  size_t channel = 0;
  size_t pixel = 0;
};
WrittenNeuron neuron_of(const mapping::Step& step, int64_t row, int64_t lane);

/// When a kPostProcess or kPool has the biased sums of a row: 4 cycles into the command for row 0 of the former.
uint64_t biased_cycle(const ScheduledCommand& command, int64_t row);
/// The place (row, lane, byte of the element) that writes an address of the output buffer; false when there is none.
struct WrittenPlace {
  int64_t row = 0, lane = 0, byte = 0;
};
bool place_of(const mapping::Step& step, int64_t address, WrittenPlace& place);

}  // namespace faultline::engine
