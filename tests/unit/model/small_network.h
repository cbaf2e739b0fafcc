#pragma once

#include <cstdint>
#include <iostream>

#include "hw/common/counter_random.h"
#include "sim/model/dataset.h"
#include "sim/model/float_network.h"

namespace faultline::model::model_test {

/// `count` weights in [-1, 1).
inline std::vector<float> random_weights(size_t count, hw::CounterRandom& random) {
  std::vector<float> weights(count);
  for (float& weight : weights) {
    weight = static_cast<float>(2 * random.uniform_real() - 1);
  }
  return weights;
}

/// One layer of every kind, random weights: 1x8x8 in, 3 logits out.
inline FloatNetwork small_network(uint64_t seed) {
  std::cout << "seed " << seed << "\n";
  hw::CounterRandom random(seed, 0);
  FloatConvolution convolution{1, 4, 3, 1, random_weights(36, random), random_weights(4, random)};
  FloatFullyConnected first{64, 5, random_weights(320, random), random_weights(5, random)};
  FloatFullyConnected second{5, 3, random_weights(15, random), random_weights(3, random)};
  return {"small",
          {1, 8, 8},
          {{"conv", convolution},
           {"relu", FloatRelu{}},
           {"pool", FloatMaximumPooling{2}},
           {"flatten", FloatFlatten{}},
           {"fc1", first},
           {"tanh", FloatTanh{}},
           {"fc2", second}}};
}

/// Random images for it, labelled with the network's own answers.
inline Dataset labelled_images(const FloatNetwork& network, size_t count, uint64_t seed) {
  Dataset images;
  images.shape = network.input_shape;
  hw::CounterRandom random(seed, 1);
  for (size_t i = 0; i < count; ++i) {
    std::vector<float> values;
    for (int64_t pixel = 0; pixel < element_count(images.shape); ++pixel) {
      images.pixels.push_back(static_cast<uint8_t>(random.uniform(256)));
      values.push_back(static_cast<float>(images.pixels.back()) / 255.0F);
    }
    const std::vector<float> logits = run_float_network(network, values, [](size_t, std::vector<float>&) {});
    images.labels.push_back(static_cast<uint8_t>(std::max_element(logits.begin(), logits.end()) - logits.begin()));
  }
  return images;
}

}  // namespace faultline::model::model_test
