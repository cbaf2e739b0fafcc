#include "sim/mapping/transfers.h"

#include <algorithm>

namespace faultline::mapping {
namespace {

/// Counts and strides of a transfer are 24-bit registers.
constexpr int64_t kMost = (int64_t{1} << 24) - 1;

void transfer(std::vector<Step>& steps, hw::Opcode opcode, hw::LoadTarget target, int64_t dram_address,
              int64_t dram_stride, int64_t buffer_address, int64_t buffer_stride, int64_t rows, int64_t row_bytes) {
  Step step;
  step.command.opcode = static_cast<int32_t>(opcode);
  step.command.target = static_cast<int32_t>(target);
  step.command.dram_address = static_cast<int32_t>(static_cast<uint32_t>(dram_address));
  step.command.dram_stride = static_cast<int32_t>(dram_stride);
  step.command.buffer_address = static_cast<int32_t>(buffer_address);
  step.command.buffer_stride = static_cast<int32_t>(buffer_stride);
  step.command.rows = static_cast<int32_t>(rows);
  step.command.row_bytes = static_cast<int32_t>(row_bytes);
  steps.push_back(step);
}

/// Contiguous bytes as one row, or several where the register is too narrow.
void transfer_bytes(std::vector<Step>& steps, hw::Opcode opcode, hw::LoadTarget target, int64_t dram_address,
                    int64_t buffer_address, int64_t bytes) {
  for (int64_t done = 0; done < bytes; done += kMost) {
    const int64_t part = std::min(bytes - done, kMost);
    transfer(steps, opcode, target, dram_address + done, part, buffer_address + done, part, 1, part);
  }
}

}  // namespace

void load(std::vector<Step>& steps, hw::LoadTarget target, int64_t dram_address, int64_t buffer_address,
          int64_t bytes) {
  transfer_bytes(steps, hw::Opcode::kLoad, target, dram_address, buffer_address, bytes);
}

void store(std::vector<Step>& steps, int64_t dram_address, int64_t dram_stride, int64_t rows, int64_t row_bytes,
           int64_t buffer_stride) {
  if (dram_stride == row_bytes && buffer_stride == row_bytes) {
    transfer_bytes(steps, hw::Opcode::kStore, hw::LoadTarget::kInput, dram_address, 0, rows * row_bytes);
  } else {
    transfer(steps, hw::Opcode::kStore, hw::LoadTarget::kInput, dram_address, dram_stride, 0, buffer_stride, rows,
             row_bytes);
  }
}

bool Loader::changes(Range& held, int64_t begin, int64_t end) {
  if (begin == end || (held.begin == begin && held.end == end)) {
    return false;
  }
  held = {begin, end};
  return true;
}

void Loader::input_rows(const Window& window, const InputRows& rows) {
  if (changes(input_, rows.begin, rows.end)) {
    const int64_t row_bytes = window.row_operands() * format_.operand_bytes();
    load(steps_, hw::LoadTarget::kInput, memory_.input + rows.begin * row_bytes, 0,
         (rows.end - rows.begin) * row_bytes);
  }
}

void Loader::weights(int64_t offset, int64_t bytes) {
  if (changes(weights_, offset, offset + bytes)) {
    load(steps_, hw::LoadTarget::kWeight, memory_.weights + offset, 0, bytes);
  }
}

void Loader::parameters(int channel_begin, int channel_end) {
  if (changes(parameters_, channel_begin, channel_end)) {
    load(steps_, hw::LoadTarget::kParameter, memory_.parameters + channel_begin * entry_bytes_, 0,
         (channel_end - channel_begin) * entry_bytes_);
  }
}

}  // namespace faultline::mapping
