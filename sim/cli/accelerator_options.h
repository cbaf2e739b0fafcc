#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "sim/config/accelerator_file.h"

namespace faultline::cli {

/// The options that say which accelerator: --accelerator FILE, then --array, --dataflow, --multiplier and
/// --layer-multiplier on top of it.
class AcceleratorOptions {
 public:
  /// Adds the options to a subcommand. The object must outlive parsing.
  void add(CLI::App& app);

  /// What was asked for on top of the defaults. Throws UserError.
  config::AcceleratorSettings settings() const;

  /// What was asked for on top of `settings`; a file replaces all of it. Throws UserError.
  config::AcceleratorSettings over(config::AcceleratorSettings settings) const;

 private:
  std::string file_;
  std::string array_;
  std::string dataflow_;
  std::string multiplier_;
  std::vector<std::string> layer_multipliers_;
};

}  // namespace faultline::cli
