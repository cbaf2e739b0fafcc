#include "sim/engine/platform.h"

#include <algorithm>
#include <limits>
#include <map>
#include <stdexcept>
#include <systemc>

#include "hw/memory/dram.h"
#include "hw/protection/detection_monitor.h"
#include "hw/systolic/accelerator_factory.h"
#include "rtl/generator/rtl_error.h"
#include "sim/config/user_error.h"
#include "sim/engine/handover_driver.h"
#include "sim/engine/platform_parts.h"

namespace faultline::engine {
namespace {

/// What a program's cycles were spent on.
CycleCounts counts_of(const HandoverDriver<hw::CommandDescriptor>& driver,
                      const std::vector<hw::CommandDescriptor>& program) {
  CycleCounts counts;
  counts.stall = driver.stall();
  for (size_t i = 0; i < program.size(); ++i) {
    const auto opcode = static_cast<hw::Opcode>(program[i].opcode);
    uint64_t& counter = opcode == hw::Opcode::kLoad      ? counts.load
                        : opcode == hw::Opcode::kCompute ? counts.compute
                                                         : counts.drain;
    counter += driver.item_cycles()[i];
  }
  return counts;
}

}  // namespace

struct Platform::Implementation {
  Implementation(Parts& parts, const hw::AcceleratorConfig& config, GridKind kind)
      : made(hw::accelerator_maker(grid_name(kind))("accelerator", config, parts.table, parts.cycles)),
        accelerator(*made),
        dram("dram", config.dram_latency, parts.memory, parts.table),
        driver("driver", parts.cycles, clock_period()),
        detections("detections", parts.table, parts.cycles) {
    accelerator.clock(parts.clock);
    accelerator.command_valid(command_valid);
    accelerator.descriptor(descriptor);
    accelerator.ready(ready);
    accelerator.trapped(trapped);
    accelerator.repeat_request(repeat_request);
    accelerator.dram_request(dram_request);
    accelerator.dram_response(dram_response);
    dram.clock(parts.clock);
    dram.request(dram_request);
    dram.response(dram_response);
    detections.clock(parts.clock);
    driver.clock(parts.clock);
    driver.ready(ready);
    driver.trapped(trapped);
    driver.valid(command_valid);
    driver.item(descriptor);
  }

  sc_core::sc_signal<bool> command_valid{"command_valid"}, ready{"ready"}, trapped{"trapped"};
  sc_core::sc_signal<bool> repeat_request{"repeat_request"};
  sc_core::sc_signal<hw::CommandDescriptor> descriptor{"descriptor"};
  sc_core::sc_signal<hw::DramRequest> dram_request{"dram_request"};
  sc_core::sc_signal<hw::DramResponse> dram_response{"dram_response"};
  std::unique_ptr<hw::AcceleratorModule> made;
  hw::AcceleratorModule& accelerator;
  hw::Dram dram;
  HandoverDriver<hw::CommandDescriptor> driver;
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
    : SimulatedPlatform(static_cast<size_t>(config.dram_bytes)),
      implementation_(std::make_unique<Implementation>(parts(), config, kind)) {
} catch (const rtl::RtlError& error) {
  throw UserError("engine rtl", 0, error.wrong(), error.right());
}

Platform::~Platform() = default;

Platform::Status Platform::run(const std::vector<hw::CommandDescriptor>& program, uint64_t cycle_limit, size_t first) {
  if (!elaborated()) {
    reset();
  }
  if (first >= program.size()) {
    return Status::kCompleted;
  }
  if (cycle() >= cycle_limit) {
    return Status::kTimedOut;
  }
  auto& driver = implementation_->driver;
  driver.start(program, first, cycle_limit);
  sc_core::sc_start();
  add_counts(counts_of(driver, program));
  return driver.status();
}

size_t Platform::run_to_command(const std::vector<hw::CommandDescriptor>& program, size_t first) {
  auto& driver = implementation_->driver;
  driver.stop_between_items(true);
  const Status status = run(program, std::numeric_limits<uint64_t>::max(), first);
  driver.stop_between_items(false);
  if (status == Status::kTrapped) {
    throw std::logic_error("a command trapped without a fault");
  }
  return status == Status::kCompleted ? program.size() : driver.next_item();
}

bool Platform::repeat_requested() const {
  return implementation_->repeat_request.read();
}

void Platform::select_multiplier(int selection) try {
  implementation_->accelerator.select_multiplier(selection);
} catch (const rtl::RtlError& error) {
  throw UserError("engine rtl", 0, error.wrong(), error.right());
}

void Platform::suspend_grid(bool suspended) {
  implementation_->accelerator.suspend_grid(suspended);
}

hw::FaultTaps& Platform::taps(size_t field) {
  return implementation_->accelerator.taps(field);
}

void Platform::state_changed() {
  implementation_->accelerator.drive();
  implementation_->dram.drive();
}

bool Platform::faults_pending() const {
  const auto& all = implementation_->accelerator.all_taps();
  const uint64_t next = cycle();
  return std::any_of(all.begin(), all.end(), [next](const auto& taps) { return taps->pending(next); });
}

void Platform::set_detection(const std::optional<hw::DetectionRecord>& said) {
  implementation_->detections.set_record(said);
}

const std::optional<hw::DetectionRecord>& Platform::detection() const {
  return implementation_->detections.record();
}

void Platform::watch_results(hw::ResultProbe* probe) {
  implementation_->accelerator.watch_results(probe);
}

}  // namespace faultline::engine
