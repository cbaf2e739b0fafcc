#pragma once

#include <cstdint>
#include <vector>

namespace faultline::rtl {

/// A beat of an instruction that a partition's multiply-add pipeline takes, or nothing.
struct MacBeat {
  bool valid = false;
  int warp = 0;
  uint8_t opcode = 0;
  uint8_t destination = 0;
  uint8_t modifier = 0;
  int number = 0;                    ///< which of the instruction's
  uint32_t mask = 0;                 ///< of the active lanes, lane 0 lowest
  std::vector<uint32_t> a, b, c, d;  ///< of each lane; empty where nothing is valid
};

/// An access of a warp's threads to shared memory, or none.
struct SharedAccess {
  bool valid = false;
  bool store = false;
  bool whole = false;             ///< words, else bytes
  uint32_t pending = 0;           ///< threads that are still to be served, thread 0 lowest
  std::vector<uint32_t> address;  ///< of each thread, from the beginning of the memory on
  std::vector<uint32_t> data;     ///< likewise, to store
};

/// What shared memory gives in the same cycle.
struct SharedAnswer {
  uint32_t served = 0;          ///< threads
  std::vector<uint32_t> value;  ///< loaded, of each thread; 0 where nothing is loaded
};

/// What enters a multiprocessor's datapath in one cycle.
struct SmDatapathInputs {
  bool running = false;
  std::vector<MacBeat> mac;  ///< of each partition
  SharedAccess shared;
};

}  // namespace faultline::rtl
