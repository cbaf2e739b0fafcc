#include "sim/engine/platform.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <systemc>
#include <utility>

#include "hw/memory/dram.h"
#include "hw/protection/detection_monitor.h"
#include "hw/systolic/accelerator_factory.h"
#include "rtl/generator/rtl_error.h"
#include "sim/config/user_error.h"
#include "sim/engine/command_driver.h"
#include "sim/engine/cycle_observer.h"
#include "sim/inject/fault_injection_controller.h"
#include "sim/inject/fault_injection_initiator.h"

namespace faultline::engine {

struct Platform::Snapshot {
  std::vector<std::byte> state;
  hw::DramContent::Pages dram;
  uint64_t cycle = 0;
  CycleCounts counts;
};

namespace {

const sc_core::sc_time kPeriod(10, sc_core::SC_NS);

}  // namespace

struct Platform::Implementation {
  Implementation(const hw::AcceleratorConfig& config, GridKind kind)
      : dram_content(static_cast<size_t>(config.dram_bytes)),
        cycles(kPeriod),
        made(hw::accelerator_maker(grid_name(kind))("accelerator", config, table, cycles)),
        accelerator(*made),
        dram("dram", config.dram_latency, dram_content, table),
        driver("driver", cycles, kPeriod),
        injector(
            "fault_injection", table, [this](size_t field) -> hw::FaultTaps& { return accelerator.taps(field); },
            cycles),
        observer("observer", clock, cycles),
        detections("detections", table, cycles) {
    accelerator.clock(clock);
    accelerator.command_valid(command_valid);
    accelerator.descriptor(descriptor);
    accelerator.ready(ready);
    accelerator.trapped(trapped);
    accelerator.dram_request(dram_request);
    accelerator.dram_response(dram_response);
    dram.clock(clock);
    dram.request(dram_request);
    dram.response(dram_response);
    initiator.socket.bind(injector.socket);
    detections.clock(clock);
    driver.clock(clock);
    driver.ready(ready);
    driver.trapped(trapped);
    driver.command_valid(command_valid);
    driver.descriptor(descriptor);
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
    detections.clear();
    cycles.set_next_cycle(cycle);
    accelerator.drive();
    dram.drive();
  }

  uint64_t next_cycle() const { return cycles.cycle() + 1; }

  bool elaborated = false;
  hw::StateTable table;
  hw::DramContent dram_content;
  hw::CycleClock cycles;
  // The first edge comes one period after time 0, so that reset and programming happen before cycle 0.
  sc_core::sc_clock clock{"clock", kPeriod, 0.5, kPeriod, true};
  sc_core::sc_signal<bool> command_valid{"command_valid"}, ready{"ready"}, trapped{"trapped"};
  sc_core::sc_signal<hw::CommandDescriptor> descriptor{"descriptor"};
  sc_core::sc_signal<hw::DramRequest> dram_request{"dram_request"};
  sc_core::sc_signal<hw::DramResponse> dram_response{"dram_response"};
  std::unique_ptr<hw::AcceleratorModule> made;
  hw::AcceleratorModule& accelerator;
  hw::Dram dram;
  CommandDriver driver;
  inject::FaultInjectionController injector;
  inject::FaultInjectionInitiator initiator{"fault_initiator"};
  CycleObserver observer;
  hw::DetectionMonitor detections;
};

const char* grid_name(GridKind kind) {
  static const std::map<GridKind, const char*> kNames = {{GridKind::kCycle, "cycle"},
                                                         {GridKind::kStructural, "structural"},
                                                         {GridKind::kRtl, "rtl"},
                                                         {GridKind::kRtlGrid, "rtl_grid"}};
  return kNames.at(kind);
}

Platform::Platform(const hw::AcceleratorConfig& config, GridKind kind) try
    : implementation_(std::make_unique<Implementation>(config, kind)) {
} catch (const rtl::RtlError& error) {
  throw UserError("engine rtl", 0, error.wrong(), error.right());
}

Platform::~Platform() = default;

Platform::Status Platform::run(const std::vector<hw::CommandDescriptor>& program, uint64_t cycle_limit) {
  Implementation& all = *implementation_;
  if (!all.elaborated) {
    reset();
  }
  if (program.empty()) {
    return Status::kCompleted;
  }
  if (all.next_cycle() >= cycle_limit) {
    return Status::kTimedOut;
  }
  all.driver.start(program, cycle_limit);
  sc_core::sc_start();
  return all.driver.status();
}

void Platform::select_multiplier(int selection) try {
  implementation_->accelerator.select_multiplier(selection);
} catch (const rtl::RtlError& error) {
  throw UserError("engine rtl", 0, error.wrong(), error.right());
}

uint64_t Platform::cycle() const {
  return implementation_->elaborated ? implementation_->next_cycle() : 0;
}

const CycleCounts& Platform::counts() const {
  return implementation_->driver.counts();
}

void Platform::reset() {
  Implementation& all = *implementation_;
  all.elaborate();
  all.table.reset();
  all.dram_content.restore_clean();
  all.driver.set_counts({});
  all.resume_at(0);
}

std::shared_ptr<const Platform::Snapshot> Platform::snapshot() const {
  const Implementation& all = *implementation_;
  auto saved = std::make_shared<Snapshot>();
  saved->state = all.table.snapshot();
  saved->dram = all.dram_content.changed_pages();
  saved->cycle = cycle();
  saved->counts = counts();
  return saved;
}

void Platform::restore(const Snapshot& saved) {
  Implementation& all = *implementation_;
  all.elaborate();
  all.table.restore(saved.state);
  all.dram_content.restore(saved.dram);
  all.driver.set_counts(saved.counts);
  all.resume_at(saved.cycle);
}

bool Platform::state_equals(const Snapshot& saved) const {
  return implementation_->table.equals(saved.state);
}

const std::vector<std::byte>& Platform::state_of(const Snapshot& saved) {
  return saved.state;
}

void Platform::write_dram(uint64_t address, const void* data, size_t bytes) {
  if (!implementation_->dram_content.contains(address, bytes)) {
    throw std::out_of_range("DRAM write of " + std::to_string(bytes) + " bytes at " + std::to_string(address));
  }
  implementation_->dram_content.write(address, data, bytes);
}

void Platform::read_dram(uint64_t address, void* data, size_t bytes) const {
  if (!implementation_->dram_content.contains(address, bytes)) {
    throw std::out_of_range("DRAM read of " + std::to_string(bytes) + " bytes at " + std::to_string(address));
  }
  implementation_->dram_content.read(address, data, bytes);
}

void Platform::mark_dram_clean() {
  implementation_->dram_content.mark_clean();
}

hw::StateTable& Platform::state() {
  return implementation_->table;
}
const hw::StateTable& Platform::state() const {
  return implementation_->table;
}
inject::FaultInjectionController& Platform::injector() {
  return implementation_->injector;
}

void Platform::arm(const hw::Fault& fault) {
  implementation_->elaborate();
  implementation_->initiator.arm(fault);
}

void Platform::disarm() {
  implementation_->elaborate();
  implementation_->initiator.disarm();
}

bool Platform::faults_pending() const {
  const auto& all = implementation_->accelerator.all_taps();
  const uint64_t next = cycle();
  return std::any_of(all.begin(), all.end(), [next](const auto& taps) { return taps->pending(next); });
}

const std::optional<hw::DetectionRecord>& Platform::detection() const {
  return implementation_->detections.record();
}

void Platform::observe(std::function<void(uint64_t cycle)> observer) {
  implementation_->observer.set(std::move(observer));
}

void Platform::watch_results(hw::ResultProbe* probe) {
  implementation_->accelerator.watch_results(probe);
}

}  // namespace faultline::engine
