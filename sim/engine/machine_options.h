#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/accelerator_file.h"
#include "sim/engine/machine.h"

namespace faultline::engine {

class MachineSettings;

/// How the user names a machine: a file, and single settings on top of it. Empty: not given.
struct MachineOptions {
  std::string file;
  std::string array;
  std::string dataflow;
  std::string multiplier;
  std::optional<int> operand_bits;
  std::vector<std::string> layer_multipliers;  ///< "LAYER=MULTIPLIER"

  /// The systolic accelerator asked for on top of `settings`; a file replaces all of it. Throws UserError, also when
  /// the file describes another architecture.
  config::AcceleratorSettings over(config::AcceleratorSettings settings) const;

  /// The same for a machine of any architecture.
  std::shared_ptr<const MachineSettings> over(std::shared_ptr<const MachineSettings> settings) const;

  /// The machine asked for, of any architecture. Throws UserError.
  std::unique_ptr<Machine> machine() const;
};

}  // namespace faultline::engine
