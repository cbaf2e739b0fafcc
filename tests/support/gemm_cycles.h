#pragma once

#include <algorithm>
#include <cstdint>

#include "hw/systolic/dataflow.h"

namespace faultline::test {

/// C[m][n] = sum over k of A[m][k] B[k][n] on an array of R rows and C columns, and spare ones beside them.
struct GemmShape {
  hw::Dataflow dataflow;
  int64_t rows, columns;
  int64_t m, n, k;
  int64_t spares = 0;

  static int64_t ceiling(int64_t a, int64_t b) { return (a + b - 1) / b; }
  bool output_stationary() const { return dataflow == hw::Dataflow::kOutputStationary; }
  bool weight_stationary() const { return dataflow == hw::Dataflow::kWeightStationary; }
  /// Elements that stream past the stationary ones.
  int64_t stream() const { return output_stationary() ? k : weight_stationary() ? m : n; }
  int64_t tiles() const {
    return output_stationary() ? ceiling(m, rows) * ceiling(n, columns) : ceiling(weight_stationary() ? n : m, columns);
  }
  int64_t folds() const { return output_stationary() ? tiles() : tiles() * ceiling(k, rows); }

  /// Cycles from one fold to the next.
  int64_t period() const {
    if (output_stationary()) {
      return k - 1 + 2 * rows;
    }
    const int64_t shift = !weight_stationary() && tiles() > 1 ? std::max(rows - 1, columns) : rows - 1;
    return std::max(stream(), shift + rows + 1);
  }
  /// A fold with nothing before or after it.
  int64_t single_fold() const { return stream() + 2 * rows + columns + spares + (output_stationary() ? 2 : 4); }

  /// docs/hardware.md, "Compute cycles": what the accelerator spends in kCompute when everything fits the buffers.
  int64_t compute_cycles() const {
    // Output-stationary runs one command for each tile of columns, the others one command for everything.
    const int64_t commands = output_stationary() ? ceiling(n, columns) : 1;
    return commands * single_fold() + (folds() - commands) * period();
  }

  /// What SCALE-Sim counts: the last multiplication of a fold ends it, and folds do not overlap.
  int64_t scale_sim_cycles() const { return folds() * (stream() + (output_stationary() ? 1 : 2) * rows + columns - 2); }

  /// ours - theirs, term by term as docs/hardware.md gives it.
  int64_t difference() const {
    const int64_t commands = output_stationary() ? ceiling(n, columns) : 1;
    const int64_t first = output_stationary() ? rows + 4 : 6;
    const int64_t later = output_stationary() ? rows - columns + 1 : period() - (stream() + 2 * rows + columns - 2);
    return commands * first + (folds() - commands) * later;
  }
};

}  // namespace faultline::test
