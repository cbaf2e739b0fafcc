#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hw/common/state_table.h"

namespace faultline::inject {
class VcdWriter;
}

namespace faultline::cosim {

/// Waveforms of both engines around the cycle in which they part: NAME.vcd for each and NAME.gtkw, in which GTKWave
/// finds the signals that differ, marked at that cycle.
class DifferenceWaves {
 public:
  static constexpr uint64_t kCyclesBefore = 32;
  static constexpr uint64_t kCyclesAfter = 16;

  struct Engine {
    std::string name;
    const hw::StateTable& table;
  };

  /// Shows `sites`, of which the first `differing` differ, around `cycle`. Makes the folder. Throws UserError when it
  /// cannot be written to.
  DifferenceWaves(const std::string& folder, const std::vector<Engine>& engines, const std::vector<hw::Site>& sites,
                  size_t differing, uint64_t cycle);
  ~DifferenceWaves();

  /// Call in the settled end of every cycle.
  void sample(uint64_t cycle);
  /// After the last cycle; returns the paths of the files. Throws UserError when not everything could be written.
  std::vector<std::string> finish();

 private:
  uint64_t cycle_;
  std::vector<std::string> files_;
  std::vector<std::unique_ptr<inject::VcdWriter>> writers_;
};

}  // namespace faultline::cosim
