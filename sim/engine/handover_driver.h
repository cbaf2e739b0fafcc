#pragma once

#include <cstdint>
#include <string>
#include <systemc>
#include <vector>

#include "hw/common/cycle_clock.h"
#include "sim/engine/simulated_platform.h"

namespace faultline::engine {

/// The host's side of a machine's port for work: presents items (commands, launches) one after another, counts the
/// cycles of each, and pauses the simulation when the last is done.
template <typename Item>
class HandoverDriver : public sc_core::sc_module {
 public:
  using Status = SimulatedPlatform::Status;

  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<bool> ready{"ready"};
  sc_core::sc_in<bool> trapped{"trapped"};
  sc_core::sc_out<bool> valid{"valid"};
  sc_core::sc_out<Item> item{"item"};

  HandoverDriver(const sc_core::sc_module_name& name, const hw::CycleClock& cycles, const sc_core::sc_time& period)
      : sc_module(name), cycles_(cycles), half_period_(period / 2) {
    SC_HAS_PROCESS(HandoverDriver);
    SC_METHOD(on_edge);
    sensitive << clock.pos();
    dont_initialize();
    SC_METHOD(on_pause);
    sensitive << pause_;
    dont_initialize();
    SC_METHOD(on_settled);
    sensitive << settled_;
    dont_initialize();
  }

  /// Presents item `first` before the next edge; the machine must be where those before it leave it. `items` must have
  /// it and must outlive the run.
  void start(const std::vector<Item>& items, size_t first, uint64_t cycle_limit) {
    items_ = &items;
    item_cycles_.assign(items.size(), 0);
    stall_ = 0;
    first_ = next_ = first;
    running_ = first_edge_ = true;
    cycle_limit_ = cycle_limit;
    item.write(items[first]);
    valid.write(true);
  }

  /// Whether a run also ends, with kTimedOut, as soon as the machine is ready to take another item than the first.
  void stop_between_items(bool stop) { stop_between_items_ = stop; }

  Status status() const { return status_; }
  /// The item that is presented, or the number of items.
  size_t next_item() const { return next_; }
  /// Cycles of each item since start(), from the one after the edge that takes it to the one that ends it.
  const std::vector<uint64_t>& item_cycles() const { return item_cycles_; }
  /// Cycles since start() that are no item's.
  uint64_t stall() const { return stall_; }

 private:
  void on_edge() {
    if (!running_) {
      return;
    }
    const bool was_ready = ready.read();
    count(was_ready);
    if (was_ready && next_ == items_->size()) {
      finish(Status::kCompleted);
    } else if (trapped.read()) {
      finish(Status::kTrapped);
    } else {
      if (was_ready) {  // the item that was presented has just been taken
        ++next_;
        valid.write(next_ < items_->size());
        if (next_ < items_->size()) {
          item.write((*items_)[next_]);
        }
      }
      if (cycles_.cycle() + 1 >= cycle_limit_) {
        finish(Status::kTimedOut);
      } else if (stop_between_items_) {
        settled_.notify(half_period_);
      }
    }
  }

  /// The next item stays presented: start() must follow.
  void on_settled() {
    if (ready.read() && next_ > first_ && next_ < items_->size()) {
      end(Status::kTimedOut);
      sc_core::sc_pause();
    }
  }

  /// Counts the cycle that has just ended. The cycle in which a run is found to be done is counted by finish(), so the
  /// first edge of the next run has nothing to count.
  void count(bool was_ready) {
    if (first_edge_) {
      first_edge_ = false;
    } else if (was_ready || next_ == first_) {
      ++stall_;
    } else {
      ++item_cycles_[next_ - 1];
    }
  }

  void end(Status status) {
    ++stall_;
    status_ = status;
    running_ = false;
  }

  void finish(Status status) {
    end(status);
    valid.write(false);
    // In the middle of the cycle everything has settled, and no edge falls together with the pause.
    pause_.notify(half_period_);
  }
  void on_pause() { sc_core::sc_pause(); }

  const hw::CycleClock& cycles_;
  sc_core::sc_time half_period_;
  sc_core::sc_event pause_{"pause"}, settled_{"settled"};

  const std::vector<Item>* items_ = nullptr;
  size_t first_ = 0;  ///< that start() presented
  size_t next_ = 0;   ///< the item that is presented, or the number of items
  bool running_ = false;
  bool stop_between_items_ = false;
  bool first_edge_ = false;
  uint64_t cycle_limit_ = 0;
  Status status_ = Status::kCompleted;
  std::vector<uint64_t> item_cycles_;
  uint64_t stall_ = 0;
};

}  // namespace faultline::engine
