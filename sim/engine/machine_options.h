#pragma once

#include <memory>
#include <string>

#include "sim/config/accelerator_file.h"
#include "sim/engine/machine.h"

namespace faultline::engine {

/// How the user names a machine: a file, and single settings on top of it. Empty: not given.
struct MachineOptions {
  std::string file;
  std::string array;
  std::string dataflow;
  std::string multiplier;

  /// The systolic accelerator asked for on top of `settings`; a file replaces all of it. Throws UserError, also when
  /// the file describes another architecture.
  config::AcceleratorSettings over(config::AcceleratorSettings settings) const;

  /// The machine asked for, of any architecture. Throws UserError.
  std::unique_ptr<Machine> machine() const;
};

}  // namespace faultline::engine
