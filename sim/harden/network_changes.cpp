#include "sim/harden/network_changes.h"

#include "sim/config/user_error.h"
#include "sim/harden/bias_calibration.h"
#include "sim/harden/bounds_unit.h"
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

hw::ProtectionConfig& units_of(engine::Machine& machine, const std::string& design, const std::string& instead) {
  hw::ProtectionConfig* units = machine.protection();
  if (units == nullptr) {
    throw UserError(design, 0, "bounds channels by themselves, which this accelerator has no unit for", instead);
  }
  return *units;
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
    const HardenedDesign design = read_hardened_design(changes.hardened);
    hold_to_intervals(*network, design);
    protect_neurons(*network, design);
  }
  return network;
}

void add_channel_bounds(const std::string& clip, const std::string& hardened, engine::Machine& machine) {
  if (!clip.empty()) {
    const ClipDesign design = read_clip_design(clip);
    if (design.by_channel()) {
      add_bounds_unit(
          clip, {design.zeroes},
          units_of(machine, clip, "profile with --per layer and --outside clamp, or take a systolic accelerator"));
    }
  }
  if (!hardened.empty()) {
    const HardenedDesign design = read_hardened_design(hardened);
    if (find_neuron_scheme(design.scheme, hardened).has_intervals()) {
      add_bounds_unit(hardened, {true}, units_of(machine, hardened, "take a systolic accelerator"));
    }
  }
}

}  // namespace faultline::harden
