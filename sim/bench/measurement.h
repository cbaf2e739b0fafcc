#pragma once

#include <functional>
#include <string>
#include <vector>

namespace faultline::bench {

/// Something to be timed: one call of `run` does `amount` units of work.
struct Work {
  double amount = 0;
  std::function<void()> run;
};

/// A row of the suite's tables. A file that measures something registers its rows with a file-scope object.
struct Measurement {
  std::string table;  ///< "kernels", "grid", "functional", "cone"
  std::string name;
  std::string unit;               ///< of the work, such as "MAC"
  std::function<Work()> prepare;  ///< everything that is not timed
};

/// All registered rows.
std::vector<Measurement>& measurements();

struct MeasurementRegistration {
  explicit MeasurementRegistration(const std::vector<Measurement>& rows) {
    measurements().insert(measurements().end(), rows.begin(), rows.end());
  }
};

/// Units of work by one thread: per second by the clock, and per second of the processor's time. They differ where
/// other programs share the processor.
struct Rate {
  double wall = 0;
  double processor = 0;
};

/// Runs the work for at least `seconds`, after one call that is not timed, in a process of its own: SystemC elaborates
/// once a process. Throws std::runtime_error when that process fails.
Rate measure(const Measurement& measurement, double seconds);

}  // namespace faultline::bench
