#pragma once

#include "sim/process/child_process.h"

/// Skips a test where Verilated models cannot be built.
#define FAULTLINE_NEEDS_VERILATOR()                       \
  for (const char* tool : {"verilator", "make", "g++"}) { \
    if (!faultline::process::on_path(tool)) {             \
      GTEST_SKIP() << tool << " is not installed";        \
    }                                                     \
  }
