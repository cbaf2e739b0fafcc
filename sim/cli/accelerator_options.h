#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "sim/engine/machine_settings.h"

namespace faultline::cli {

/// The options that say which accelerator: --accelerator FILE, then --array, --dataflow, --operand-bits,
/// --multiplier and --layer-multiplier on top of it.
class AcceleratorOptions {
 public:
  /// Adds the options to a subcommand. The object must outlive parsing.
  void add(CLI::App& app);

  /// The systolic accelerator asked for on top of the defaults. Throws UserError.
  config::AcceleratorSettings settings() const {
    const config::AcceleratorSettings defaults;
    return over(defaults);
  }

  /// The systolic accelerator asked for on top of `settings`; a file replaces all of it. Throws UserError.
  config::AcceleratorSettings over(config::AcceleratorSettings settings) const {
    return options_.over(std::move(settings));
  }

  /// The same for a machine of any architecture.
  std::shared_ptr<const engine::MachineSettings> over(std::shared_ptr<const engine::MachineSettings> settings) const {
    return options_.over(std::move(settings));
  }

  /// The machine asked for, of any architecture. Throws UserError.
  std::unique_ptr<engine::Machine> machine() const { return options_.machine(); }

 private:
  engine::MachineOptions options_;
};

}  // namespace faultline::cli
