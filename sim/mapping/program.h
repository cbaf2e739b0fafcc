#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "hw/systolic/command.h"
#include "sim/mapping/activations.h"

namespace faultline::mapping {

/// What a command's cycles are counted as.
enum class Phase { kLoad, kCompute, kDrain };

/// kLoad commands load, kCompute commands compute, all others (post-processing, pooling, storing) drain.
Phase phase_of(const hw::CommandDescriptor& command);

/// Where one layer's data lies in DRAM, in bytes. Activations are channels-last: pixel by pixel, channels next to each
/// other. Regions that a layer does not have are empty.
struct LayerMemory {
  int64_t weights = 0;
  int64_t weight_bytes = 0;
  int64_t parameters = 0;
  int64_t parameter_bytes = 0;
  int64_t table = 0;
  int64_t table_bytes = 0;
  int64_t protection = 0;
  int64_t protection_bytes = 0;
  int64_t input = 0;
  int64_t input_bytes = 0;
  int64_t output = 0;
  int64_t output_bytes = 0;
};

/// Which part of a layer one kCompute command works on. Ranges are half-open. Channels are the layer's output channels
/// (all groups); taps count over the planes: tap = (plane * taps + tap of the window).
struct ComputeBlock {
  int group = 0;
  int channel_begin = 0, channel_end = 0;
  int64_t tap_begin = 0, tap_end = 0;
  int64_t pixel_begin = 0, pixel_end = 0;
};

/// Which neurons one kPostProcess or kPool command writes, and where they lie in the output buffer.
struct OutputBlock {
  int channel_begin = 0, channel_end = 0;
  int64_t pixel_begin = 0, pixel_end = 0;
  int64_t buffer_base = 0;   ///< byte address in the output buffer of (pixel_begin, channel_begin)
  int64_t pixel_stride = 0;  ///< bytes from one pixel to the next
  int element_bytes = 1;     ///< as ActivationFormat::element_bytes
};

/// A command and what it means for the layer.
struct Step {
  hw::CommandDescriptor command;
  ComputeBlock compute;  ///< for kCompute
  OutputBlock output;    ///< for kPostProcess and kPool
};

/// What the neuron unit does in a layer.
struct NeuronProtectionUse {
  size_t neurons = 0;
  size_t extra_words = 0;     ///< of the output buffer that neurons need beside their own
  size_t extra_channels = 0;  ///< that are computed for them
  size_t word_pairs = 0;      ///< pairs of words of one neuron
  size_t shared_pairs = 0;    ///< those that the same processing element computes
};

/// One operator as the accelerator runs it, with the protection of its neurons where a unit does that.
struct LayerProgram {
  size_t operator_index = 0;   ///< in model::Network::operators
  size_t output_operator = 0;  ///< whose output the program stores: the same, or the protection after it
  NeuronProtectionUse protection_use;
  std::string name;
  int multiplier = 0;  ///< selection of the grid's multiplier from the layer's first cycle on
  uint64_t macs = 0;   ///< useful multiplications: taps (times planes) x output channels x pixels; 0 for pooling
  ActivationFormat input;
  ActivationFormat output;
  LayerMemory memory;
  std::vector<uint8_t> weights;     ///< image of the region memory.weights, packed in the order of use
  std::vector<uint8_t> parameters;  ///< AcceleratorConfig::parameter_bytes() per output channel
  std::vector<uint8_t> table;       ///< 256 entries indexed by code + 128, or empty
  std::vector<uint8_t> protection;  ///< masks and tables of the neuron unit
  std::vector<Step> steps;

  /// The commands alone, in order.
  std::vector<hw::CommandDescriptor> commands() const;
};

}  // namespace faultline::mapping
