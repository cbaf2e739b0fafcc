#include "sim/engine/compute_view.h"

#include <algorithm>
#include <array>

#include "sim/mapping/compute_timing.h"

namespace faultline::engine {
namespace {

int64_t pixels_of(const ScheduledCommand& command, const hw::GridConfig& grid) {
  const hw::CommandDescriptor& d = command.descriptor();
  switch (grid.dataflow) {
    case hw::Dataflow::kWeightStationary:
      return d.stream;
    case hw::Dataflow::kInputStationary:
      return int64_t{d.tiles} * grid.used_columns();
    default:
      return int64_t{d.tiles} * grid.rows;
  }
}

int64_t taps_of(const ScheduledCommand& command, const hw::GridConfig& grid) {
  const hw::CommandDescriptor& d = command.descriptor();
  return grid.dataflow == hw::Dataflow::kOutputStationary ? d.stream : int64_t{d.folds} * grid.rows;
}

}  // namespace

WindowView::WindowView(const NetworkSchedule& schedule, const ScheduledCommand& command, int64_t pixels, int64_t taps)
    : descriptor_(command.descriptor()), format_(schedule.config().grid.format()) {
  if (const ScheduledCommand* load = schedule.content_of(hw::LoadTarget::kInput, 0, command.number)) {
    const int64_t bytes = int64_t{load->descriptor().dram_address} - schedule.layer(load->layer).memory.input;
    origin_ = bytes / format_.operand_bytes();
  }
  hw::Pixel pixel = hw::first_pixel(descriptor_);
  for (int64_t i = 0; i < pixels; ++i, pixel = hw::next_pixel(pixel, descriptor_)) {
    by_offset_.emplace_back(pixel.offset, pixels_.size());
    pixels_.push_back(pixel);
  }
  std::sort(by_offset_.begin(), by_offset_.end());
  hw::Tap tap = hw::first_tap(descriptor_);
  for (int64_t i = 0; i < taps; ++i, tap = hw::next_tap(tap, descriptor_)) {
    taps_.push_back(tap);
  }
}

void WindowView::readers(int64_t address, std::vector<std::pair<size_t, size_t>>& found) const {
  found.clear();
  for (size_t tap = 0; tap < taps_.size(); ++tap) {
    const auto offset = static_cast<int32_t>(address - descriptor_.input_base - taps_[tap].offset);
    auto at = std::lower_bound(by_offset_.begin(), by_offset_.end(), std::make_pair(offset, size_t{0}));
    for (; at != by_offset_.end() && at->first == offset; ++at) {
      if (inside(at->second, tap)) {
        found.emplace_back(at->second, tap);
      }
    }
  }
}

ComputeView::ComputeView(const NetworkSchedule& schedule, const ScheduledCommand& command, const ComputeView* previous,
                         const LayerInputs& inputs)
    : schedule_(schedule),
      command_(command),
      previous_(previous),
      inputs_(inputs),
      multiplier_(schedule.config().grid.selected(schedule.layer(command.layer).multiplier)),
      format_(schedule.config().grid.format()),
      check_(schedule.config().protection.weight_check),
      output_stationary_(schedule.config().grid.dataflow == hw::Dataflow::kOutputStationary),
      weights_move_(schedule.config().grid.dataflow == hw::Dataflow::kInputStationary),
      rows_(schedule.config().grid.rows),
      columns_(schedule.config().grid.columns),
      used_columns_(schedule.config().grid.used_columns()),
      map_(schedule.config().grid.column_map),
      folds_a_tile_(command.descriptor().folds),
      folds_(int64_t{command.descriptor().tiles} * command.descriptor().folds),
      stream_(command.descriptor().stream),
      period_(command.descriptor().period),
      prologue_(mapping::prologue_cycles(schedule.config().grid)),
      shift_start_(command.descriptor().shift_start),
      pitch_(command.descriptor().weight_pitch),
      weight_base_(command.descriptor().weight_base),
      last_fold_rows_(command.descriptor().last_fold_rows),
      window_(schedule, command, pixels_of(command, schedule.config().grid), taps_of(command, schedule.config().grid)) {
  const hw::GridConfig& grid = schedule.config().grid;
  for (int row = 0; !grid.uniform() && row < rows_; ++row) {
    for (int column = 0; column < columns_; ++column) {
      elements_.push_back(&grid.contribution_at(row, column, schedule.layer(command.layer).multiplier));
    }
  }
  const ScheduledCommand* load = schedule.last_load(hw::LoadTarget::kWeight, command.number);
  if (load != nullptr) {
    const hw::CommandDescriptor& d = load->descriptor();
    loaded_begin_ = d.buffer_address;
    loaded_end_ = loaded_begin_ + int64_t{d.rows} * d.row_bytes;
    loaded_ = schedule.constants_of(*load);
  }
}

std::optional<StreamSlot> ComputeView::slot(int64_t n) const {
  if (n < prologue_) {
    return std::nullopt;
  }
  StreamSlot slot;
  slot.fold = std::min((n - prologue_) / period_, folds_ - 1);
  slot.phase = n - prologue_ - slot.fold * period_;
  return slot.phase < stream_ ? std::optional(slot) : std::nullopt;
}

int16_t ComputeView::stored_weight(int64_t address) const {
  const int bytes = format_.operand_bytes();
  const int64_t first = address * bytes;
  if (first >= loaded_begin_ && first + bytes <= loaded_end_) {
    return operand_in(loaded_ + (first - loaded_begin_), format_);
  }
  const int64_t end = std::min(first + bytes, schedule_.config().weight_buffer_bytes);
  std::array<uint8_t, 2> found{};
  int64_t at = first;
  for (uint8_t& byte : found) {
    const ScheduledCommand* load =
        at < end ? schedule_.content_of(hw::LoadTarget::kWeight, at, command_.number) : nullptr;
    byte = load == nullptr ? uint8_t{0} : schedule_.constant(*load, at);
    ++at;
  }
  return operand_in(found.data(), format_);
}

ArrayOperand ComputeView::eastward(StreamSlot slot, int row) const {
  const int64_t fold = slot.fold % folds_a_tile_;
  if (weights_move_) {
    return {weight(weight_base_ + (fold * stream_ + slot.phase) * pitch_ + row), true};
  }
  if (output_stationary_) {
    return {window_.activation(static_cast<size_t>(slot.fold * rows_ + row), static_cast<size_t>(slot.phase), input()),
            true};
  }
  return {window_.activation(static_cast<size_t>(slot.phase), static_cast<size_t>(fold * rows_ + row), input()), true};
}

int64_t ComputeView::stationary_weight_address(int64_t fold, int row) const {
  const int64_t rows_a_tile = (folds_a_tile_ - 1) * rows_ + last_fold_rows_;
  const int64_t words_before = fold / folds_a_tile_ * rows_a_tile + fold % folds_a_tile_ * rows_;
  return weight_base_ + (words_before + valid_rows(fold) - 1 - row) * pitch_;
}

ArrayOperand ComputeView::stationary(int64_t fold, int row, int column) const {
  if (fold < 0) {
    return previous_ == nullptr ? ArrayOperand{} : previous_->stationary(previous_->folds() - 1, row, column);
  }
  const int own = map_.logical(column);
  if (own == hw::ColumnMap::kUnused) {
    return {};
  }
  if (!weights_move_) {
    return row < valid_rows(fold) ? ArrayOperand{weight(stationary_weight_address(fold, row) + own), true}
                                  : ArrayOperand{};
  }
  const int word = rows_ - 1 - row;
  if (word >= valid_rows(fold)) {
    return {};
  }
  return {window_.activation(static_cast<size_t>(fold / folds_a_tile_ * used_columns_ + own),
                             static_cast<size_t>(fold % folds_a_tile_ * rows_ + word), input()),
          true};
}

ArrayOperand ComputeView::chain(int64_t n, int row, int column) const {
  if (n < 0) {
    return stationary(-1, row, column);
  }
  int64_t fold = 0;
  if (n >= prologue_ + shift_start_) {
    fold = std::min((n - prologue_ - shift_start_) / period_ + 1, folds_ - 1);
  }
  const int64_t shifts = std::min<int64_t>(n - shift_number(fold, 0) + 1, rows_);
  return row < shifts ? stationary(fold, static_cast<int>(rows_ - shifts) + row, column)
                      : stationary(fold - 1, static_cast<int>(row - shifts), column);
}

SumTarget ComputeView::target(StreamSlot slot, int row, int column) const {
  const hw::CommandDescriptor& d = command_.descriptor();
  const mapping::ComputeBlock& block = command_.step->compute;
  const int64_t tile = slot.fold / folds_a_tile_;
  const int64_t within = output_stationary_ ? row : slot.phase;
  SumTarget target;
  target.row = d.psum_base + tile * d.psum_tile_step + within;
  const int own = map_.logical(column);
  if (own == hw::ColumnMap::kUnused) {
    target.written = false;
    return target;
  }
  int64_t channel = block.channel_begin;
  int64_t pixel = block.pixel_begin;
  if (output_stationary_) {
    channel += own;
    pixel += tile * rows_ + row;
  } else if (weights_move_) {
    channel += slot.phase;
    pixel += tile * used_columns_ + own;
  } else {
    channel += tile * used_columns_ + own;
    pixel += slot.phase;
  }
  target.neuron = channel < block.channel_end && pixel < block.pixel_end;
  target.channel = static_cast<size_t>(channel);
  target.pixel = static_cast<size_t>(pixel);
  return target;
}

uint64_t ComputeView::sum_written(StreamSlot slot, int row, int column) const {
  const int64_t word = output_stationary_ ? number_of({slot.fold, stream_ - 1}) + rows_ - 1 - row : number_of(slot);
  return command_.first_cycle + static_cast<uint64_t>(word + rows_ + column + 4);
}

int64_t ComputeView::sum_down_to(StreamSlot slot, int row, int column) const {
  int64_t sum = 0;
  for (int r = 0; r <= row; ++r) {
    const ArrayOperand held = stationary(slot.fold, r, column);
    if (held.valid) {
      sum += product(eastward(slot, r), held, r, column);
    }
  }
  return hw::wrap_to(sum, format_.sum_bits());
}

int64_t ComputeView::sum_up_to(StreamSlot slot, int row, int column) const {
  int64_t sum = 0;
  for (int64_t phase = 0; phase <= slot.phase; ++phase) {
    const StreamSlot at{slot.fold, phase};
    sum += product(eastward(at, row), other(at, row, column), row, column);
  }
  return hw::wrap_to(sum, format_.sum_bits());
}

std::optional<std::pair<int64_t, int64_t>> ComputeView::writer_of(int64_t sum_row) const {
  const hw::CommandDescriptor& d = command_.descriptor();
  const int64_t extent = output_stationary_ ? rows_ : stream_;
  const int64_t offset = sum_row - d.psum_base;
  const int64_t tile = d.tiles > 1 ? offset / d.psum_tile_step : 0;
  if (offset < 0 || tile >= d.tiles || offset - tile * d.psum_tile_step >= extent) {
    return std::nullopt;
  }
  return std::make_pair(tile, offset - tile * d.psum_tile_step);
}

}  // namespace faultline::engine
