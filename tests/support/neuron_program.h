#pragma once

#include <algorithm>
#include <vector>

#include "hw/common/counter_random.h"
#include "hw/protection/neuron_encoder.h"
#include "hw/protection/neuron_unit_kind.h"
#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/neuron_unit_core.h"

namespace faultline::test {

/// Commands that use the neuron unit, and the DRAM that they load from.
struct NeuronProgram {
  std::vector<hw::CommandDescriptor> commands;
  std::vector<uint8_t> dram;
};

/// Makes programs for a small accelerator with a neuron unit: random bytes fill the output buffer through the maximum,
/// some rows are post-processed over them as the unit's mask says, then kCorrect walks through a random table. Most
/// entries are addresses of the buffer; in one neuron of three all words are one word. Where the unit counts repeats of
/// a layer there are two walks, the second of which may go on with the layer.
class NeuronProgramMaker {
 public:
  NeuronProgramMaker(const hw::AcceleratorConfig& config, uint64_t seed) : config_(config), random_(seed, 4) {}

  NeuronProgram program() {
    program_.dram.assign(kDramBytes, 0);
    load(hw::LoadTarget::kParameter, 0, parameters());
    load(hw::LoadTarget::kTable, hw::kNeuronTableBase, table());
    load(hw::LoadTarget::kTable, hw::kNeuronMaskBase, bytes(mask_bytes()));
    std::vector<uint8_t> words = bytes(static_cast<size_t>(config_.output_buffer_bytes));
    if (kind().has_intervals()) {
      std::for_each(words.begin(), words.end(),
                    [this](uint8_t& word) { word = static_cast<uint8_t>(often_coarse(word)); });
    }
    load(hw::LoadTarget::kInput, 0, words);
    add_maximum();
    add_post_processing();
    add_correction();
    if (config_.protection.neuron_repeats) {
      add_correction();
      program_.commands.back().accumulate = below(2);
    }
    add_store();
    return program_;
  }

 private:
  static constexpr size_t kDramBytes = 4096;

  int below(int end) { return static_cast<int>(random_.uniform(static_cast<uint64_t>(end))); }
  int32_t code() { return below(256) - 128; }
  const hw::NeuronUnitKind& kind() const { return *hw::find_neuron_unit_kind(config_.protection.neuron_unit); }
  size_t words_of_neuron() const { return kind().words; }
  size_t mask_bytes() const { return static_cast<size_t>(hw::NeuronEncoder::mask_bytes(config_.output_buffer_bytes)); }

  std::vector<uint8_t> bytes(size_t count) {
    std::vector<uint8_t> values(count);
    std::generate(values.begin(), values.end(), [this] { return static_cast<uint8_t>(random_.next_u64()); });
    return values;
  }

  /// Often one of eight codes, so that words and bounds meet.
  int often_coarse(int code_bits) { return below(2) == 0 ? code_bits & ~0x1f : code_bits; }

  static void append(uint32_t value, int count, std::vector<uint8_t>& bytes) {
    for (int byte = 0; byte < count; ++byte) {
      bytes.push_back(static_cast<uint8_t>(value >> (8 * byte)));
    }
  }

  /// Codes of the whole range: biases below 2^14, factors of about 2^-7.
  std::vector<uint8_t> parameters() {
    std::vector<uint8_t> entries;
    for (int entry = 0; entry < config_.parameter_entries; ++entry) {
      append(static_cast<uint32_t>(below(1 << 15) - (1 << 14)), 4, entries);
      append(1U << 30, 4, entries);
      append(static_cast<uint32_t>(random_.next_u64()), 4, entries);
      append(37, 1, entries);
    }
    return entries;
  }

  std::vector<uint8_t> table() {
    const size_t words = words_of_neuron();
    std::vector<uint8_t> entries;
    uint32_t address = 0;
    bool same = false;
    for (int entry = 0; entry < config_.protection.neuron_entries; ++entry) {
      const bool first = static_cast<size_t>(entry) % words == 0;
      same = first ? below(3) == 0 : same;
      if (first || !same) {
        const bool inside = below(12) != 0;
        address = inside ? static_cast<uint32_t>(below(static_cast<int>(config_.output_buffer_bytes)))
                         : static_cast<uint32_t>(random_.next_u64());
      }
      append(address, hw::kNeuronAddressBytes, entries);
      if (kind().has_intervals()) {
        // Mostly below for the first word, above for the others.
        const int bound = first ? below(160) - 128 : 127 - below(160);
        append(static_cast<uint32_t>(often_coarse(bound)), 1, entries);
      }
    }
    return entries;
  }

  void load(hw::LoadTarget target, uint32_t address, const std::vector<uint8_t>& content) {
    hw::CommandDescriptor command;
    command.opcode = static_cast<int32_t>(hw::Opcode::kLoad);
    command.target = static_cast<int32_t>(target);
    command.dram_address = static_cast<int32_t>(used_);
    command.buffer_address = static_cast<int32_t>(address);
    command.rows = 1;
    command.row_bytes = static_cast<int32_t>(content.size());
    std::copy(content.begin(), content.end(), program_.dram.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ += content.size();
    program_.commands.push_back(command);
  }

  /// Copies the input buffer's first bytes: windows of one tap.
  void add_maximum() {
    const int columns = config_.grid.columns;
    hw::CommandDescriptor command;
    command.opcode = static_cast<int32_t>(hw::Opcode::kPool);
    command.maximum = 1;
    command.stream = 1;
    command.rows = static_cast<int32_t>(config_.output_buffer_bytes / columns) + 1;
    command.lanes = columns;
    command.input_height = command.input_width = 1;
    command.pixel_offset_y = columns;
    command.output_row_stride = columns;
    command.output_lane_stride = 1;
    command.accumulate = below(2);
    program_.commands.push_back(command);
  }

  void add_post_processing() {
    const int columns = config_.grid.columns;
    hw::CommandDescriptor command;
    command.opcode = static_cast<int32_t>(hw::Opcode::kPostProcess);
    command.rows = 1 + below(config_.parameter_entries);
    command.lanes = 1 + below(columns);
    command.parameter_by_row = below(4) != 0;
    command.output_base = below(static_cast<int>(config_.output_buffer_bytes));
    command.output_row_stride = 1 + below(3 * columns);
    command.output_lane_stride = 1 + below(3);
    command.pad_value = code();
    command.zero_point = code() / 4;
    command.accumulate = below(4) != 0;
    command.raw = below(8) == 0;
    program_.commands.push_back(command);
  }

  /// Whole neurons: the unit is done when it has written one. The last may lie beyond the table.
  void add_correction() {
    const auto words = static_cast<int>(words_of_neuron());
    hw::CommandDescriptor command;
    command.opcode = static_cast<int32_t>(hw::Opcode::kCorrect);
    command.rows = below(config_.protection.neuron_entries / words + 2) * words;
    command.pad_value = code();
    program_.commands.push_back(command);
  }

  void add_store() {
    hw::CommandDescriptor command;
    command.opcode = static_cast<int32_t>(hw::Opcode::kStore);
    command.dram_address = static_cast<int32_t>(used_);
    command.rows = 1;
    command.row_bytes = static_cast<int32_t>(config_.output_buffer_bytes);
    program_.commands.push_back(command);
  }

  const hw::AcceleratorConfig& config_;
  hw::CounterRandom random_;
  NeuronProgram program_;
  size_t used_ = 0;  ///< bytes of DRAM
};

}  // namespace faultline::test
