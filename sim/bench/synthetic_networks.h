#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "hw/arithmetic/multiplier.h"
#include "hw/systolic/accelerator_config.h"
#include "sim/model/network.h"

namespace faultline::bench {

/// Networks of known sizes with random weights: their answers mean nothing, their arithmetic costs what the real ones'
/// does. Additions between layers are left out.
std::shared_ptr<const model::Network> lenet();       ///< LeNet-5, 28x28
std::shared_ptr<const model::Network> mobilenet();   ///< MobileNetV2, 224x224
std::shared_ptr<const model::Network> resnet18();    ///< ResNet-18, 224x224
std::shared_ptr<const model::Network> perceptron();  ///< 784-256-256-256-10

/// A multiplier that is not exact, so that its table is used.
hw::Multiplier table_multiplier();

/// A weight-stationary array with buffers that hold a row of any layer of these networks; exact multiplier.
hw::AcceleratorConfig large_accelerator(int size);

/// A random input of a network.
std::vector<int8_t> random_image(const model::Network& network, uint32_t seed);

}  // namespace faultline::bench
