#pragma once

namespace faultline::rtl {

/// What a Verilated model lets faults reach.
enum class ModelKind {
  kDeposit,    ///< every register can be read and written; wires cannot be seen
  kForceable,  ///< registers as before; every wire can be read and forced, which makes the model slower
};

/// "deposit" or "forceable".
inline const char* to_string(ModelKind kind) {
  return kind == ModelKind::kDeposit ? "deposit" : "forceable";
}

}  // namespace faultline::rtl
