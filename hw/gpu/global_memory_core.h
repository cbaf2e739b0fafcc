#pragma once

#include <cstdint>

#include "hw/common/state_register.h"
#include "hw/gpu/global_memory_word.h"
#include "hw/gpu/sm_config.h"
#include "hw/memory/dram_content.h"

namespace faultline::hw::gpu {

/// Global memory's side of the handshake: takes a transaction every cycle, in order, and answers a read
/// `global_latency` cycles later. Bytes are read and written when a transaction is taken.
///
/// Outside the fault space; answers under way are in the state table as environment, so that snapshots hold them. The
/// multiprocessor checks addresses, so only a fault on the way makes a transaction that lies outside.
class GlobalMemoryCore {
 public:
  GlobalMemoryCore(const SmConfig& config, DramContent& content, StateTable& table);

  void step(const GlobalRequest& request);
  const GlobalResponse& response() const { return response_; }
  /// After reset or a restored snapshot, which hold no answer.
  void state_changed() { response_ = {}; }

 private:
  void write(const GlobalRequest& request);

  size_t segment_;
  size_t slots_;
  DramContent& content_;
  GlobalResponse response_;
  StateRegister<uint32_t> position_, in_flight_;
  StateRegister<uint8_t> valid_, data_;
};

}  // namespace faultline::hw::gpu
