#include "hw/gpu/sm_config.h"

#include "hw/common/invalid_configuration.h"
#include "hw/gpu/global_memory_word.h"

namespace faultline::hw::gpu {
namespace {

void require_range(const char* name, int64_t value, int64_t low, int64_t high) {
  if (value < low || value > high) {
    throw InvalidConfiguration(std::string(name) + " " + std::to_string(value) + " is out of range; it must be " +
                               std::to_string(low) + " to " + std::to_string(high));
  }
}

void require_power_of_two(const char* name, int value) {
  if ((value & (value - 1)) != 0) {
    throw InvalidConfiguration(std::string(name) + " " + std::to_string(value) +
                               " is no power of two; choose 1, 2, 4, 8 ...");
  }
}

}  // namespace

void SmConfig::validate() const {
  require_range("warp_size", warp_size, 4, 32);
  require_power_of_two("warp_size", warp_size);
  require_range("warps", warps, 1, 64);
  require_range("blocks", blocks, 1, 32);
  require_range("partitions", partitions, 1, 8);
  require_range("lanes", lanes, 1, warp_size);
  require_power_of_two("lanes", lanes);
  require_range("collectors", collectors, 1, 16);
  require_range("register_entries", register_entries, 1, 4096);
  require_range("register_banks", register_banks, 1, 16);
  require_range("alu_stages", alu_stages, 2, 16);
  require_range("mac_stages", mac_stages, 3, 16);
  require_range("instruction_entries", instruction_entries, 16, 65536);
  require_range("shared_bytes", shared_bytes, 4, 256 * 1024);
  if (shared_bytes % 4 != 0) {
    throw InvalidConfiguration("shared_bytes " + std::to_string(shared_bytes) + " is no multiple of 4; round it");
  }
  require_range("shared_banks", shared_banks, 1, 64);
  require_power_of_two("shared_banks", shared_banks);
  require_range("shared_latency", shared_latency, 1, 255);
  require_range("memory_instructions", memory_instructions, 1, 64);
  require_range("memory_transactions", memory_transactions, 1, 1024);
  require_range("memory_queue", memory_queue, 1, 64);
  require_range("segment_bytes", segment_bytes, 4, 64);
  require_power_of_two("segment_bytes", segment_bytes);
  require_range("bus_bytes", bus_bytes, 1, 64);
  require_range("global_latency", global_latency, 1, 4096);
  require_range("global_bytes", global_bytes, 4096, int64_t{1} << 31);
  if (global_bytes % kLargestSegment != 0) {
    throw InvalidConfiguration("global_bytes " + std::to_string(global_bytes) + " is no multiple of 64; round it");
  }
}

}  // namespace faultline::hw::gpu
