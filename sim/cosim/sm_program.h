#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hw/common/counter_random.h"
#include "hw/gpu/kernel_launch.h"
#include "hw/gpu/sm_config.h"

namespace faultline::cosim {

/// What a multiprocessor is to do, and the content of its memories before.
struct SmProgram {
  std::string kind;             ///< "instructions", "from_registers" or "gemm"
  std::vector<uint64_t> words;  ///< of instruction memory, from 0 on
  hw::gpu::KernelLaunch launch;
  std::vector<uint8_t> global;  ///< of global memory, from 0 on
  hw::CounterRandom content;  ///< where random content of the register file and, where asked for, registers comes from
  bool from_registers = false;  ///< the datapath starts with random registers and memories instead of 0
  uint64_t most_cycles = 0;
};

/// Program `number` of a seed. In turns random instructions of the multiply-add unit and of shared memory on random
/// registers, a tiled matrix product of random operands, and random instructions on a datapath full of random values.
SmProgram random_sm_program(const hw::gpu::SmConfig& config, uint64_t seed, uint64_t number);

}  // namespace faultline::cosim
