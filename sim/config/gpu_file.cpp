#include "sim/config/gpu_file.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "hw/common/invalid_configuration.h"
#include "hw/gpu/scheduling_policy.h"
#include "sim/config/accelerator_file.h"
#include "sim/config/user_error.h"

namespace faultline::config {
namespace {

/// A key whose value is a whole number; the hardware's validate() knows the ranges.
struct SmSizeKey {
  const char* name;
  std::variant<int64_t hw::gpu::SmConfig::*, int hw::gpu::SmConfig::*> member;
};

const std::vector<SmSizeKey>& sm_size_keys() {
  using C = hw::gpu::SmConfig;
  static const std::vector<SmSizeKey> kKeys = {
      {"lanes", &C::lanes},
      {"warp_size", &C::warp_size},
      {"warps", &C::warps},
      {"blocks", &C::blocks},
      {"partitions", &C::partitions},
      {"collectors", &C::collectors},
      {"register_entries", &C::register_entries},
      {"register_banks", &C::register_banks},
      {"alu_stages", &C::alu_stages},
      {"mac_stages", &C::mac_stages},
      {"instruction_entries", &C::instruction_entries},
      {"shared_bytes", &C::shared_bytes},
      {"shared_banks", &C::shared_banks},
      {"shared_latency", &C::shared_latency},
      {"memory_instructions", &C::memory_instructions},
      {"memory_transactions", &C::memory_transactions},
      {"memory_queue", &C::memory_queue},
      {"segment_bytes", &C::segment_bytes},
      {"bus_bytes", &C::bus_bytes},
      {"global_latency", &C::global_latency},
      {"global_bytes", &C::global_bytes},
  };
  return kKeys;
}

/// Runs a check of the hardware; InvalidConfiguration says "what is wrong; what would be right".
template <typename Check>
void checked(const std::string& where, int line, Check check) {
  try {
    check();
  } catch (const hw::InvalidConfiguration& error) {
    const std::string message = error.what();
    const size_t cut = message.find("; ");
    throw UserError(where, line, message.substr(0, cut),
                    cut == std::string::npos ? "change it" : message.substr(cut + 2));
  }
}

void set_size(hw::gpu::SmConfig& sizes, const SmSizeKey& key, int64_t number) {
  if (const auto* wide = std::get_if<int64_t hw::gpu::SmConfig::*>(&key.member)) {
    sizes.** wide = number;
  } else {
    sizes.*std::get<int hw::gpu::SmConfig::*>(key.member) = static_cast<int>(number);
  }
}

}  // namespace

hw::gpu::SmConfig GpuSettings::build() const {
  hw::gpu::SmConfig config = sizes;
  config.multiplier = load_multiplier(multiplier);
  checked(source, line, [&] { config.validate(); });
  return config;
}

bool describes_gpu(const YamlValue& section) {
  const auto architecture = section.find("architecture");
  if (!architecture) {
    return false;
  }
  const std::string name = architecture->text("architecture");
  if (name != "gpu" && name != "systolic") {
    architecture->fail(fmt::format("architecture '{}' is unknown", name), "give gpu, or systolic (the default)");
  }
  return name == "gpu";
}

GpuSettings read_gpu(const YamlValue& section) {
  std::vector<std::string> allowed = {"architecture", "multiplier", "scheduler"};
  for (const SmSizeKey& key : sm_size_keys()) {
    allowed.emplace_back(key.name);
  }
  section.check_keys("accelerator", allowed);
  GpuSettings settings;
  settings.source = section.file();
  settings.line = section.line();
  if (const auto multiplier = section.find("multiplier")) {
    settings.multiplier = read_multiplier(*multiplier);
  }
  if (const auto scheduler = section.find("scheduler")) {
    settings.sizes.scheduler = scheduler->text("scheduler");
    checked(scheduler->file(), scheduler->line(), [&] { hw::gpu::scheduling_policy(settings.sizes.scheduler); });
  }
  for (const SmSizeKey& key : sm_size_keys()) {
    if (const auto value = section.find(key.name)) {
      const int64_t largest = std::numeric_limits<int32_t>::max();
      set_size(settings.sizes, key, std::min(value->integer(key.name, 0, largest + 1), largest));
      if (!section.find("lanes")) {
        settings.sizes.lanes = std::min(settings.sizes.lanes, settings.sizes.warp_size);
      }
      checked(value->file(), value->line(), [&] { settings.sizes.validate(); });
    }
  }
  return settings;
}

std::vector<std::pair<std::string, EffectiveValue>> effective_settings(const hw::gpu::SmConfig& config) {
  std::vector<std::pair<std::string, EffectiveValue>> settings = {
      {"architecture", "gpu"}, {"multiplier", config.multiplier.name()}, {"scheduler", config.scheduler}};
  for (const SmSizeKey& key : sm_size_keys()) {
    const int64_t value = std::visit([&](auto member) { return static_cast<int64_t>(config.*member); }, key.member);
    settings.emplace_back(key.name, value);
  }
  return settings;
}

}  // namespace faultline::config
