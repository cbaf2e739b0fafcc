// Faulty inferences by the cone engine, and by the simulation that it stands for.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hw/common/counter_random.h"
#include "sim/bench/measurement.h"
#include "sim/bench/network_chain.h"
#include "sim/bench/synthetic_networks.h"
#include "sim/engine/cone_engine.h"

namespace faultline::bench {
namespace {

constexpr uint64_t kSeed = 1;

hw::AcceleratorConfig array_of(int size, const hw::Multiplier& multiplier = {}) {
  return {hw::GridConfig(size, size, hw::Dataflow::kWeightStationary, multiplier)};
}

struct ConeMachine {
  ConeMachine(std::shared_ptr<const model::Network> of, hw::AcceleratorConfig configuration, uint32_t image_count)
      : network(std::move(of)),
        config(std::move(configuration)),
        engine(network, config, engine::GridKind::kCycle),
        cone(engine, network, config) {
    for (uint32_t image = 0; image < image_count; ++image) {
      images.emplace_back(random_image(*network, image));
    }
  }

  hw::Fault fault(const std::string& field) const {
    hw::Fault fault;
    fault.site.field = engine.platform().state().field_index("array.pe[*][*]." + field);
    return fault;
  }
  size_t elements(const std::string& field) const {
    return engine.platform().state().fields()[fault(field).site.field].element_count();
  }
  /// Random flips of a field.
  std::vector<hw::Fault> flips(const std::string& field, size_t count) const {
    std::vector<hw::Fault> faults;
    for (size_t number = 0; number < count; ++number) {
      hw::CounterRandom random(kSeed, number);
      hw::Fault flip = fault(field);
      flip.site.element = random.uniform(elements(field));
      flip.mask = uint64_t{1} << random.uniform(8);
      flip.start = random.uniform(cone.total_cycles());
      faults.push_back(flip);
    }
    return faults;
  }
  uint64_t limit() const { return 2 * cone.total_cycles(); }

  std::shared_ptr<const model::Network> network;
  hw::AcceleratorConfig config;
  mutable engine::AcceleratorEngine engine;
  engine::ConeEngine cone;
  std::vector<model::Values> images;
};

/// Faults on one image after another, golden inferences included.
Work followed(const std::shared_ptr<ConeMachine>& machine, const std::vector<hw::Fault>& faults) {
  return {static_cast<double>(faults.size() * machine->images.size()), [machine, faults] {
            for (const model::Values& image : machine->images) {
              machine->cone.begin(image);
              for (const hw::Fault& fault : faults) {
                machine->cone.run_with_faults({fault}, machine->limit());
              }
            }
          }};
}

std::function<Work()> lenet_flips(const std::string& field) {
  return [field] {
    const auto machine = std::make_shared<ConeMachine>(lenet(), array_of(16), 16);
    return followed(machine, machine->flips(field, 1000));
  };
}

/// The same, simulated from the struck layer until nothing differs; golden inferences are not counted.
Work simulated_lenet_flips() {
  const auto machine = std::make_shared<ConeMachine>(lenet(), array_of(16), 1);
  const std::vector<hw::Fault> faults = machine->flips("weight", 50);
  const auto golden = std::make_shared<engine::GoldenRun>(machine->engine.golden(machine->images.front()));
  return {static_cast<double>(faults.size()), [machine, faults, golden] {
            for (const hw::Fault& fault : faults) {
              machine->engine.run_with_faults(*golden, {fault}, machine->limit());
            }
          }};
}

/// From the site to the outputs of the only tile: 16 pixels, 16 taps, 16 channels.
Work tile_flips() {
  const auto machine =
      std::make_shared<ConeMachine>(NetworkChain(16, 4).convolution(16, 1, 1, 0).network(), array_of(16), 1);
  return followed(machine, machine->flips("weight", 100000));
}

/// Flips in a large network.
Work resnet_flips() {
  const auto machine = std::make_shared<ConeMachine>(resnet18(), large_accelerator(256), 1);
  return followed(machine, machine->flips("weight", 400));
}

/// A chip of which 16 % of the processing elements have the product's most significant bit stuck at 1.
Work fault_map() {
  const auto machine = std::make_shared<ConeMachine>(perceptron(), array_of(256, table_multiplier()), 16);
  std::vector<hw::Fault> faults;
  hw::CounterRandom random(kSeed, 0);
  for (size_t element = 0; element < machine->elements("product"); ++element) {
    if (random.uniform(100) < 16) {
      hw::Fault fault = machine->fault("product");
      fault.site.element = element;
      fault.mask = 0x8000;
      fault.model = hw::FaultModel::kStuckAt1;
      fault.duration = 0;
      faults.push_back(fault);
    }
  }
  return {static_cast<double>(machine->images.size()), [machine, faults = hw::Faults(std::move(faults))] {
            for (const model::Values& image : machine->images) {
              machine->cone.begin(image);
              machine->cone.run_with_faults(faults, machine->limit());
            }
          }};
}

const MeasurementRegistration kRegistration{{
    {"cone", "LeNet-5, 16x16, flips of weight", "experiment-image", lenet_flips("weight")},
    {"cone", "LeNet-5, 16x16, flips of psum", "experiment-image", lenet_flips("psum")},
    {"cone", "LeNet-5, 16x16, flips of product", "experiment-image", lenet_flips("product")},
    {"cone", "LeNet-5, 16x16, flips of weight, simulated", "experiment-image", simulated_lenet_flips},
    {"cone", "one tile of 16 x 16 x 16, 16x16, flips of weight", "experiment", tile_flips},
    {"cone", "ResNet-18 size, 256x256, flips of weight", "experiment-image", resnet_flips},
    {"cone", "784-256-256-256-10, 256x256, 16 % stuck products", "image", fault_map},
}};

}  // namespace
}  // namespace faultline::bench
