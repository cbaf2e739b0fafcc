#include "sim/bench/measurement.h"

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

namespace faultline::bench {
namespace {

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

Rate timed(const Work& work, double seconds) {
  work.run();
  const auto start = std::chrono::steady_clock::now();
  const double processor_start = processor_seconds();
  double wall = 0;
  double amount = 0;
  while (wall < seconds) {
    work.run();
    amount += work.amount;
    wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  return {amount / wall, amount / (processor_seconds() - processor_start)};
}

/// Measures and leaves; never returns, so that the parent's objects are not destroyed twice.
[[noreturn]] void measure_and_leave(const Measurement& measurement, double seconds, int to_parent) {
  bool written = false;
  try {
    const Rate rate = timed(measurement.prepare(), seconds);
    written = write(to_parent, &rate, sizeof(rate)) == static_cast<ssize_t>(sizeof(rate));
  } catch (const std::exception&) {
    written = false;  // the parent says which measurement failed
  }
  _exit(written ? EXIT_SUCCESS : EXIT_FAILURE);
}

}  // namespace

std::vector<Measurement>& measurements() {
  static std::vector<Measurement> all;
  return all;
}

Rate measure(const Measurement& measurement, double seconds) {
  int ends[2];
  if (pipe(ends) != 0) {
    throw std::runtime_error("no pipe for a measurement");
  }
  const pid_t child = fork();
  if (child < 0) {
    throw std::runtime_error("no process for a measurement");
  }
  if (child == 0) {
    close(ends[0]);
    measure_and_leave(measurement, seconds, ends[1]);
  }
  close(ends[1]);
  Rate rate;
  const ssize_t bytes = read(ends[0], &rate, sizeof(rate));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (bytes != static_cast<ssize_t>(sizeof(rate)) || status != 0) {
    throw std::runtime_error("the measurement of " + measurement.name + " failed");
  }
  return rate;
}

}  // namespace faultline::bench
