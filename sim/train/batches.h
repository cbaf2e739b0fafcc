#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/model/dataset.h"

namespace faultline::train {

/// One batch: pixels / 255, [image][channel][row][column], and labels.
struct Batch {
  std::vector<float> pixels;
  std::vector<int64_t> labels;
};

/// The batches of one epoch: all images once in random order, each shifted at random by up to two pixels, zeros moving
/// in. Everything derives from (seed, epoch). `data` must outlive the object and hold at least one image.
class Batches {
 public:
  Batches(const model::Dataset& data, uint64_t seed, int epoch, size_t batch_size);

  size_t count() const { return (order_.size() + batch_size_ - 1) / batch_size_; }
  /// Batch `index`, below count(); the last may be smaller than the others.
  Batch batch(size_t index) const;

 private:
  void append_shifted(size_t image, Batch& batch) const;

  const model::Dataset& data_;
  uint64_t seed_;
  int epoch_;
  size_t batch_size_;
  std::vector<size_t> order_;
};

}  // namespace faultline::train
