#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/engine/compute_view.h"
#include "sim/engine/operand_matrix.h"
#include "sim/engine/stuck_array.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// A MatrixOperator on an array with permanent faults: only products that meet a fault are computed, twice, as they are
/// and as they should be; where a sum's register is stuck, all products of its column.
class StuckLayer {
 public:
  /// `views`: the layer's kComputes in order. `first`: they are the network's first. `by_activation`: all products,
  /// [activation][weight]. All must outlive this object.
  StuckLayer(const model::MatrixOperator& layer, std::vector<const ComputeView*> views, const hw::GridConfig& grid,
             const std::vector<int16_t>& by_activation, bool first);

  /// By how much the faults change the sums for an input, modulo 2^32, [output channel][pixel]; until the next call.
  const std::vector<int32_t>& differences(const std::vector<int8_t>& input, const StuckArray& array);

  /// The sum that a fold of one of the views adds to the buffer, with the faults; the view's present inputs. Slow.
  int32_t fold_sum(const ComputeView& view, int64_t fold, int64_t phase, int row, int column,
                   const StuckArray& array) const;

 private:
  /// What one kCompute covers, with operands as matrices.
  struct Command;

  void fill_operands(const std::vector<int8_t>& input, int group);
  void weight_stationary(const Command& command, const StuckArray& array);
  void input_stationary(const Command& command, const StuckArray& array);
  void output_stationary(const Command& command, const StuckArray& array);
  void follow_columns(const Command& command, const StuckArray& array);
  void follow_accumulators(const Command& command, const StuckArray& array);
  void one_pixel(int64_t tap, int row, int channel, int channel_end, const StuckArray& array);

  int8_t weight(int64_t tap, int channel) const {
    return weights_[static_cast<size_t>(tap) * channels_ + static_cast<size_t>(channel)];
  }
  int8_t activation(int64_t tap, int64_t pixel) const {
    return operands_[static_cast<size_t>(tap % matrix_.taps()) * pixels_ + static_cast<size_t>(pixel)];
  }
  void add(int channel, int64_t pixel, int32_t difference) {
    int32_t& sum = differences_[static_cast<size_t>(channel) * pixels_ + static_cast<size_t>(pixel)];
    sum = static_cast<int32_t>(static_cast<uint32_t>(sum) + static_cast<uint32_t>(difference));
  }
  bool fresh(const ComputeView& view, int64_t tile) const { return first_ && views_.front() == &view && tile == 0; }

  std::vector<const ComputeView*> views_;
  const hw::GridConfig& grid_;
  const std::vector<int16_t>& by_activation_;
  bool first_;
  size_t channels_, pixels_;
  OperandMatrix matrix_;
  std::vector<int8_t> weights_;   ///< [tap of all planes][output channel]
  std::vector<int8_t> operands_;  ///< [tap][pixel], of one group
  std::vector<int32_t> differences_;
};

}  // namespace faultline::engine
