#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "hw/common/cycle_clock.h"
#include "hw/systolic/command.h"
#include "sim/engine/platform.h"

namespace faultline::engine {

/// The host's side of the command port: presents the commands of a program one after another, counts what the cycles
/// were spent on, and pauses the simulation when the last command is done.
class CommandDriver : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<bool> ready{"ready"};
  sc_core::sc_in<bool> trapped{"trapped"};
  sc_core::sc_out<bool> command_valid{"command_valid"};
  sc_core::sc_out<hw::CommandDescriptor> descriptor{"descriptor"};

  CommandDriver(const sc_core::sc_module_name& name, const hw::CycleClock& cycles, const sc_core::sc_time& period);

  /// Presents the first command before the next edge. `program` must not be empty and must outlive the run.
  void start(const std::vector<hw::CommandDescriptor>& program, uint64_t cycle_limit);
  Platform::Status status() const { return status_; }
  const CycleCounts& counts() const { return counts_; }
  void set_counts(const CycleCounts& counts) { counts_ = counts; }

 private:
  void on_edge();
  void on_pause() { sc_core::sc_pause(); }
  void count(bool was_ready);
  void finish(Platform::Status status);

  const hw::CycleClock& cycles_;
  sc_core::sc_time half_period_;
  sc_core::sc_event pause_{"pause"};

  const std::vector<hw::CommandDescriptor>* program_ = nullptr;
  size_t next_ = 0;  ///< the command that is presented, or the program's size
  bool running_ = false;
  bool first_edge_ = false;
  uint64_t cycle_limit_ = 0;
  Platform::Status status_ = Platform::Status::kCompleted;
  CycleCounts counts_;
};

}  // namespace faultline::engine
