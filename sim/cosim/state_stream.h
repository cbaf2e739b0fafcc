#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include <sys/types.h>

#include "sim/cosim/state_mirror.h"

namespace faultline::cosim {

/// What a machine in a process of its own tells of a run.
struct StateMessage {
  enum class Kind : uint64_t { kCycle, kEndOfRun };
  Kind kind = Kind::kCycle;
  uint64_t number = 0;  ///< the cycle; at the end of a run a digest of what came of it
  StateImage image;     ///< of a cycle
};

/// The writing end. Waits while the reader is behind, so that the two machines step together.
class StateWriter {
 public:
  explicit StateWriter(int descriptor) : descriptor_(descriptor) {}
  /// Ends the process when nobody reads any more.
  void cycle(uint64_t number, const StateImage& image);
  void end_of_run(uint64_t digest);

 private:
  void write_all(const void* data, size_t bytes);
  int descriptor_;
};

/// A process that steps a machine and writes its states; ended with the object.
class StateProcess {
 public:
  /// Forks; `step` runs in the child, which leaves when it returns or throws. Call before SystemC has elaborated.
  explicit StateProcess(const std::function<void(StateWriter& writer)>& step);
  ~StateProcess();
  StateProcess(const StateProcess&) = delete;
  StateProcess& operator=(const StateProcess&) = delete;

  /// The next message; waits for it. `layout` tells the sizes of an image. Throws std::runtime_error when the process
  /// has ended.
  StateMessage next(const StateImage& layout);

 private:
  void read_all(void* data, size_t bytes);
  int descriptor_ = -1;
  pid_t child_ = -1;
};

}  // namespace faultline::cosim
