#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/engine/compute_view.h"

namespace faultline::engine {

/// The inputs of all layers as faults leave them, and how to get the golden ones back.
class StruckInputs {
 public:
  /// Takes up an image: the golden inputs, by layer.
  void begin(std::vector<std::vector<uint8_t>> golden) {
    golden_ = std::move(golden);
    now_.by_layer = golden_;
    changed_.clear();
  }
  /// The same object as long as this one lives.
  const LayerInputs& now() const { return now_; }
  void set(size_t layer, std::vector<uint8_t> input) {
    now_.by_layer[layer] = std::move(input);
    changed_.push_back(layer);
  }
  void use_golden(size_t layer) { now_.by_layer[layer] = golden_[layer]; }
  /// Makes all inputs the golden ones.
  void restore() {
    for (const size_t layer : changed_) {
      use_golden(layer);
    }
    changed_.clear();
  }

 private:
  LayerInputs now_;
  std::vector<std::vector<uint8_t>> golden_;
  std::vector<size_t> changed_;  ///< layers whose input is not the golden one
};

}  // namespace faultline::engine
