#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rtl/lockstep/lockstep_comparison.h"

namespace faultline::cosim {

/// Two engines by name, the reference first.
struct EngineNames {
  std::string reference;
  std::string other;
};

/// What wrote a signal last, up to and including the cycle in which it differs.
struct LastWriter {
  uint64_t cycle;      ///< the write is the edge that begins it
  std::string source;  ///< register, port or expression that it took; a fault; or "reset"
  uint64_t reference;  ///< what the reference held then
  uint64_t other;
};

/// Where and how two engines part.
struct Difference {
  rtl::Divergence divergence;  ///< cycle, signal and both values
  std::optional<LastWriter> last_writer;
  std::vector<std::string> differing;  ///< everything else that differs in that cycle, in the state table's order
  std::vector<std::string> files;      ///< waveforms and how to show them, where they were asked for
};

}  // namespace faultline::cosim
