#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "sim/engine/functional_engine.h"
#include "sim/engine/golden_activations.h"
#include "sim/engine/result_trace.h"
#include "sim/engine/sparse_matrix.h"
#include "sim/model/network.h"

namespace faultline::engine {

class FunctionalMatrix;
class WideMatrix;

/// The matrix operators of a network whose operands are Code, by operator.
template <typename Code>
struct IncrementalLayers {
  using Sum = SumOf<Code>;
  using Matrix = std::conditional_t<std::is_same_v<Code, int8_t>, FunctionalMatrix, WideMatrix>;

  explicit IncrementalLayers(size_t operators) : matrices(operators), sparse(operators), differences(operators) {}

  std::vector<std::unique_ptr<const Matrix>> matrices;  ///< nullptr for other operators
  std::vector<std::unique_ptr<const SparseMatrix<Code>>> sparse;
  std::vector<SumDifferences<Sum>> differences;  ///< of its sums
};

/// Inferences that differ from a golden one in few places: only what differs is computed, operator by operator, and
/// nothing at all once nothing differs any more. The same bits as FunctionalEngine gives.
///
/// Use: begin() with an image; then for each inference change sums or outputs of one operator or several, in their
/// order, with propagate() in between and at last, each operator once; then look at the tensors; then restore(). Not
/// thread-safe.
class IncrementalInference {
 public:
  /// `functional` must outlive this object; `network` is the one that it runs.
  IncrementalInference(std::shared_ptr<const model::Network> network, const FunctionalEngine& functional);
  ~IncrementalInference();

  /// An inference without differences.
  GoldenActivations golden(const model::Values& input) const;

  /// What the following inferences differ from; must stay alive and unchanged until the next begin().
  void begin(const GoldenActivations& golden);

  /// Changes one sum of a MatrixOperator by `difference`, modulo the width of sums.
  void add_to_sum(size_t operator_index, size_t pixel, size_t channel, int64_t difference) {
    if (auto* narrow = std::get_if<NarrowLayers>(&layers_)) {
      narrow->differences[operator_index].add(pixel, channel, difference);
    } else {
      std::get<WideLayers>(layers_).differences[operator_index].add(pixel, channel, difference);
    }
  }
  /// By how much a sum differs: by add_to_sum(), and once the operator has run, by its inputs too.
  int64_t sum_difference(size_t operator_index, size_t pixel, size_t channel) const {
    if (const auto* narrow = std::get_if<NarrowLayers>(&layers_)) {
      return narrow->differences[operator_index].of(pixel, channel);
    }
    return std::get<WideLayers>(layers_).differences[operator_index].of(pixel, channel);
  }
  /// Sets one element of an operator's output, a tensor of integers.
  void set_output(size_t operator_index, size_t element, int64_t value);

  /// Runs the operators [first, end) as far as something that they read, or their sums, differ.
  void propagate(size_t first, size_t end);

  /// All tensors of the inference as it stands, indexed by TensorId.
  const std::vector<model::Values>& tensors() const { return tensors_; }
  const GoldenActivations& golden() const { return *golden_; }
  /// The elements of a tensor that differ from the golden ones, each once.
  const std::vector<size_t>& differences(model::TensorId tensor) const {
    return differences_[static_cast<size_t>(tensor)];
  }

  /// Marks sums of an operator ([pixel][channel], 1 or 0; empty: none) to be watched.
  void watch_sums(size_t operator_index, std::vector<uint8_t> marks) { watched_[operator_index] = std::move(marks); }
  /// True when a watched sum has differed since the last restore(); outputs may still be equal.
  bool watched_sum_differs() const { return watched_sum_differs_; }

  /// A wrong value came this far; propagate() does the same for values that sums become.
  void reach(Station station) { farthest_ = farthest_ < station ? station : farthest_; }
  /// The farthest station of post-processing since the last restore(); that a layer stored a wrong value is in
  /// differences().
  Station farthest() const { return farthest_; }

  /// Takes every difference back.
  void restore();

 private:
  using NarrowLayers = IncrementalLayers<int8_t>;
  using WideLayers = IncrementalLayers<int16_t>;

  template <typename Code>
  void make_layers(IncrementalLayers<Code>& layers) const;
  template <typename Code>
  void golden_matrix(const IncrementalLayers<Code>& layers, size_t index, GoldenActivations& golden) const;
  template <typename Code>
  void propagate(IncrementalLayers<Code>& layers, size_t first, size_t end);
  template <typename Code>
  void find_sum_differences(IncrementalLayers<Code>& layers, size_t index, const model::MatrixOperator& layer);
  template <typename Code>
  void finish_sums(IncrementalLayers<Code>& layers, size_t index, const model::MatrixOperator& layer);
  template <typename Code>
  void run_pooling(size_t index, const model::PoolingOperator& layer);
  void find_windows(const model::PoolingOperator& layer);
  void run_host(size_t index);
  bool reads_differences(const model::Operator& step) const;

  std::shared_ptr<const model::Network> network_;
  const FunctionalEngine& functional_;
  std::variant<NarrowLayers, WideLayers> layers_;  ///< by the width of the network's operands
  std::vector<std::vector<uint8_t>> watched_;      ///< by operator
  bool watched_sum_differs_ = false;
  Station farthest_ = Station::kNone;

  const GoldenActivations* golden_ = nullptr;
  std::vector<model::Values> tensors_;
  std::vector<std::vector<size_t>> differences_;  ///< by tensor
  std::vector<size_t> windows_;                   ///< scratch: outputs of a pooling to be computed again
};

}  // namespace faultline::engine
