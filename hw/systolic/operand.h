#pragma once

#include <cstdint>
#include <ostream>
#include <string>

namespace sc_core {
class sc_trace_file;
}

namespace faultline::hw {

/// What one processing element hands to the next: the value of a signal between neighbours.
struct Operand {
  int16_t value = 0;  ///< of as many bits as operands have
  bool valid = false;
  bool control = false;  ///< `load` on the way east; unused on the way south

  bool operator==(const Operand& other) const {
    return value == other.value && valid == other.valid && control == other.control;
  }
};

// SystemC asks a signal's type for these; waveforms are written from the state table instead.
inline std::ostream& operator<<(std::ostream& out, const Operand& operand) {
  return out << operand.value << (operand.valid ? "" : " (not valid)");
}
inline void sc_trace(sc_core::sc_trace_file*, const Operand&, const std::string&) {}

}  // namespace faultline::hw
