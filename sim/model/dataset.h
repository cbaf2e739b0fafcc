#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/model/tensor.h"

namespace faultline::model {

/// Labelled images. Pixels are bytes, [image][channel][row][column]; a network with a float input is fed pixel / 255.
struct Dataset {
  std::string source;  ///< as the user named it, e.g. "mnist:DIR"
  Shape shape;         ///< of one image: (channels, height, width)
  int classes = 10;
  std::vector<uint8_t> pixels;
  std::vector<uint8_t> labels;  ///< one per image, in [0, classes)
  std::string sha256;           ///< of pixels then labels, in hexadecimal

  size_t size() const { return labels.size(); }
  const uint8_t* image(size_t index) const { return pixels.data() + index * static_cast<size_t>(element_count(shape)); }
};

enum class Split { kTrain, kTest };

/// Reads the first `limit` images (0: all) of `source`:
///   mnist:DIR      IDX files as MNIST and Fashion-MNIST name them, gzipped or not
///   cifar10:DIR    CIFAR-10 binary records (data_batch_*.bin, test_batch.bin, or partial files test_*.bin[.gz])
///   builtin:digits drawn procedurally; 10,000 test and 60,000 training images, disjoint
/// Throws UserError for anything missing, truncated or mislabelled, and where there are fewer than `limit` images.
Dataset load_dataset(const std::string& source, Split split, size_t limit);

}  // namespace faultline::model
