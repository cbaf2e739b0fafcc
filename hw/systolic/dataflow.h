#pragma once

namespace faultline::hw {

/// Which operand of the products stays in the processing elements. docs/hardware.md defines each cycle of each.
enum class Dataflow {
  kWeightStationary,  ///< "ws": rows = taps (K), columns = output channels (N), pixels (M) stream
  kOutputStationary,  ///< "os": rows = pixels (M), columns = output channels (N), taps (K) stream
  kInputStationary,   ///< "is": rows = taps (K), columns = pixels (M), output channels (N) stream
};

/// The short name of a dataflow: "ws", "os" or "is".
inline const char* to_string(Dataflow dataflow) {
  return dataflow == Dataflow::kWeightStationary ? "ws" : dataflow == Dataflow::kOutputStationary ? "os" : "is";
}

}  // namespace faultline::hw
