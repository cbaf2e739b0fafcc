#pragma once

namespace faultline::rtl {

/// What a Verilated model lets faults reach.
enum class ModelKind {
  kDeposit,    ///< every register can be read and written; wires cannot be seen
  kForceable,  ///< registers as before; every wire can be read and forced, which makes the model slower
  kOptimised,  ///< as kDeposit, compiled for speed, which takes the compiler several times as long
};

/// "deposit", "forceable" or "optimised".
inline const char* to_string(ModelKind kind) {
  return kind == ModelKind::kDeposit ? "deposit" : kind == ModelKind::kForceable ? "forceable" : "optimised";
}

}  // namespace faultline::rtl
