#pragma once

#include <functional>
#include <memory>
#include <string>

#include "sim/config/yaml_reader.h"
#include "sim/engine/machine.h"
#include "sim/engine/machine_options.h"

namespace faultline::engine {

/// What a file or an experiment says about a machine, before it is built: one class per architecture.
class MachineSettings {
 public:
  virtual ~MachineSettings() = default;

  /// With single settings on top; `options.file` is empty. Throws UserError for a setting that the architecture does
  /// not have.
  virtual std::shared_ptr<const MachineSettings> with(const MachineOptions& options) const = 0;
  /// Reads multiplier tables and checks everything. Throws UserError.
  virtual std::unique_ptr<Machine> build() const = 0;
};

/// Reads a mapping; its `architecture` (default: systolic) says what its other keys mean. Throws UserError.
std::shared_ptr<const MachineSettings> read_machine(const config::YamlValue& section);
/// Reads an accelerator file.
std::shared_ptr<const MachineSettings> read_machine_file(const std::string& file);
/// The machine where nothing is said.
std::shared_ptr<const MachineSettings> default_machine();

/// File-scope object that makes an architecture known.
struct ArchitectureRegistration {
  using Reader = std::function<std::shared_ptr<const MachineSettings>(const config::YamlValue& section)>;
  ArchitectureRegistration(const char* name, Reader reader);
};

}  // namespace faultline::engine
