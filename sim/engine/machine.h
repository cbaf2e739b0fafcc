#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hw/arithmetic/multiplier.h"
#include "hw/common/state_table.h"
#include "hw/protection/protection_config.h"
#include "sim/config/accelerator_file.h"
#include "sim/engine/fault_follower.h"
#include "sim/engine/gemm_run.h"
#include "sim/engine/inference_engine.h"
#include "sim/engine/layer_multipliers.h"
#include "sim/engine/simulation_engine.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// A machine that takes faults, with a network on it.
struct StruckMachine {
  std::string name;  ///< of its engine, as results store it
  std::unique_ptr<SimulationEngine> engine;
  std::unique_ptr<FaultFollower> follower;  ///< of the engines auto and cone: answers instead of the simulation
};

/// The accelerator that a file describes, whatever its architecture. One simulation per process (SystemC elaborates
/// once): call only one of inference(), gemm(), struck() and visit_state().
class Machine {
 public:
  using Settings = std::vector<std::pair<std::string, config::EffectiveValue>>;

  virtual ~Machine() = default;

  /// In a few words, for a person: "16x16 ws".
  virtual std::string description() const = 0;
  /// The multiplier where nothing else is said.
  virtual const hw::Multiplier& multiplier() const = 0;
  /// The one that is selected for a layer.
  virtual const hw::Multiplier& layer_multiplier(const std::string& layer) const = 0;
  /// Every multiplier of which products may come.
  virtual std::vector<const hw::Multiplier*> all_multipliers() const = 0;
  /// Those of every layer of a network, which must outlive the result. Throws UserError.
  virtual LayerMultipliers multipliers(const model::Network& network) const = 0;
  /// The effective configuration, as results store it.
  virtual Settings settings() const = 0;

  /// The protection units, to be added to before the first use; nullptr for an architecture that has none.
  virtual hw::ProtectionConfig* protection() { return nullptr; }
  virtual const hw::ProtectionConfig* protection() const { return nullptr; }

  /// An engine by name. Throws UserError for one that the architecture does not have, or a network that does not fit.
  virtual Inference inference(const std::string& engine, std::shared_ptr<const model::Network> network) const = 0;
  /// Widths of the operands that its networks and matrices have.
  virtual hw::OperandFormat operand_format() const { return {}; }
  /// What campaigns strike, by an engine's name: auto or cone (faults are followed where they can be), or a simulating
  /// engine. Throws UserError, at `where` for an engine that the architecture does not have.
  virtual StruckMachine struck(const std::string& engine, std::shared_ptr<const model::Network> network,
                               const std::string& where) const = 0;
  /// Runs a GEMM as one raw layer. Throws UserError.
  virtual GemmResult gemm(const Gemm& gemm, const std::string& engine) const = 0;
  /// Shows the state table of the simulated machine.
  virtual void visit_state(const std::function<void(const hw::StateTable&)>& visit) const = 0;
};

/// True for auto and cone: a FaultFollower answers, and has the machine simulated where it cannot follow.
bool follows_faults(const std::string& engine);

}  // namespace faultline::engine
