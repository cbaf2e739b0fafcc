#pragma once

#include <cstdint>
#include <string>

#include "hw/arithmetic/multiplier.h"

namespace faultline::hw::gpu {

/// Sizes and timing of the streaming multiprocessor. Start from the defaults, change what differs, then validate().
/// docs/gpu.md says what each parameter does to the timing.
struct SmConfig {
  Multiplier multiplier;          ///< of IMAD8 and DP4A
  std::string scheduler = "gto";  ///< name of the scheduling policy (scheduling_policy.h)
  int warp_size = 32;             ///< threads of a warp: 4, 8, 16 or 32
  int warps = 16;                 ///< warps that can be resident, 1 to 64
  int blocks = 8;                 ///< thread blocks that can be resident, 1 to 32
  int partitions = 1;          ///< warp schedulers with their own lanes; warp w belongs to partition w mod partitions
  int lanes = 16;              ///< lanes of a partition's ALU and of its MAC pipeline; divides warp_size
  int collectors = 4;          ///< operand collectors of a partition, 1 to 16
  int register_entries = 512;  ///< registers of a warp (warp_size words each) that the register file holds
  int register_banks = 4;      ///< of a partition, 1 to 16; each gives one register of a warp per cycle
  int alu_stages = 4;          ///< pipeline registers of the ALU, 2 to 16
  int mac_stages = 5;          ///< pipeline registers of the MAC pipeline, 3 to 16
  int instruction_entries = 2048;  ///< words of the instruction memory, 16 to 65536
  int shared_bytes = 32 * 1024;    ///< a multiple of 4
  int shared_banks = 32;           ///< of 4 bytes width, a power of two up to 64
  int shared_latency = 20;         ///< cycles from a shared access to its writeback, 1 to 255
  int memory_instructions = 16;    ///< entries of the load-store unit, 1 to 64
  int memory_transactions = 32;    ///< global reads that may be under way, 1 to 1024
  int memory_queue = 8;            ///< transactions that wait for the memory, 1 to 64
  int segment_bytes = 32;          ///< of a global transaction: 4, 8, 16, 32 or 64
  int bus_bytes = 32;              ///< that the memory takes or gives per cycle, 1 to 64
  int global_latency = 100;        ///< cycles from a transaction to its answer, 1 to 4096
  int64_t global_bytes = int64_t{16} * 1024 * 1024;

  /// Throws InvalidConfiguration for a value out of range or one that contradicts another.
  void validate() const;

  /// Cycles in which the lanes take one instruction of a warp.
  int beats() const { return warp_size / lanes; }
  /// Cycles that the memory is busy with one transaction.
  int transaction_cycles() const { return (segment_bytes + bus_bytes - 1) / bus_bytes; }
  uint32_t full_mask() const { return warp_size == 32 ? ~uint32_t{0} : (uint32_t{1} << warp_size) - 1; }
};

/// 32-bit words that a launch hands to its kernel, for LDP.
constexpr int kParameters = 32;

}  // namespace faultline::hw::gpu
