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

/// What enters a multiprocessor's datapath in one cycle.
struct SmDatapathInputs {
  bool running = false;
  std::vector<MacBeat> mac;  ///< of each partition
};

}  // namespace faultline::rtl
