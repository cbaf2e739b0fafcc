// Whole networks by the functional engine.
#include <memory>

#include "sim/bench/measurement.h"
#include "sim/bench/synthetic_networks.h"
#include "sim/engine/functional_engine.h"

namespace faultline::bench {
namespace {

using NetworkMaker = std::shared_ptr<const model::Network> (*)();

std::function<Work()> inference(NetworkMaker make, bool exact) {
  return [make, exact] {
    const auto network = make();
    const auto engine =
        std::make_shared<const engine::FunctionalEngine>(network, exact ? hw::Multiplier() : table_multiplier());
    const auto image = std::make_shared<const model::Values>(random_image(*network, 2));
    return Work{1, [engine, image] { engine->run(*image); }};
  };
}

const MeasurementRegistration kRegistration{{
    {"functional", "LeNet-5, exact", "image", inference(lenet, true)},
    {"functional", "LeNet-5, table", "image", inference(lenet, false)},
    {"functional", "MobileNetV2 size, exact", "image", inference(mobilenet, true)},
    {"functional", "MobileNetV2 size, table", "image", inference(mobilenet, false)},
    {"functional", "ResNet-18 size, exact", "image", inference(resnet18, true)},
    {"functional", "ResNet-18 size, table", "image", inference(resnet18, false)},
}};

}  // namespace
}  // namespace faultline::bench
