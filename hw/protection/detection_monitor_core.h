#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hw/common/state_table.h"

namespace faultline::hw {

/// What protection units have said since reset.
struct DetectionRecord {
  std::string unit;        ///< the path of the first that raised a flag, "protection.input"
  uint64_t cycle = 0;      ///< in which it did
  bool alarm = false;      ///< some unit saw an error that it could not put right
  bool corrected = false;  ///< all that was seen is put right

  bool operator==(const DetectionRecord& other) const {
    return unit == other.unit && cycle == other.cycle && alarm == other.alarm && corrected == other.corrected;
  }
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
  /// Goes on from what had been said when a state was saved; nothing: the clean state.
  void set_record(std::optional<DetectionRecord> record) { record_ = std::move(record); }
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
