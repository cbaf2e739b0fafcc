#pragma once

#include <cstdint>
#include <string>

#include "hw/common/state_register.h"

namespace faultline::hw {

/// What a protection unit tells the host: `protection.<unit>.report.{flags, corrected, errors}`. Nothing in the
/// accelerator reads these registers, so they change neither results nor cycles.
///
/// Flags stay until reset; the counters (16 bits) wrap.
class ReportRegisters {
 public:
  enum Flag : uint8_t {
    kCorrected = 1,  ///< something was wrong and is put right
    kAlarm = 2,      ///< something is wrong and is not put right
    kReplaced = 4,   ///< something was wrong and a harmless value stands for it
  };

  ReportRegisters(StateTable& table, const std::string& unit)
      : flags_(table, "protection." + unit + kReport + "flags", 3),
        corrected_(table, "protection." + unit + kReport + "corrected", 16),
        errors_(table, "protection." + unit + kReport + "errors", 16) {}

  void note(Flag flag) const {
    flags_.set(flags_.get() | flag);
    const StateRegister<uint16_t>& counter = flag == kCorrected ? corrected_ : errors_;
    counter.set(counter.get() + 1);
  }

  /// True for the path of a register of this class.
  static bool contain(const std::string& path) { return path.find(kReport) != std::string::npos; }
  /// True for the path of a unit's flags.
  static bool are_flags(const std::string& path) { return path.find(kFlags) != std::string::npos; }
  /// The unit's path, "protection.<unit>", of the path of its flags.
  static std::string unit_of(const std::string& flags_path) { return flags_path.substr(0, flags_path.find(kReport)); }

 private:
  static constexpr const char* kReport = ".report.";
  static constexpr const char* kFlags = ".report.flags";

  StateRegister<uint8_t> flags_;
  StateRegister<uint16_t> corrected_, errors_;
};

}  // namespace faultline::hw
