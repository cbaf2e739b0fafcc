#include "rtl/lockstep/accelerator_lockstep.h"

#include <cstring>
#include <string>

#include "hw/common/counter_random.h"

namespace faultline::rtl {
namespace {

/// Bytes `first` to `first + 7` of a beat as one number.
uint64_t data_word(const hw::DramRequest& request, size_t first) {
  uint64_t word = 0;
  std::memcpy(&word, request.data.bytes + first, sizeof word);
  return word;
}

}  // namespace

AcceleratorLockstep::AcceleratorLockstep(const hw::AcceleratorConfig& config, const hw::MakeAccelerator& reference,
                                         const hw::MakeAccelerator& other)
    : reference_("reference", config, reference, clock_, cycle_clock_),
      other_("other", config, other, clock_, cycle_clock_),
      comparison_(reference_.table, other_.table) {
  add_outputs();
}

void AcceleratorLockstep::add_outputs() {
  const auto add = [this](const std::string& name, auto read) {
    comparison_.add_output(
        name, [this, read] { return static_cast<uint64_t>(read(reference_)); },
        [this, read] { return static_cast<uint64_t>(read(other_)); });
  };
  add("ready", [](const AcceleratorMachine& machine) { return machine.ready.read(); });
  add("trapped", [](const AcceleratorMachine& machine) { return machine.trapped.read(); });
  add("repeat_request", [](const AcceleratorMachine& machine) { return machine.repeat_request.read(); });
  add("dram_request.valid", [](const AcceleratorMachine& machine) { return machine.dram_request.read().valid; });
  add("dram_request.write", [](const AcceleratorMachine& machine) { return machine.dram_request.read().write; });
  add("dram_request.count", [](const AcceleratorMachine& machine) { return machine.dram_request.read().count; });
  add("dram_request.address", [](const AcceleratorMachine& machine) { return machine.dram_request.read().address; });
  for (size_t first = 0; first < hw::kMaximumBeatBytes; first += sizeof(uint64_t)) {
    add("dram_request.data[" + std::to_string(first) + "..]",
        [first](const AcceleratorMachine& machine) { return data_word(machine.dram_request.read(), first); });
  }
}

void AcceleratorLockstep::settle() {
  while (sc_core::sc_pending_activity_at_current_time()) {
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
}

void AcceleratorLockstep::reset() {
  if (sc_core::sc_time_stamp() == sc_core::SC_ZERO_TIME) {
    sc_core::sc_start(period_ / 2);  // edges come at multiples of the period; stay between them
  }
  cycle_clock_.set_next_cycle(0);
  reference_.reset();
  other_.reset();
  settle();
}

void AcceleratorLockstep::write_dram(uint64_t address, const void* data, size_t bytes) {
  reference_.dram_content.write(address, data, bytes);
  other_.dram_content.write(address, data, bytes);
}

void AcceleratorLockstep::mark_dram_clean() {
  reference_.dram_content.mark_clean();
  other_.dram_content.mark_clean();
}

void AcceleratorLockstep::arm(const hw::Fault& fault) {
  reference_.arm(fault);
  other_.arm(fault);
}

void AcceleratorLockstep::scramble(uint64_t seed, int bits) {
  hw::CounterRandom random(seed, 0);
  for (size_t f = 0; f < reference_.table.fields().size(); ++f) {
    const hw::StateField& field = reference_.table.fields()[f];
    const bool memory = field.kind == hw::StateKind::kMemory;
    const bool stored = memory || field.kind == hw::StateKind::kRegister;
    const int magnitude = memory && seed % 2 == 0 ? 64 : bits;
    for (size_t element = 0; stored && element < field.element_count(); ++element) {
      const uint64_t value = random.next_u64() >> (64 - magnitude);
      reference_.table.poke({f, element}, value);
      other_.table.poke({f, element}, value);
    }
  }
  reference_.drive();
  other_.drive();
  settle();
}

std::optional<Divergence> AcceleratorLockstep::step() {
  reference_.before_edge();
  other_.before_edge();
  sc_core::sc_start(period_);
  reference_.after_edge();
  other_.after_edge();
  settle();
  return comparison_.compare(cycle_clock_.cycle());
}

bool AcceleratorLockstep::same_dram() const {
  return reference_.dram_content.changed_pages() == other_.dram_content.changed_pages();
}

LockstepRun AcceleratorLockstep::run(const std::vector<hw::CommandDescriptor>& program, uint64_t most_cycles) {
  reference_.start(program);
  other_.start(program);
  settle();
  LockstepRun run;
  while (!reference_.finished() && !reference_.trapped.read()) {
    if (run.cycles == most_cycles) {
      run.status = LockstepRun::Status::kTimedOut;
      return run;
    }
    run.divergence = step();
    ++run.cycles;
    if (run.divergence) {
      run.status = LockstepRun::Status::kDiverged;
      return run;
    }
  }
  if (!same_dram()) {
    run.status = LockstepRun::Status::kDiverged;
    run.divergence = Divergence{cycle_clock_.cycle(), "the content of DRAM", 0, 1};
  } else if (reference_.trapped.read()) {
    run.status = LockstepRun::Status::kTrapped;
  }
  return run;
}

}  // namespace faultline::rtl
