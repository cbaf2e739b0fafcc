#pragma once

#include <cstdint>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/command.h"
#include "hw/systolic/position.h"

namespace faultline::test {

/// Runs commands as docs/hardware.md defines them, as plain loops without a clock: what a program computes, not when.
class ProgramInterpreter {
 public:
  explicit ProgramInterpreter(const hw::AcceleratorConfig& config);

  /// Throws std::out_of_range for a DRAM address that would trap, std::invalid_argument for a field out of its width or
  /// a period that the hardware does not allow.
  void run(const std::vector<hw::CommandDescriptor>& program);

  std::vector<uint8_t> dram;

 private:
  using Command = hw::CommandDescriptor;
  void check(const Command& command) const;
  void move(const Command& command, bool load);
  void weight_stationary(const Command& command);
  void input_stationary(const Command& command);
  void output_stationary(const Command& command);
  void post_process(const Command& command);
  void pool(const Command& command);
  void write_output(const Command& command, int row, int lane, int32_t sum);

  int8_t activation(const hw::Pixel& pixel, const hw::Tap& tap, const Command& command) const;
  int32_t product(const hw::Pixel& pixel, const hw::Tap& tap, int64_t weight_address, const Command& command) const;
  void add(int row, int lane, int32_t sum, bool accumulate);

  const hw::AcceleratorConfig& config_;
  std::vector<uint8_t> input_, weight_, output_, parameter_, table_;
  std::vector<std::vector<int32_t>> sums_;
};

}  // namespace faultline::test
