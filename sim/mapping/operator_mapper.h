#pragma once

#include <cstdint>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/command.h"
#include "sim/mapping/dram_layout.h"
#include "sim/mapping/program.h"
#include "sim/model/network.h"
#include "sim/model/protected_neurons.h"

namespace faultline::mapping {

/// The shared activation regions of a network in DRAM.
struct ActivationRegions {
  int64_t input = 0;
  int64_t output = 0;
};

/// Turns one kind of operator into programs. One file per kind defines one and registers it (OperatorRegistration).
class OperatorMapper {
 public:
  virtual ~OperatorMapper() = default;

  /// True when this mapper knows the operator. `maps` is asked before the other two.
  virtual bool maps(const model::Operator& layer) const = 0;
  /// Formats of the layer's input and output; everything else is left empty.
  virtual LayerProgram formats(const model::Operator& layer) const = 0;
  /// The whole program. Allocates the layer's constants from `dram`. `protection`, if not nullptr, is done by the
  /// accelerator's neuron unit. Throws UserError when the layer does not fit.
  virtual LayerProgram compile(const model::Operator& layer, const model::ProtectedNeurons* protection,
                               const hw::AcceleratorConfig& config, const ActivationRegions& regions,
                               DramLayout& dram) const = 0;
};

/// The mapper of an operator, or nullptr for what the host runs.
const OperatorMapper* mapper_for(const model::Operator& layer);

/// File-scope object that makes a mapper known.
struct OperatorRegistration {
  explicit OperatorRegistration(const OperatorMapper& mapper);
};

/// The parameter memory's image: AcceleratorConfig::parameter_bytes() per channel.
std::vector<uint8_t> pack_parameters(const model::PostProcessing& post, int channels,
                                     const hw::AcceleratorConfig& config);

/// The image of a layer's table, or nothing.
std::vector<uint8_t> pack_table(const model::PostProcessing& post);

/// Fills zero point, clamp, raw and table of a kPostProcess or kPool.
void set_post_processing(hw::CommandDescriptor& command, const model::PostProcessing& post);

}  // namespace faultline::mapping
