#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hw/common/state_table.h"

namespace faultline::hw {

/// What protection units have said since reset.
struct DetectionRecord {
  std::string unit;        ///< the path of the first that raised a flag, "protection.input"
  uint64_t cycle = 0;      ///< in which it did
  bool alarm = false;      ///< some unit saw an error that it could not put right
  bool corrected = false;  ///< all that was seen is put right
};

/// The host's eye on the flags of all units (ReportRegisters): remembers which was raised first, and when. It is not
/// part of the accelerator and has no state in the table.
class DetectionMonitorCore {
 public:
  /// Finds the flags in `table`, which must outlive the object.
  explicit DetectionMonitorCore(const StateTable& table);

  bool watches_any() const { return !units_.empty(); }
  /// Looks at the settled registers of a cycle.
  void look(uint64_t cycle);
  void clear() { record_.reset(); }
  /// Nothing while no unit has raised a flag.
  const std::optional<DetectionRecord>& record() const { return record_; }

 private:
  struct Unit {
    std::string path;
    size_t offset;  ///< of its flags in the arena
  };

  const StateTable& table_;
  std::vector<Unit> units_;
  std::optional<DetectionRecord> record_;
};

}  // namespace faultline::hw
