// builtin:digits, drawn procedurally, so that the program does its main job without any download.
#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <string>

#include "hw/common/counter_random.h"
#include "sim/config/user_error.h"
#include "sim/model/dataset_source.h"
#include "sim/model/digit_renderer.h"

namespace faultline::model {
namespace {

constexpr size_t kDigitClasses = 10;
constexpr size_t kTrainImages = 60000;
constexpr size_t kTestImages = 10000;
constexpr uint64_t kSeed = 1;

/// Streams of random numbers: what is drawn, for which split, and which image or block of images.
enum class Purpose : uint64_t { kImage = 0, kOrder = 1 };
uint64_t stream(Purpose purpose, Split split, size_t index) {
  return (static_cast<uint64_t>(purpose) << 63) | (uint64_t{split == Split::kTest} << 62) | index;
}

/// Ten images in a row show each digit once, in an order of their own: image `index` needs no other.
int label_of(Split split, size_t index) {
  hw::CounterRandom random(kSeed, stream(Purpose::kOrder, split, index / kDigitClasses));
  std::array<int, kDigitClasses> order{};
  std::iota(order.begin(), order.end(), 0);
  for (size_t left = kDigitClasses; left > 1; --left) {
    std::swap(order.at(left - 1), order.at(random.uniform(left)));
  }
  return order.at(index % kDigitClasses);
}

Dataset load_digits(const std::string& argument, Split split, size_t limit) {
  if (argument != "digits") {
    throw UserError("data source 'builtin:" + argument + "'", 0, "no such built-in data set", "write builtin:digits");
  }
  const size_t available = split == Split::kTrain ? kTrainImages : kTestImages;
  const size_t count = limit == 0 ? available : std::min(limit, available);
  Dataset dataset;
  dataset.classes = static_cast<int>(kDigitClasses);
  dataset.shape = {1, kDigitImageSide, kDigitImageSide};
  dataset.pixels.reserve(count * DigitImage{}.size());
  for (size_t index = 0; index < count; ++index) {
    const int label = label_of(split, index);
    hw::CounterRandom random(kSeed, stream(Purpose::kImage, split, index));
    const DigitImage image = draw_digit(label, random);
    dataset.pixels.insert(dataset.pixels.end(), image.begin(), image.end());
    dataset.labels.push_back(static_cast<uint8_t>(label));
  }
  return dataset;
}

const DatasetSourceRegistration kRegistration{{"builtin", "builtin:digits", load_digits}};

}  // namespace
}  // namespace faultline::model
