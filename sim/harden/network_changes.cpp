#include "sim/harden/network_changes.h"

#include "sim/config/user_error.h"
#include "sim/harden/bias_calibration.h"
#include "sim/harden/clip_design.h"
#include "sim/harden/hardened_design.h"
#include "sim/harden/neuron_protection.h"
#include "sim/harden/weight_remapping.h"
#include "sim/mapping/network_compiler.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"
#include "sim/model/operand_width.h"

namespace faultline::harden {
namespace {

void calibrate(const std::shared_ptr<model::Network>& network, const std::string& model, const NetworkChanges& changes,
               const engine::Machine& machine) {
  const model::Dataset images = model::load_dataset(changes.data, model::Split::kTrain, changes.calibrate);
  model::check_dataset_fits(*network, images);
  calibrate_biases(network, model::import_onnx(model), machine.multipliers(*network),
                   model::network_inputs(*network, images));
}

}  // namespace

std::shared_ptr<const model::Network> changed_network(const std::string& model, const NetworkChanges& changes,
                                                      const engine::Machine& machine) {
  const auto network = std::make_shared<model::Network>(model::import_onnx(model));
  mapping::check_operand_format(*network, machine.operand_format());
  if (changes.remap_weights) {
    model::require_8_bit_operands(*network, "the remapping of weights");
    remap_weights(*network, [&machine](const std::string& layer) -> const hw::Multiplier& {
      return machine.layer_multiplier(layer);
    });
  }
  if (changes.calibrate > 0) {
    model::require_8_bit_operands(*network, "the calibration of biases");
    calibrate(network, model, changes, machine);
  }
  if (!changes.clip.empty()) {
    model::require_8_bit_operands(*network, "clipping");
    clip_network(*network, read_clip_design(changes.clip));
  }
  if (!changes.hardened.empty()) {
    model::require_8_bit_operands(*network, "hardening");
    protect_neurons(*network, read_hardened_design(changes.hardened));
  }
  return network;
}

void add_channel_bounds(const std::string& clip, engine::Machine& machine) {
  if (clip.empty() || !read_clip_design(clip).by_channel()) {
    return;
  }
  hw::ProtectionConfig* units = machine.protection();
  if (units == nullptr) {
    throw UserError(clip, 0, "bounds channels by themselves, which this accelerator has no unit for",
                    "profile with --per layer, or take a systolic accelerator");
  }
  units->channel_bounds = true;
}

}  // namespace faultline::harden
