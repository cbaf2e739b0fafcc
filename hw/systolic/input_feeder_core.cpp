#include "hw/systolic/input_feeder_core.h"

#include <algorithm>
#include <cstring>

namespace faultline::hw {
namespace {

int feeder_lanes(const GridConfig& grid) {
  return grid.dataflow == Dataflow::kInputStationary ? grid.columns : grid.rows;
}

/// Moves every element one lane further; lane 0 is then free.
template <typename T>
void shift_lanes(const StateRegister<T>& lanes, int count) {
  T* first = lanes.data();
  std::memmove(first + 1, first, static_cast<size_t>(count - 1) * sizeof(T));
}

}  // namespace

InputFeederCore::InputFeederCore(const AcceleratorConfig& config, StateTable& table, FaultTaps& taps)
    : lanes_(feeder_lanes(config.grid)),
      columns_(config.grid.used_columns()),
      format_(config.grid.format()),
      holds_tap_(config.grid.dataflow == Dataflow::kWeightStationary),
      skips_(config.grid.spare_columns && config.grid.dataflow == Dataflow::kInputStationary),
      taps_(taps),
      quiescence_(lanes_ + 2),
      buffer_(table, config.protection, "input", config.input_buffer_bytes),
      read_(table, "input_feeder.lane[*].read", 1, {lanes_}),
      first_(table, "input_feeder.lane[*].first", 1, {lanes_}),
      control_(table, "input_feeder.lane[*].control", 1, {lanes_}),
      pixel_y_(table, "input_feeder.lane[*].pixel_y", 16, {lanes_}),
      pixel_x_(table, "input_feeder.lane[*].pixel_x", 16, {lanes_}),
      pixel_offset_(table, "input_feeder.lane[*].pixel_offset", 32, {lanes_}),
      tap_y_(table, "input_feeder.lane[*].tap_y", 16, {lanes_}),
      tap_x_(table, "input_feeder.lane[*].tap_x", 16, {lanes_}),
      tap_c_(table, "input_feeder.lane[*].tap_c", 16, {lanes_}),
      tap_offset_(table, "input_feeder.lane[*].tap_offset", 32, {lanes_}),
      held_y_(table, "input_feeder.lane[*].held_y", 16, {lanes_}),
      held_x_(table, "input_feeder.lane[*].held_x", 16, {lanes_}),
      held_offset_(table, "input_feeder.lane[*].held_offset", 32, {lanes_}),
      edge_(table, "input_feeder.edge[*]", lanes_, format_),
      pool_data_(table, "input_feeder.pool_data[*]", format_.operand_bits, {columns_}) {}

void InputFeederCore::step(const Inputs& inputs, uint64_t cycle) {
  const bool lanes_idle = quiescence_.skip(inputs.word.idle());
  if (!lanes_idle) {
    format_.wide() ? read_lanes<int16_t>(inputs.command, inputs.columns)
                   : read_lanes<int8_t>(inputs.command, inputs.columns);
    hold_positions();
    advance(inputs.word, inputs.command, inputs.columns);
  }
  if (inputs.pool.valid) {
    format_.wide() ? read_pool<int16_t>(inputs.pool) : read_pool<int8_t>(inputs.pool);
  }
  if (inputs.write.valid && inputs.write.target == static_cast<uint8_t>(LoadTarget::kInput)) {
    for (int i = 0; i < inputs.write.count; ++i) {
      buffer_.write(static_cast<int64_t>(inputs.write.address) + i, static_cast<int8_t>(inputs.write.data.bytes[i]));
    }
  }
  if (!taps_.empty() && taps_.apply_registers(cycle) > 0) {
    state_changed();
  }
}

int16_t InputFeederCore::operand(int lane, const CommandDescriptor& command) const {
  const auto i = static_cast<size_t>(lane);
  const bool first = first_.get(i) != 0;
  Pixel pixel{pixel_y_.get(i), pixel_x_.get(i), pixel_offset_.get(i)};
  Tap tap{tap_y_.get(i), tap_x_.get(i), 0, tap_offset_.get(i)};
  if (!first && holds_tap_) {
    tap = {held_y_.get(i), held_x_.get(i), 0, held_offset_.get(i)};
  } else if (!first) {
    pixel = {held_y_.get(i), held_x_.get(i), held_offset_.get(i)};
  }
  if (!inside_input(pixel.y, pixel.x, tap.y, tap.x, command)) {
    return static_cast<int16_t>(command.pad_value);
  }
  return buffer_.read_operand(input_address(pixel.offset, tap.offset, command), format_);
}

template <typename Operand>
void InputFeederCore::read_lanes(const CommandDescriptor& command, const ColumnMap& columns) {
  const uint8_t* read = read_.data();
  auto* value = edge_.value.data<Operand>();
  for (int lane = 0; lane < lanes_; ++lane) {
    const bool reads = read[lane] != 0 && (!skips_ || columns.in_use(lane));
    value[lane] = reads ? static_cast<Operand>(operand(lane, command)) : Operand{0};
  }
  edge_.take_bits(read_, control_);
  if (skips_) {
    edge_.drop_unused(columns);
  }
}

void InputFeederCore::hold_positions() {
  const uint8_t* first = first_.data();
  for (int lane = 0; lane < lanes_; ++lane) {
    if (first[lane] == 0) {
      continue;
    }
    const auto i = static_cast<size_t>(lane);
    held_y_.set(holds_tap_ ? tap_y_.get(i) : pixel_y_.get(i), i);
    held_x_.set(holds_tap_ ? tap_x_.get(i) : pixel_x_.get(i), i);
    held_offset_.set(holds_tap_ ? tap_offset_.get(i) : pixel_offset_.get(i), i);
  }
}

InputWord InputFeederCore::word(int lane) const {
  const auto i = static_cast<size_t>(lane);
  InputWord word;
  word.read = read_.get(i) != 0;
  word.first = first_.get(i) != 0;
  word.control = control_.get(i) != 0;
  word.pixel = {pixel_y_.get(i), pixel_x_.get(i), pixel_offset_.get(i)};
  word.tap = {tap_y_.get(i), tap_x_.get(i), tap_c_.get(i), tap_offset_.get(i)};
  return word;
}

void InputFeederCore::set_word(int lane, const InputWord& word) {
  const auto i = static_cast<size_t>(lane);
  read_.set(word.read, i);
  first_.set(word.first, i);
  control_.set(word.control, i);
  pixel_y_.set(word.pixel.y, i);
  pixel_x_.set(word.pixel.x, i);
  pixel_offset_.set(word.pixel.offset, i);
  tap_y_.set(word.tap.y, i);
  tap_x_.set(word.tap.x, i);
  tap_c_.set(word.tap.c, i);
  tap_offset_.set(word.tap.offset, i);
}

/// Every word moves one lane further. A word marked `first` hands the next lane the position after its own.
void InputFeederCore::advance(const InputWord& head, const CommandDescriptor& command, const ColumnMap& columns) {
  shift_lanes(read_, lanes_);
  shift_lanes(first_, lanes_);
  shift_lanes(control_, lanes_);
  shift_lanes(pixel_y_, lanes_);
  shift_lanes(pixel_x_, lanes_);
  shift_lanes(pixel_offset_, lanes_);
  shift_lanes(tap_y_, lanes_);
  shift_lanes(tap_x_, lanes_);
  shift_lanes(tap_c_, lanes_);
  shift_lanes(tap_offset_, lanes_);
  const uint8_t* first = first_.data();
  for (int lane = 1; lane < lanes_; ++lane) {
    if (first[lane] == 0 || (skips_ && !columns.in_use(lane - 1))) {
      continue;
    }
    InputWord moved = word(lane);
    if (holds_tap_) {
      moved.tap = next_tap(moved.tap, command);
    } else {
      moved.pixel = next_pixel(moved.pixel, command);
    }
    set_word(lane, moved);
  }
  set_word(0, head);
}

template <typename Operand>
void InputFeederCore::read_pool(const PoolRequest& request) {
  auto* data = pool_data_.data<Operand>();
  for (int lane = 0; lane < columns_; ++lane) {
    data[lane] = static_cast<Operand>(buffer_.read_operand(static_cast<int64_t>(request.address) + lane, format_));
  }
}

PoolData InputFeederCore::pool_data() const {
  PoolData data(columns_, format_.wide());
  std::memcpy(data.value, pool_data_.raw(), data.operands_bytes());
  return data;
}

}  // namespace faultline::hw
