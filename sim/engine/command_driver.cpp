#include "sim/engine/command_driver.h"

namespace faultline::engine {

CommandDriver::CommandDriver(const sc_core::sc_module_name& name, const hw::CycleClock& cycles,
                             const sc_core::sc_time& period)
    : sc_module(name), cycles_(cycles), half_period_(period / 2) {
  SC_HAS_PROCESS(CommandDriver);
  SC_METHOD(on_edge);
  sensitive << clock.pos();
  dont_initialize();
  SC_METHOD(on_pause);
  sensitive << pause_;
  dont_initialize();
}

void CommandDriver::start(const std::vector<hw::CommandDescriptor>& program, uint64_t cycle_limit) {
  program_ = &program;
  next_ = 0;
  running_ = true;
  first_edge_ = true;
  cycle_limit_ = cycle_limit;
  descriptor.write(program.front());
  command_valid.write(true);
}

void CommandDriver::on_edge() {
  if (!running_) {
    return;
  }
  const bool was_ready = ready.read();
  count(was_ready);
  if (was_ready && next_ == program_->size()) {
    finish(Platform::Status::kCompleted);
  } else if (trapped.read()) {
    finish(Platform::Status::kTrapped);
  } else {
    if (was_ready) {  // the command that was presented has just been taken
      ++next_;
      command_valid.write(next_ < program_->size());
      if (next_ < program_->size()) {
        descriptor.write((*program_)[next_]);
      }
    }
    if (cycles_.cycle() + 1 >= cycle_limit_) {
      finish(Platform::Status::kTimedOut);
    }
  }
}

/// Counts the cycle that has just ended. The cycle in which a run is found to be done is counted by finish(), so the
/// first edge of the next run has nothing to count.
void CommandDriver::count(bool was_ready) {
  if (first_edge_) {
    first_edge_ = false;
    return;
  }
  if (was_ready || next_ == 0) {
    ++counts_.stall;
    return;
  }
  switch (static_cast<hw::Opcode>((*program_)[next_ - 1].opcode)) {
    case hw::Opcode::kLoad:
      ++counts_.load;
      break;
    case hw::Opcode::kCompute:
      ++counts_.compute;
      break;
    default:
      ++counts_.drain;
  }
}

void CommandDriver::finish(Platform::Status status) {
  ++counts_.stall;
  status_ = status;
  running_ = false;
  command_valid.write(false);
  // In the middle of the cycle everything has settled, and no edge falls together with the pause.
  pause_.notify(half_period_);
}

}  // namespace faultline::engine
