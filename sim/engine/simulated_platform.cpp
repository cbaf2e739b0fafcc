#include "sim/engine/simulated_platform.h"

#include <stdexcept>
#include <string>
#include <systemc>
#include <utility>

#include "sim/engine/platform_parts.h"

namespace faultline::engine {

SimulatedPlatform::SimulatedPlatform(size_t memory_bytes)
    : parts_(std::make_unique<Parts>(memory_bytes, [this](size_t field) -> hw::FaultTaps& { return taps(field); })) {}

SimulatedPlatform::~SimulatedPlatform() = default;

void SimulatedPlatform::elaborate() {
  if (!elaborated_) {
    elaborated_ = true;
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
}

uint64_t SimulatedPlatform::cycle() const {
  return elaborated_ ? parts_->next_cycle() : 0;
}

void SimulatedPlatform::resume_at(uint64_t cycle, const std::optional<hw::DetectionRecord>& said) {
  parts_->initiator.disarm();
  parts_->cycles.set_next_cycle(cycle);
  state_changed();
  set_detection(said);
}

void SimulatedPlatform::reset() {
  elaborate();
  parts_->table.reset();
  load_clean_state();
  parts_->memory.restore_clean();
  counts_ = {};
  resume_at(0, std::nullopt);
}

std::shared_ptr<const SimulatedPlatform::Snapshot> SimulatedPlatform::snapshot() const {
  auto saved = std::make_shared<Snapshot>();
  saved->state = parts_->table.snapshot();
  saved->memory = parts_->memory.changed_pages();
  saved->cycle = cycle();
  saved->counts = counts_;
  saved->detection = detection();
  return saved;
}

void SimulatedPlatform::restore(const Snapshot& saved) {
  elaborate();
  parts_->table.restore(saved.state);
  parts_->memory.restore(saved.memory);
  counts_ = saved.counts;
  resume_at(saved.cycle, saved.detection);
}

bool SimulatedPlatform::state_equals(const Snapshot& saved) const {
  return parts_->table.equals(saved.state);
}

void SimulatedPlatform::add_counts(const CycleCounts& more) {
  counts_.load += more.load;
  counts_.compute += more.compute;
  counts_.drain += more.drain;
  counts_.stall += more.stall;
}

void SimulatedPlatform::write_memory(uint64_t address, const void* data, size_t bytes) {
  if (!parts_->memory.contains(address, bytes)) {
    throw std::out_of_range("memory write of " + std::to_string(bytes) + " bytes at " + std::to_string(address));
  }
  parts_->memory.write(address, data, bytes);
}

void SimulatedPlatform::read_memory(uint64_t address, void* data, size_t bytes) const {
  if (!parts_->memory.contains(address, bytes)) {
    throw std::out_of_range("memory read of " + std::to_string(bytes) + " bytes at " + std::to_string(address));
  }
  parts_->memory.read(address, data, bytes);
}

void SimulatedPlatform::mark_memory_clean() {
  parts_->memory.mark_clean();
}

hw::StateTable& SimulatedPlatform::state() {
  return parts_->table;
}
const hw::StateTable& SimulatedPlatform::state() const {
  return parts_->table;
}
inject::FaultInjectionController& SimulatedPlatform::injector() {
  return parts_->injector;
}

void SimulatedPlatform::arm(const hw::Fault& fault) {
  elaborate();
  parts_->initiator.arm(fault);
}

void SimulatedPlatform::disarm() {
  elaborate();
  parts_->initiator.disarm();
}

const std::optional<hw::DetectionRecord>& SimulatedPlatform::detection() const {
  static const std::optional<hw::DetectionRecord> kNone;
  return kNone;
}

void SimulatedPlatform::observe(std::function<void(uint64_t cycle)> observer) {
  parts_->observer.set(std::move(observer));
}

}  // namespace faultline::engine
