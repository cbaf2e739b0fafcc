#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "hw/gpu/global_memory_core.h"
#include "hw/gpu/sm_core.h"
#include "sim/gpu/assembler.h"
#include "sim/gpu/kernel_program.h"

namespace faultline::gpu {

/// A multiprocessor core and its global memory, stepped without SystemC.
class SmHarness {
 public:
  explicit SmHarness(const hw::gpu::SmConfig& configuration)
      : config(configuration),
        content(static_cast<size_t>(configuration.global_bytes)),
        core(config, table, taps),
        memory(config, content, table) {}

  void load(const KernelProgram& program) {
    const size_t field = table.field_index("instruction_memory[*]");
    for (size_t i = 0; i < program.words.size(); ++i) {
      table.poke({field, i}, program.words[i]);
    }
  }

  /// Runs one launch; the cycles from the edge that takes it to the one that makes the core ready, or `limit`.
  uint64_t run(const hw::gpu::KernelLaunch& launch, uint64_t limit = 10'000'000) {
    bool valid = true;
    for (uint64_t cycles = 0; cycles < limit; ++cycles) {
      step(valid, launch);
      valid = false;
      if (core.ready() || core.trapped()) {
        return cycles;
      }
    }
    return limit;
  }

  void step(bool valid, const hw::gpu::KernelLaunch& launch) {
    const hw::gpu::GlobalRequest request = core.request();
    const hw::gpu::GlobalResponse response = memory.response();
    core.step({valid, launch, response}, cycle++);
    memory.step(request);
  }

  uint64_t peek(const std::string& path, size_t element = 0) const {
    return table.peek({table.field_index(path), element});
  }
  template <typename T>
  void write(uint64_t address, const std::vector<T>& values) {
    content.write(address, values.data(), values.size() * sizeof(T));
  }
  template <typename T>
  std::vector<T> read(uint64_t address, size_t count) const {
    std::vector<T> values(count);
    content.read(address, values.data(), count * sizeof(T));
    return values;
  }

  hw::gpu::SmConfig config;
  hw::StateTable table;
  hw::FaultTaps taps{&table};
  hw::DramContent content;
  hw::gpu::SmCore core;
  hw::gpu::GlobalMemoryCore memory;
  uint64_t cycle = 0;
};

/// A small multiprocessor that tests can step quickly.
inline hw::gpu::SmConfig small_sm() {
  hw::gpu::SmConfig config;
  config.warp_size = 8;
  config.warps = 8;
  config.blocks = 4;
  config.partitions = 2;
  config.lanes = 4;
  config.collectors = 2;
  config.register_entries = 512;
  config.register_banks = 2;
  config.alu_stages = 2;
  config.mac_stages = 3;
  config.instruction_entries = 1024;
  config.shared_bytes = 16 * 1024;
  config.shared_banks = 8;
  config.shared_latency = 4;
  config.memory_instructions = 8;
  config.memory_transactions = 16;
  config.memory_queue = 4;
  config.segment_bytes = 32;
  config.bus_bytes = 16;
  config.global_latency = 20;
  config.global_bytes = int64_t{1} << 20;
  return config;
}

}  // namespace faultline::gpu
