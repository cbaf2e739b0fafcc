#include "sim/engine/gpu_platform.h"

#include <string>
#include <systemc>

#include "hw/common/invalid_configuration.h"
#include "hw/gpu/global_memory.h"
#include "hw/gpu/streaming_multiprocessor.h"
#include "sim/engine/handover_driver.h"
#include "sim/engine/platform_parts.h"

namespace faultline::engine {

struct GpuPlatform::Implementation {
  Implementation(Parts& parts, const hw::gpu::SmConfig& config, const std::vector<uint64_t>& words)
      : program(words),
        multiprocessor("multiprocessor", config, parts.table, parts.cycles),
        memory("memory", config, parts.memory, parts.table),
        driver("driver", parts.cycles, clock_period()),
        instruction_memory(parts.table.field_index("instruction_memory[*]")) {
    if (program.size() > static_cast<size_t>(config.instruction_entries)) {
      throw hw::InvalidConfiguration("instruction_entries " + std::to_string(config.instruction_entries) +
                                     " is out of range; the program needs " + std::to_string(program.size()));
    }
    multiprocessor.clock(parts.clock);
    multiprocessor.launch_valid(launch_valid);
    multiprocessor.launch(launch);
    multiprocessor.ready(ready);
    multiprocessor.trapped(trapped);
    multiprocessor.request(request);
    multiprocessor.response(response);
    memory.clock(parts.clock);
    memory.request(request);
    memory.response(response);
    driver.clock(parts.clock);
    driver.ready(ready);
    driver.trapped(trapped);
    driver.valid(launch_valid);
    driver.item(launch);
  }

  std::vector<uint64_t> program;
  sc_core::sc_signal<bool> launch_valid{"launch_valid"}, ready{"ready"}, trapped{"trapped"};
  sc_core::sc_signal<hw::gpu::KernelLaunch> launch{"launch"};
  sc_core::sc_signal<hw::gpu::GlobalRequest> request{"request"};
  sc_core::sc_signal<hw::gpu::GlobalResponse> response{"response"};
  hw::gpu::StreamingMultiprocessor multiprocessor;
  hw::gpu::GlobalMemory memory;
  HandoverDriver<hw::gpu::KernelLaunch> driver;
  size_t instruction_memory;  ///< its field
};

GpuPlatform::GpuPlatform(const hw::gpu::SmConfig& config, const std::vector<uint64_t>& program)
    : SimulatedPlatform(static_cast<size_t>(config.global_bytes)),
      implementation_(std::make_unique<Implementation>(parts(), config, program)) {}

GpuPlatform::~GpuPlatform() = default;

GpuPlatform::Status GpuPlatform::run(const std::vector<hw::gpu::KernelLaunch>& launches, uint64_t cycle_limit) {
  if (!elaborated()) {
    reset();
  }
  if (launches.empty()) {
    return Status::kCompleted;
  }
  if (cycle() >= cycle_limit) {
    return Status::kTimedOut;
  }
  implementation_->driver.start(launches, 0, cycle_limit);
  sc_core::sc_start();
  return implementation_->driver.status();
}

const std::vector<uint64_t>& GpuPlatform::launch_cycles() const {
  return implementation_->driver.item_cycles();
}

const hw::gpu::SmStatistics& GpuPlatform::statistics() const {
  return implementation_->multiprocessor.core().statistics();
}

void GpuPlatform::watch(hw::gpu::SmProbe* probe) {
  implementation_->multiprocessor.core().watch(probe);
}

hw::FaultTaps& GpuPlatform::taps(size_t /*field*/) {
  return implementation_->multiprocessor.taps();
}

void GpuPlatform::load_clean_state() {
  const std::vector<uint64_t>& program = implementation_->program;
  for (size_t i = 0; i < program.size(); ++i) {
    state().poke({implementation_->instruction_memory, i}, program[i]);
  }
}

void GpuPlatform::state_changed() {
  implementation_->multiprocessor.core().set_statistics({});
  implementation_->multiprocessor.drive();
  implementation_->memory.drive();
}

bool GpuPlatform::faults_pending() const {
  return implementation_->multiprocessor.taps().pending(cycle());
}

}  // namespace faultline::engine
