#pragma once

#include <cstdint>

#include "hw/common/state_register.h"
#include "hw/memory/dram_content.h"
#include "hw/memory/dram_request.h"

namespace faultline::hw {

/// DRAM's side of the handshake: takes a request every cycle and answers each `latency` cycles later, in order.
///
/// Outside the fault space; its requests in flight are in the state table as environment, so that snapshots hold them.
class DramCore {
 public:
  DramCore(int latency, DramContent& content, StateTable& table);

  void step(const DramRequest& request);
  const DramResponse& response() const { return response_; }
  /// After reset or a restored snapshot, which hold no answer.
  void state_changed() { response_ = {}; }

 private:
  struct Beat {
    bool valid = false;
    bool write = false;
    uint8_t count = 0;
    uint32_t address = 0;
  };

  Beat exchange(const Beat& incoming);
  DramResponse answer(const Beat& beat) const;

  int slots_;
  DramContent& content_;
  DramResponse response_;
  StateRegister<uint32_t> position_, in_flight_;
  StateRegister<uint8_t> valid_, write_, count_;
  StateRegister<uint32_t> address_;
};

}  // namespace faultline::hw
