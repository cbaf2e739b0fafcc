#include "sim/engine/gpu_platform.h"

#include <stdexcept>
#include <string>
#include <systemc>
#include <utility>

#include "hw/common/invalid_configuration.h"
#include "hw/gpu/global_memory.h"
#include "hw/gpu/streaming_multiprocessor.h"
#include "sim/engine/cycle_observer.h"
#include "sim/engine/launch_driver.h"
#include "sim/inject/fault_injection_controller.h"
#include "sim/inject/fault_injection_initiator.h"

namespace faultline::engine {

struct GpuPlatform::Snapshot {
  std::vector<std::byte> state;
  hw::DramContent::Pages memory;
  uint64_t cycle = 0;
  hw::gpu::SmStatistics statistics;
};

namespace {

const sc_core::sc_time kPeriod(10, sc_core::SC_NS);

}  // namespace

struct GpuPlatform::Implementation {
  Implementation(const hw::gpu::SmConfig& config, const std::vector<uint64_t>& words)
      : program(words),
        content(static_cast<size_t>(config.global_bytes)),
        cycles(kPeriod),
        multiprocessor("multiprocessor", config, table, cycles),
        memory("memory", config, content, table),
        driver("driver", cycles, kPeriod),
        injector(
            "fault_injection", table, [this](size_t) -> hw::FaultTaps& { return multiprocessor.taps(); }, cycles),
        observer("observer", clock, cycles),
        instruction_memory(table.field_index("instruction_memory[*]")) {
    if (program.size() > static_cast<size_t>(config.instruction_entries)) {
      throw hw::InvalidConfiguration("instruction_entries " + std::to_string(config.instruction_entries) +
                                     " is out of range; the program needs " + std::to_string(program.size()));
    }
    multiprocessor.clock(clock);
    multiprocessor.launch_valid(launch_valid);
    multiprocessor.launch(launch);
    multiprocessor.ready(ready);
    multiprocessor.trapped(trapped);
    multiprocessor.request(request);
    multiprocessor.response(response);
    memory.clock(clock);
    memory.request(request);
    memory.response(response);
    driver.clock(clock);
    driver.ready(ready);
    driver.trapped(trapped);
    driver.launch_valid(launch_valid);
    driver.launch(launch);
    initiator.socket.bind(injector.socket);
  }

  /// Elaborates on the first use, so that a testbench may add modules of its own after the platform.
  void elaborate() {
    if (!elaborated) {
      elaborated = true;
      sc_core::sc_start(sc_core::SC_ZERO_TIME);
    }
  }

  /// After the state table has changed from outside.
  void resume_at(uint64_t cycle) {
    initiator.disarm();
    cycles.set_next_cycle(cycle);
    multiprocessor.drive();
    memory.drive();
  }

  void load_program() {
    for (size_t i = 0; i < program.size(); ++i) {
      table.poke({instruction_memory, i}, program[i]);
    }
  }

  bool elaborated = false;
  std::vector<uint64_t> program;
  hw::StateTable table;
  hw::DramContent content;
  hw::CycleClock cycles;
  // The first edge comes one period after time 0, so that reset and programming happen before cycle 0.
  sc_core::sc_clock clock{"clock", kPeriod, 0.5, kPeriod, true};
  sc_core::sc_signal<bool> launch_valid{"launch_valid"}, ready{"ready"}, trapped{"trapped"};
  sc_core::sc_signal<hw::gpu::KernelLaunch> launch{"launch"};
  sc_core::sc_signal<hw::gpu::GlobalRequest> request{"request"};
  sc_core::sc_signal<hw::gpu::GlobalResponse> response{"response"};
  hw::gpu::StreamingMultiprocessor multiprocessor;
  hw::gpu::GlobalMemory memory;
  LaunchDriver driver;
  inject::FaultInjectionController injector;
  inject::FaultInjectionInitiator initiator{"fault_initiator"};
  CycleObserver observer;
  size_t instruction_memory;  ///< its field
};

GpuPlatform::GpuPlatform(const hw::gpu::SmConfig& config, const std::vector<uint64_t>& program)
    : implementation_(std::make_unique<Implementation>(config, program)) {}

GpuPlatform::~GpuPlatform() = default;

Platform::Status GpuPlatform::run(const std::vector<hw::gpu::KernelLaunch>& launches, uint64_t cycle_limit) {
  Implementation& all = *implementation_;
  if (!all.elaborated) {
    reset();
  }
  if (launches.empty()) {
    return Platform::Status::kCompleted;
  }
  if (cycle() >= cycle_limit) {
    return Platform::Status::kTimedOut;
  }
  all.driver.start(launches, cycle_limit);
  sc_core::sc_start();
  return all.driver.status();
}

const std::vector<uint64_t>& GpuPlatform::launch_cycles() const {
  return implementation_->driver.launch_cycles();
}

uint64_t GpuPlatform::cycle() const {
  return implementation_->elaborated ? implementation_->cycles.cycle() + 1 : 0;
}

const hw::gpu::SmStatistics& GpuPlatform::statistics() const {
  return implementation_->multiprocessor.core().statistics();
}

void GpuPlatform::reset() {
  Implementation& all = *implementation_;
  all.elaborate();
  all.table.reset();
  all.load_program();
  all.content.restore_clean();
  all.multiprocessor.core().set_statistics({});
  all.resume_at(0);
}

std::shared_ptr<const GpuPlatform::Snapshot> GpuPlatform::snapshot() const {
  const Implementation& all = *implementation_;
  auto saved = std::make_shared<Snapshot>();
  saved->state = all.table.snapshot();
  saved->memory = all.content.changed_pages();
  saved->cycle = cycle();
  saved->statistics = statistics();
  return saved;
}

void GpuPlatform::restore(const Snapshot& saved) {
  Implementation& all = *implementation_;
  all.elaborate();
  all.table.restore(saved.state);
  all.content.restore(saved.memory);
  all.multiprocessor.core().set_statistics(saved.statistics);
  all.resume_at(saved.cycle);
}

bool GpuPlatform::state_equals(const Snapshot& saved) const {
  return implementation_->table.equals(saved.state);
}

void GpuPlatform::write_memory(uint64_t address, const void* data, size_t bytes) {
  if (!implementation_->content.contains(address, bytes)) {
    throw std::out_of_range("memory write of " + std::to_string(bytes) + " bytes at " + std::to_string(address));
  }
  implementation_->content.write(address, data, bytes);
}

void GpuPlatform::read_memory(uint64_t address, void* data, size_t bytes) const {
  if (!implementation_->content.contains(address, bytes)) {
    throw std::out_of_range("memory read of " + std::to_string(bytes) + " bytes at " + std::to_string(address));
  }
  implementation_->content.read(address, data, bytes);
}

void GpuPlatform::mark_memory_clean() {
  implementation_->content.mark_clean();
}

hw::StateTable& GpuPlatform::state() {
  return implementation_->table;
}
const hw::StateTable& GpuPlatform::state() const {
  return implementation_->table;
}
inject::FaultInjectionController& GpuPlatform::injector() {
  return implementation_->injector;
}

void GpuPlatform::arm(const hw::Fault& fault) {
  implementation_->elaborate();
  implementation_->initiator.arm(fault);
}

void GpuPlatform::disarm() {
  implementation_->elaborate();
  implementation_->initiator.disarm();
}

bool GpuPlatform::faults_pending() const {
  return implementation_->multiprocessor.taps().pending(cycle());
}

void GpuPlatform::observe(std::function<void(uint64_t cycle)> observer) {
  implementation_->observer.set(std::move(observer));
}

}  // namespace faultline::engine
