#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/engine/compute_view.h"
#include "sim/engine/operand_matrix.h"
#include "sim/engine/operand_types.h"
#include "sim/engine/stuck_array.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// A MatrixOperator on an array with permanent faults: only products that meet a fault are computed, twice, as they are
/// and as they should be; where a sum's register is stuck, all products of its column. Code is int8_t, or int16_t where
/// operands are wide.
template <typename Code>
class StuckLayer {
 public:
  using Sum = SumOf<Code>;
  using Array = StuckArray<Code>;

  /// `views`: the layer's kComputes in order. `first`: they are the network's first. `by_activation`: all products of
  /// 8-bit operands, [activation][weight]. All must outlive this object.
  StuckLayer(const model::MatrixOperator& layer, std::vector<const ComputeView*> views, const hw::GridConfig& grid,
             const std::vector<int16_t>& by_activation, bool first);

  /// By how much the faults change the sums for an input, [output channel][pixel], as add_to() wraps them; until the
  /// next call.
  const std::vector<Sum>& differences(const std::vector<Code>& input, const Array& array);

  /// The sum that a fold of one of the views adds to the buffer, with the faults; the view's present inputs. Slow.
  Sum fold_sum(const ComputeView& view, int64_t fold, int64_t phase, int row, int column, const Array& array) const;

 private:
  /// What one kCompute covers, with operands as matrices.
  struct Command;

  void fill_operands(const std::vector<Code>& input, int group);
  void weight_stationary(const Command& command, const Array& array);
  void input_stationary(const Command& command, const Array& array);
  void output_stationary(const Command& command, const Array& array);
  void follow_columns(const Command& command, const Array& array);
  void follow_accumulators(const Command& command, const Array& array);
  void one_pixel(int64_t tap, int row, int channel, int channel_end, const Array& array);

  Code weight(int64_t tap, int channel) const {
    return weights_[static_cast<size_t>(tap) * channels_ + static_cast<size_t>(channel)];
  }
  Code activation(int64_t tap, int64_t pixel) const {
    return operands_[static_cast<size_t>(tap % matrix_.taps()) * pixels_ + static_cast<size_t>(pixel)];
  }
  void add(int channel, int64_t pixel, int64_t difference) {
    Sum& sum = differences_[static_cast<size_t>(channel) * pixels_ + static_cast<size_t>(pixel)];
    sum = add_to(sum, difference);
  }
  bool fresh(const ComputeView& view, int64_t tile) const { return first_ && views_.front() == &view && tile == 0; }

  std::vector<const ComputeView*> views_;
  const hw::GridConfig& grid_;
  const std::vector<int16_t>& by_activation_;
  bool first_;
  size_t channels_, pixels_;
  BasicOperandMatrix<Code> matrix_;
  std::vector<Code> weights_;   ///< [tap of all planes][output channel]
  std::vector<Code> operands_;  ///< [tap][pixel], of one group
  std::vector<Sum> differences_;
};

}  // namespace faultline::engine
