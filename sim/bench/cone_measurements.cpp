// Faulty inferences by the cone engine.
#include <memory>
#include <string>
#include <vector>

#include "hw/common/counter_random.h"
#include "sim/bench/measurement.h"
#include "sim/bench/synthetic_networks.h"
#include "sim/engine/cone_engine.h"

namespace faultline::bench {
namespace {

constexpr uint64_t kSeed = 1;

struct ConeMachine {
  ConeMachine(std::shared_ptr<const model::Network> of, int size, const hw::Multiplier& multiplier)
      : network(std::move(of)),
        config{hw::GridConfig(size, size, hw::Dataflow::kWeightStationary, multiplier)},
        engine(network, config, engine::GridKind::kCycle),
        cone(engine, network, config) {
    for (uint32_t image = 0; image < 16; ++image) {
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

  std::shared_ptr<const model::Network> network;
  hw::AcceleratorConfig config;
  mutable engine::AcceleratorEngine engine;
  engine::ConeEngine cone;
  std::vector<model::Values> images;
};

/// Random flips of a field on one image after another.
std::function<Work()> flips(const std::string& field) {
  return [field] {
    constexpr size_t kFaults = 1000;
    const auto machine = std::make_shared<ConeMachine>(lenet(), 16, hw::Multiplier());
    std::vector<hw::Fault> faults;
    for (size_t number = 0; number < kFaults; ++number) {
      hw::CounterRandom random(kSeed, number);
      hw::Fault fault = machine->fault(field);
      fault.site.element = random.uniform(machine->elements(field));
      fault.mask = uint64_t{1} << random.uniform(8);
      fault.start = random.uniform(machine->cone.total_cycles());
      faults.push_back(fault);
    }
    return Work{static_cast<double>(kFaults * machine->images.size()), [machine, faults] {
                  for (const model::Values& image : machine->images) {
                    machine->cone.begin(image);
                    for (const hw::Fault& fault : faults) {
                      machine->cone.run_with_faults({fault}, 2 * machine->cone.total_cycles());
                    }
                  }
                }};
  };
}

/// A chip of which 16 % of the processing elements have the product's most significant bit stuck at 1.
Work fault_map() {
  const auto machine = std::make_shared<ConeMachine>(perceptron(), 256, table_multiplier());
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
  return {static_cast<double>(machine->images.size()), [machine, faults] {
            for (const model::Values& image : machine->images) {
              machine->cone.begin(image);
              machine->cone.run_with_faults(faults, 2 * machine->cone.total_cycles());
            }
          }};
}

const MeasurementRegistration kRegistration{{
    {"cone", "LeNet-5, 16x16, flips of weight", "experiment-image", flips("weight")},
    {"cone", "LeNet-5, 16x16, flips of psum", "experiment-image", flips("psum")},
    {"cone", "LeNet-5, 16x16, flips of product", "experiment-image", flips("product")},
    {"cone", "784-256-256-256-10, 256x256, 16 % stuck products", "image", fault_map},
}};

}  // namespace
}  // namespace faultline::bench
