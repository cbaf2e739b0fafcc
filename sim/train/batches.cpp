#include "sim/train/batches.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "hw/common/counter_random.h"

namespace faultline::train {
namespace {

constexpr int kLargestShift = 2;

/// Streams of random numbers: one for the order of an epoch, one for each image of each epoch.
uint64_t order_stream(int epoch) {
  return (uint64_t{1} << 63) | static_cast<uint64_t>(epoch);
}
uint64_t image_stream(int epoch, size_t image) {
  return (static_cast<uint64_t>(epoch) << 32) | image;
}

}  // namespace

Batches::Batches(const model::Dataset& data, uint64_t seed, int epoch, size_t batch_size)
    : data_(data), seed_(seed), epoch_(epoch), batch_size_(batch_size), order_(data.size()) {
  std::iota(order_.begin(), order_.end(), size_t{0});
  hw::CounterRandom random(seed, order_stream(epoch));
  for (size_t left = order_.size(); left > 1; --left) {
    std::swap(order_[left - 1], order_[random.uniform(left)]);
  }
}

Batch Batches::batch(size_t index) const {
  Batch batch;
  for (size_t i = index * batch_size_; i < std::min((index + 1) * batch_size_, order_.size()); ++i) {
    append_shifted(order_[i], batch);
    batch.labels.push_back(data_.labels[order_[i]]);
  }
  return batch;
}

void Batches::append_shifted(size_t image, Batch& batch) const {
  hw::CounterRandom random(seed_, image_stream(epoch_, image));
  const int64_t down = static_cast<int64_t>(random.uniform(2 * kLargestShift + 1)) - kLargestShift;
  const int64_t right = static_cast<int64_t>(random.uniform(2 * kLargestShift + 1)) - kLargestShift;
  const int64_t channels = data_.shape[0], rows = data_.shape[1], columns = data_.shape[2];
  const uint8_t* pixels = data_.image(image);
  for (int64_t channel = 0; channel < channels; ++channel) {
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t column = 0; column < columns; ++column) {
        const int64_t source_row = row - down, source_column = column - right;
        const bool inside = source_row >= 0 && source_row < rows && source_column >= 0 && source_column < columns;
        const uint8_t pixel = inside ? pixels[(channel * rows + source_row) * columns + source_column] : uint8_t{0};
        batch.pixels.push_back(static_cast<float>(pixel) / 255.0F);
      }
    }
  }
}

}  // namespace faultline::train
