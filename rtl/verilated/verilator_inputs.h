#pragma once

#include "rtl/generator/design.h"
#include "rtl/generator/source_file.h"
#include "rtl/verilated/model_kind.h"

namespace faultline::rtl {

/// What Verilator gets beside the design's own sources, which stay as they are.

/// `marks.vlt`: makes registers public and, in a forceable model, wires readable and forceable.
SourceFile signal_marks(const Design& design, ModelKind kind);

/// `bridge.cpp`: the functions that model_functions.h describes, around the Verilated class `Vmodel`.
SourceFile bridge(const Design& design, ModelKind kind);

}  // namespace faultline::rtl
