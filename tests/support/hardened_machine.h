#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hw/systolic/neuron_unit_core.h"
#include "sim/engine/functional_engine.h"
#include "sim/engine/simulation_engine.h"
#include "sim/mapping/neuron_location.h"
#include "tests/support/hardened_network.h"
#include "tests/support/random_layer.h"

namespace faultline::test {

/// A small hardened network on a small accelerator with the unit for it, and what it gives without faults.
struct HardenedMachine {
  /// `repeats`: as ProtectionConfig::neuron_repeats. `most_entries` of the unit's table, at least 3.
  HardenedMachine(uint64_t seed, hw::Dataflow dataflow, const std::string& unit, std::optional<int> repeats = {},
                  int most_entries = 40)
      : maker(hw::CounterRandom(seed, static_cast<uint64_t>(dataflow))) {
    const auto codes = LayerMaker(hw::CounterRandom(seed, 50)).codes(100);
    network = hardened_classifier(maker, unit, &codes);
    config = maker.configuration(dataflow, 6);
    config.protection.neuron_unit = unit;
    config.protection.neuron_entries = maker.between(3, most_entries);
    config.protection.neuron_repeats = repeats;
    if (hw::find_neuron_unit_kind(unit)->has_intervals()) {
      config.grid.multiplier = hw::Multiplier();  // that the intervals are of
      config.protection.channel_bounds = hw::ChannelBounds{true};
    }
    enlarge_until_it_fits(*network, config);
    compiled = mapping::compile(*network, config);
    input = codes;
    golden_tensors = engine::FunctionalEngine(network, config.grid.multiplier).run(input);
  }

  size_t output_of(const mapping::LayerProgram& layer) const {
    return static_cast<size_t>(network->operators[layer.output_operator]->output);
  }
  /// All tensors that the accelerator stores are right.
  void expect_golden(const engine::AcceleratorRun& run) const {
    for (const mapping::LayerProgram& layer : compiled.layers) {
      EXPECT_EQ(run.tensors[output_of(layer)], golden_tensors[output_of(layer)]) << layer.name;
    }
  }

  /// The addresses of the words of a neuron in the output buffer, and the kCorrect that takes them.
  struct Words {
    size_t step = 0;
    std::vector<uint32_t> addresses;
  };
  Words words_of(const mapping::LayerProgram& program, const mapping::Neuron& neuron) const {
    const mapping::NeuronLocation place = mapping::locate(program, neuron, config.grid);
    const hw::NeuronUnitKind& kind = *hw::find_neuron_unit_kind(config.protection.neuron_unit);
    const size_t words = kind.words;
    for (size_t step = place.output_step; step < place.store_step; ++step) {
      const hw::CommandDescriptor& command = program.steps[step].command;
      if (command.opcode != static_cast<int32_t>(hw::Opcode::kCorrect)) {
        continue;
      }
      const hw::CommandDescriptor& load = program.steps[step - 1].command;
      const uint8_t* entry = program.protection.data() + (load.dram_address - program.memory.protection);
      for (int32_t first = 0; first < command.rows; first += static_cast<int32_t>(words)) {
        Words found{step, {}};
        for (size_t word = 0; word < words; ++word, entry += hw::neuron_entry_bytes(kind)) {
          found.addresses.push_back(static_cast<uint32_t>(entry[0] | entry[1] << 8 | entry[2] << 16));
        }
        if (found.addresses.front() == place.output_address) {
          return found;
        }
      }
    }
    ADD_FAILURE() << "no kCorrect takes neuron " << neuron.channel << ", " << neuron.pixel << " of " << program.name;
    return {};
  }

  /// A layer that has protected neurons.
  size_t random_protected_layer() {
    size_t index = 0;
    do {
      index = static_cast<size_t>(maker.between(0, static_cast<int>(compiled.layers.size()) - 1));
    } while (compiled.layers[index].protection_use.neurons == 0);
    return index;
  }
  const model::ProtectedNeurons& protection_of(const mapping::LayerProgram& program) const {
    return dynamic_cast<const model::ProtectedNeurons&>(*network->operators[program.output_operator]);
  }
  /// An element of the layer's output that is protected.
  size_t random_protected_neuron(const mapping::LayerProgram& program) {
    const auto& neurons = protection_of(program).neurons();
    return neurons[static_cast<size_t>(maker.between(0, static_cast<int>(neurons.size()) - 1))];
  }
  /// Where an element of the layer's output is computed.
  static mapping::Neuron place_of(const mapping::LayerProgram& program, size_t neuron) {
    const auto pixels = static_cast<size_t>(program.output.pixels);
    return {static_cast<int>(neuron / pixels), static_cast<int64_t>(neuron % pixels)};
  }

  LayerMaker maker;
  std::shared_ptr<const model::Network> network;
  hw::AcceleratorConfig config{hw::GridConfig(1, 1, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  mapping::CompiledNetwork compiled;
  model::Values input;
  std::vector<model::Values> golden_tensors;  ///< of the functional engine
};

}  // namespace faultline::test
