#pragma once

#include <cstdint>

#include "hw/systolic/words.h"

namespace faultline::hw {

/// Watches values on their way through post-processing: those of the lanes that are written, as the stage that uses
/// them reads them.
class ResultProbe {
 public:
  /// One tap of a pooling window, all lanes.
  struct Tap {
    uint32_t row = 0;  ///< of the command
    bool first = false;
    bool last = false;
    bool inside = false;               ///< false: the lanes' values are not used
    const PoolData* values = nullptr;  ///< whose first `lanes` are used
    int lanes = 0;
  };
  /// One lane of a row, as it is written.
  struct Lane {
    int64_t product = 0;
    int16_t product_high = 0;  ///< what lies above 64 bits, in machines with wide operands
    int64_t rounded = 0;       ///< with the zero point, before it is clamped; `value` where nothing is rounded
    int64_t address = 0;
    int bytes = 1;       ///< OperandFormat::operand_bytes, or sum_bytes for a raw result
    uint64_t value = 0;  ///< of these bytes
  };

  virtual ~ResultProbe() = default;
  /// A command begins.
  virtual void on_command() = 0;
  virtual void on_tap(const Tap& tap) = 0;
  virtual void on_lane(const Lane& lane) = 0;
  /// After the last lane of a row.
  virtual void on_row(uint32_t row) = 0;
};

}  // namespace faultline::hw
