#pragma once

#include <cstdint>
#include <string>

#include "hw/common/state_register.h"

namespace faultline::hw {

/// Asks the host to have a layer computed again when a neuron's words differ, at most so often:
/// `protection.<unit>.{differed, repeats}` (docs/hardware.md, "Repeats").
class RepeatRequest {
 public:
  /// `most` is 1 to 255: how often a layer may be repeated.
  RepeatRequest(StateTable& table, const std::string& unit, int most)
      : most_(most), differed_(table, "protection." + unit + ".differed", 1), repeats_(table, repeats_path(unit), 8) {}

  /// One rising edge: `begins` when the first walk of a layer begins, `difference` when words differ for which
  /// may_ask() held before the edge.
  void step(bool begins, bool difference) const {
    const bool asked = differed_.get() != 0;
    if (begins) {
      repeats_.set(asked ? repeats_.get() + 1 : 0);
    }
    differed_.set(difference || (asked && !begins) ? 1 : 0);
  }

  /// The layer has been repeated less often than it may be.
  bool may_ask() const { return repeats_.get() < most_; }
  /// What the host looks at when a layer's commands are done.
  bool asked() const { return differed_.get() != 0; }

  /// The path of the register that counts; every layer's first walk writes it before anything reads it.
  static std::string repeats_path(const std::string& unit) { return "protection." + unit + ".repeats"; }

 private:
  int most_;
  StateRegister<uint8_t> differed_, repeats_;
};

}  // namespace faultline::hw
