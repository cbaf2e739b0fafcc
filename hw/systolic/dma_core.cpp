#include "hw/systolic/dma_core.h"

#include <algorithm>
#include <cstring>

namespace faultline::hw {

DmaCore::Cursor::Cursor(StateTable& table, const std::string& path)
    : row(table, path + "_row", 24), column(table, path + "_column", 24) {}

DmaCore::DmaCore(const AcceleratorConfig& config, StateTable& table, FaultTaps& taps)
    : bus_bytes_(config.bus_bytes),
      taps_(taps),
      state_(table, "dma.state", 2),
      done_(table, "dma.done", 1),
      issuing_(table, "dma.issuing", 1),
      issue_(table, "dma.issue"),
      complete_(table, "dma.complete"),
      dram_row_address_(table, "dma.dram_row_address", 32),
      buffer_row_address_(table, "dma.buffer_row_address", 24),
      request_valid_(table, "dma.request.valid", 1),
      request_write_(table, "dma.request.write", 1),
      request_count_(table, "dma.request.count", 7),
      request_address_(table, "dma.request.address", 32),
      request_data_(table, "dma.request.data[*]", 8, {bus_bytes_}),
      write_valid_(table, "dma.write.valid", 1),
      write_target_(table, "dma.write.target", 2),
      write_count_(table, "dma.write.count", 7),
      write_address_(table, "dma.write.address", 24),
      write_data_(table, "dma.write.data[*]", 8, {bus_bytes_}),
      read_valid_(table, "dma.read.valid", 1),
      read_count_(table, "dma.read.count", 7),
      read_address_(table, "dma.read.address", 24),
      read_dram_address_(table, "dma.read.dram_address", 32),
      pending_valid_(table, "dma.pending.valid", 1),
      pending_count_(table, "dma.pending.count", 7),
      pending_dram_address_(table, "dma.pending.dram_address", 32) {}

void DmaCore::step(const Inputs& inputs, uint64_t cycle) {
  // Later stages first: each uses what the stage before it held before the edge.
  request_valid_.set(0);
  write_valid_.set(0);
  done_.set(0);
  forward_store(inputs.output_data);
  pending_valid_.set(read_valid_.get());
  pending_count_.set(read_count_.get());
  pending_dram_address_.set(read_dram_address_.get());
  read_valid_.set(0);

  const uint8_t state = state_.get();
  if (inputs.start && state == kIdle) {
    begin(inputs.command);
  } else if (state == kLoad || state == kStore) {
    if (inputs.response.valid) {
      receive(inputs.command, inputs.response);
    }
    if (issuing_.get() != 0) {
      state == kLoad ? issue_load(inputs.command) : issue_store(inputs.command);
    }
  }
  if (!taps_.empty()) {
    taps_.apply_registers(cycle);
  }
}

void DmaCore::begin(const CommandDescriptor& command) {
  if (command.rows == 0 || command.row_bytes == 0) {
    done_.set(1);
    return;
  }
  state_.set(static_cast<Opcode>(command.opcode) == Opcode::kStore ? kStore : kLoad);
  issuing_.set(1);
  issue_.row.set(0);
  issue_.column.set(0);
  complete_.row.set(0);
  complete_.column.set(0);
  dram_row_address_.set(command.dram_address);
  buffer_row_address_.set(command.buffer_address);
}

uint32_t DmaCore::beat(const Cursor& cursor, const CommandDescriptor& command) const {
  const auto row_bytes = static_cast<uint32_t>(command.row_bytes);
  const uint32_t left = cursor.column.get() < row_bytes ? row_bytes - cursor.column.get() : 0;
  return std::min(left, static_cast<uint32_t>(bus_bytes_));
}

/// Moves the cursor past `count` bytes; true when that was the end of a row.
bool DmaCore::advance(const Cursor& cursor, const CommandDescriptor& command, uint32_t count) const {
  if (cursor.column.get() + count < static_cast<uint32_t>(command.row_bytes)) {
    cursor.column.set(cursor.column.get() + count);
    return false;
  }
  cursor.column.set(0);
  cursor.row.set(cursor.row.get() + 1);
  return true;
}

void DmaCore::issue_load(const CommandDescriptor& command) {
  const uint32_t count = beat(issue_, command);
  request_valid_.set(1);
  request_write_.set(0);
  request_count_.set(count);
  request_address_.set(static_cast<int64_t>(dram_row_address_.get()) + issue_.column.get());
  if (advance(issue_, command, count)) {
    dram_row_address_.set(static_cast<int64_t>(dram_row_address_.get()) + command.dram_stride);
    issuing_.set(issue_.row.get() < static_cast<uint32_t>(command.rows));
  }
}

void DmaCore::issue_store(const CommandDescriptor& command) {
  const uint32_t count = beat(issue_, command);
  read_valid_.set(1);
  read_count_.set(count);
  read_address_.set(static_cast<int64_t>(buffer_row_address_.get()) + issue_.column.get());
  read_dram_address_.set(static_cast<int64_t>(dram_row_address_.get()) + issue_.column.get());
  if (advance(issue_, command, count)) {
    dram_row_address_.set(static_cast<int64_t>(dram_row_address_.get()) + command.dram_stride);
    buffer_row_address_.set(static_cast<int64_t>(buffer_row_address_.get()) + command.buffer_stride);
    issuing_.set(issue_.row.get() < static_cast<uint32_t>(command.rows));
  }
}

void DmaCore::forward_store(const BeatData& data) {
  if (pending_valid_.get() == 0) {
    return;
  }
  request_valid_.set(1);
  request_write_.set(1);
  request_count_.set(pending_count_.get());
  request_address_.set(pending_dram_address_.get());
  std::memcpy(request_data_.data(), data.bytes, static_cast<size_t>(bus_bytes_));
}

void DmaCore::receive(const CommandDescriptor& command, const DramResponse& response) {
  if (response.error) {
    state_.set(kFailed);
    issuing_.set(0);
    return;
  }
  const uint32_t count = beat(complete_, command);
  const bool load = state_.get() == kLoad;
  if (load) {
    write_valid_.set(1);
    write_target_.set(command.target);
    write_count_.set(count);
    write_address_.set(static_cast<int64_t>(buffer_row_address_.get()) + complete_.column.get());
    std::memcpy(write_data_.data(), response.data.bytes, static_cast<size_t>(bus_bytes_));
  }
  if (advance(complete_, command, count)) {
    if (load) {
      buffer_row_address_.set(static_cast<int64_t>(buffer_row_address_.get()) + command.buffer_stride);
    }
    if (complete_.row.get() >= static_cast<uint32_t>(command.rows)) {
      state_.set(kIdle);
      issuing_.set(0);
      done_.set(1);
    }
  }
}

DramRequest DmaCore::request() const {
  DramRequest request;
  request.valid = request_valid_.get() != 0;
  request.write = request_write_.get() != 0;
  request.count = std::min<uint8_t>(request_count_.get(), static_cast<uint8_t>(bus_bytes_));
  request.address = request_address_.get();
  std::memcpy(request.data.bytes, request_data_.data(), static_cast<size_t>(bus_bytes_));
  return request;
}

BufferWrite DmaCore::write() const {
  BufferWrite write;
  write.valid = write_valid_.get() != 0;
  write.target = write_target_.get();
  write.count = std::min<uint8_t>(write_count_.get(), static_cast<uint8_t>(bus_bytes_));
  write.address = write_address_.get();
  std::memcpy(write.data.bytes, write_data_.data(), static_cast<size_t>(bus_bytes_));
  return write;
}

BufferRead DmaCore::read() const {
  return {read_valid_.get() != 0, std::min<uint8_t>(read_count_.get(), static_cast<uint8_t>(bus_bytes_)),
          read_address_.get()};
}

}  // namespace faultline::hw
