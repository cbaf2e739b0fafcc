#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "sim/engine/command_timeline.h"
#include "sim/mapping/neuron_location.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// An output of a layer by its coordinates in the tensor.
struct NeuronName {
  std::string layer;
  int channel = 0;
  int y = 0;
  int x = 0;
};

/// Products of a neuron in absolute cycles.
struct ProductWindow {
  mapping::ProductSpan span;
  uint64_t first_cycle = 0;
  uint64_t last_cycle = 0;
};

/// A place that holds a value of the neuron in [first_cycle, last_cycle].
struct StorageWindow {
  std::string path;  ///< in the state table
  uint64_t first_cycle = 0;
  uint64_t last_cycle = 0;
};

/// Where and when an inference makes a neuron.
struct NeuronAnswer {
  std::vector<ProductWindow> products;      ///< in time; none for pooling
  std::vector<StorageWindow> partial_sums;  ///< from the command that adds up to the end of post-processing
  std::vector<StorageWindow> outputs;  ///< bytes, least significant first; from post-processing to the end of the store
  int64_t dram_address = 0;
};

/// What a processing element does in a cycle.
struct ElementAnswer {
  std::string layer;     ///< empty between layers' commands
  std::string activity;  ///< "load", "compute", "drain" or "idle": what the accelerator is doing
  struct Work {
    NeuronName neuron;
    int plane = 0, kernel_y = 0, kernel_x = 0;
    int input_channel = 0;  ///< of the layer's input
  };
  std::optional<Work> work;  ///< set when the element multiplies for a neuron
};

/// Answers questions about where a network's neurons are in space and time on an accelerator.
class NeuronQuery {
 public:
  /// Simulates one inference to learn when commands run. Throws UserError when the network does not fit.
  NeuronQuery(std::shared_ptr<const model::Network> network, const hw::AcceleratorConfig& config);

  /// Throws UserError for a layer that does not run on the accelerator or a neuron outside its output.
  NeuronAnswer where(const NeuronName& neuron) const;
  /// Throws UserError for an element outside the array or a cycle beyond the inference.
  ElementAnswer at(int row, int column, uint64_t cycle) const;
  uint64_t total_cycles() const { return timeline_.total_cycles(); }

 private:
  size_t layer_index(const std::string& name) const;

  std::shared_ptr<const model::Network> network_;
  hw::AcceleratorConfig config_;
  mapping::CompiledNetwork compiled_;
  AcceleratorEngine engine_;
  CommandTimeline timeline_;
};

}  // namespace faultline::engine
