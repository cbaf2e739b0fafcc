#include "sim/engine/machine_settings.h"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "sim/config/accelerator_file.h"

namespace faultline::engine {
namespace {

constexpr const char* kDefault = "systolic";

std::map<std::string, ArchitectureRegistration::Reader>& readers() {
  static std::map<std::string, ArchitectureRegistration::Reader> all;
  return all;
}

}  // namespace

ArchitectureRegistration::ArchitectureRegistration(const char* name, Reader reader) {
  readers().emplace(name, std::move(reader));
}

std::shared_ptr<const MachineSettings> read_machine(const config::YamlValue& section) {
  const auto architecture = section.find("architecture");
  const std::string name = architecture ? architecture->text("architecture") : kDefault;
  const auto reader = readers().find(name);
  if (reader == readers().end()) {
    architecture->fail(fmt::format("architecture '{}' is unknown", name), "give gpu, or systolic (the default)");
  }
  return reader->second(section);
}

std::shared_ptr<const MachineSettings> read_machine_file(const std::string& file) {
  return read_machine(config::read_yaml(file));
}

std::shared_ptr<const MachineSettings> default_machine() {
  return readers().at(kDefault)(config::parse_yaml("{}", config::AcceleratorSettings().source));
}

}  // namespace faultline::engine
