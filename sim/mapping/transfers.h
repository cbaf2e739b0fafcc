#pragma once

#include <cstdint>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/command.h"
#include "sim/mapping/program.h"
#include "sim/mapping/window.h"

namespace faultline::mapping {

/// Appends kLoad commands for `bytes` contiguous bytes.
void load(std::vector<Step>& steps, hw::LoadTarget target, int64_t dram_address, int64_t buffer_address, int64_t bytes);

/// Appends kStore commands for `rows` rows of `row_bytes`, `buffer_stride` apart in the output buffer from address 0
/// and `dram_stride` apart in DRAM.
void store(std::vector<Step>& steps, int64_t dram_address, int64_t dram_stride, int64_t rows, int64_t row_bytes,
           int64_t buffer_stride);

/// Loads of one layer that remember what the buffers hold, so that nothing is loaded twice in a row.
class Loader {
 public:
  Loader(std::vector<Step>& steps, const LayerMemory& memory, const hw::AcceleratorConfig& config)
      : steps_(steps), memory_(memory), format_(config.grid.format()), entry_bytes_(config.parameter_bytes()) {}

  /// Makes these input rows the content of the input buffer, from address 0.
  void input_rows(const Window& window, const InputRows& rows);
  /// Makes these bytes of the weight image the content of the weight buffer, from address 0.
  void weights(int64_t offset, int64_t bytes);
  /// Makes these channels' parameters the content of the parameter memory, from entry 0.
  void parameters(int channel_begin, int channel_end);

 private:
  struct Range {
    int64_t begin = 0;
    int64_t end = 0;
  };
  /// Notes the new content; false when it is there already or empty.
  static bool changes(Range& held, int64_t begin, int64_t end);

  std::vector<Step>& steps_;
  const LayerMemory& memory_;
  hw::OperandFormat format_;
  int64_t entry_bytes_;  ///< of the parameter memory
  Range input_;
  Range weights_;
  Range parameters_;
};

}  // namespace faultline::mapping
