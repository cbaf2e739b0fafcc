#include "hw/protection/detection_monitor_core.h"

#include "hw/protection/report_registers.h"

namespace faultline::hw {

DetectionMonitorCore::DetectionMonitorCore(const StateTable& table) : table_(table) {
  for (const StateField& field : table.fields()) {
    if (ReportRegisters::are_flags(field.path)) {
      units_.push_back({ReportRegisters::unit_of(field.path), field.offset});
    }
  }
}

void DetectionMonitorCore::look(uint64_t cycle) {
  for (const Unit& unit : units_) {
    const auto flags = static_cast<uint8_t>(table_.arena()[unit.offset]);
    if (flags == 0) {
      continue;
    }
    if (!record_) {
      record_ = DetectionRecord{unit.path, cycle, false, true};
    }
    record_->alarm = record_->alarm || (flags & ReportRegisters::kAlarm) != 0;
    record_->corrected = record_->corrected && flags == ReportRegisters::kCorrected;
  }
}

}  // namespace faultline::hw
