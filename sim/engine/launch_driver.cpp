#include "sim/engine/launch_driver.h"

namespace faultline::engine {

LaunchDriver::LaunchDriver(const sc_core::sc_module_name& name, const hw::CycleClock& cycles,
                           const sc_core::sc_time& period)
    : sc_module(name), cycles_(cycles), half_period_(period / 2) {
  SC_HAS_PROCESS(LaunchDriver);
  SC_METHOD(on_edge);
  sensitive << clock.pos();
  dont_initialize();
  SC_METHOD(on_pause);
  sensitive << pause_;
  dont_initialize();
}

void LaunchDriver::start(const std::vector<hw::gpu::KernelLaunch>& launches, uint64_t cycle_limit) {
  launches_ = &launches;
  launch_cycles_.assign(launches.size(), 0);
  next_ = 0;
  running_ = true;
  cycle_limit_ = cycle_limit;
  launch.write(launches.front());
  launch_valid.write(true);
}

void LaunchDriver::on_edge() {
  if (!running_) {
    return;
  }
  const bool was_ready = ready.read();
  if (!was_ready && next_ > 0) {
    ++launch_cycles_[next_ - 1];
  }
  if (was_ready && next_ == launches_->size()) {
    finish(Platform::Status::kCompleted);
  } else if (trapped.read()) {
    finish(Platform::Status::kTrapped);
  } else {
    if (was_ready) {  // the launch that was presented has just been taken
      ++next_;
      launch_valid.write(next_ < launches_->size());
      if (next_ < launches_->size()) {
        launch.write((*launches_)[next_]);
      }
    }
    if (cycles_.cycle() + 1 >= cycle_limit_) {
      finish(Platform::Status::kTimedOut);
    }
  }
}

void LaunchDriver::finish(Platform::Status status) {
  status_ = status;
  running_ = false;
  launch_valid.write(false);
  // In the middle of the cycle everything has settled, and no edge falls together with the pause.
  pause_.notify(half_period_);
}

}  // namespace faultline::engine
