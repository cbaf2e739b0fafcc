#include "hw/systolic/post_processing_core.h"

#include <algorithm>
#include <cstring>

#include "hw/arithmetic/requantisation.h"
#include "hw/common/signed_bits.h"
#include "hw/systolic/neuron_unit_core.h"

namespace faultline::hw {
namespace {

// In an entry of the parameter memory, from the end of the bias.
constexpr int kMultiplierByte = 0;
constexpr int kResidueByte = 4;
constexpr int kShiftByte = 8;
constexpr int kLowByte = 9;
constexpr int kHighByte = 10;
constexpr int kHighProductBits = 16;
constexpr int kTableBytes = 256;
constexpr uint8_t kLargestShift = 63;
constexpr int32_t kCodeLimit = 1 << 20;

bool is_maximum(const CommandDescriptor& command) {
  return static_cast<Opcode>(command.opcode) == Opcode::kPool && command.maximum != 0;
}

}  // namespace

PostProcessingCore::Stage::Stage(StateTable& table, const std::string& path)
    : valid(table, path + ".valid", 1), row(table, path + ".row", 24) {}

void PostProcessingCore::Stage::take(const Stage& before) const {
  valid.set(before.valid.get());
  row.set(before.row.get());
}

PostProcessingCore::PoolStage::PoolStage(StateTable& table, const std::string& path)
    : valid(table, path + ".valid", 1),
      inside(table, path + ".inside", 1),
      first(table, path + ".first", 1),
      last(table, path + ".last", 1),
      row(table, path + ".row", 24) {}

void PostProcessingCore::PoolStage::take(const PoolStage& before) const {
  valid.set(before.valid.get());
  inside.set(before.inside.get());
  first.set(before.first.get());
  last.set(before.last.get());
  row.set(before.row.get());
}

PostProcessingCore::PostProcessingCore(const AcceleratorConfig& config, StateTable& table, FaultTaps& taps)
    : format_(config.grid.format()),
      columns_(config.grid.used_columns()),
      bus_bytes_(config.bus_bytes),
      entry_bytes_(config.parameter_bytes()),
      channel_bounds_(config.protection.channel_bounds),
      taps_(taps),
      output_(table, config.protection, "output", config.output_buffer_bytes),
      parameter_(table, "post_processing.parameter", int64_t{config.parameter_entries} * entry_bytes_),
      table_(make_table(table)),
      state_(table, "post_processing.state", 2),
      done_(table, "post_processing.done", 1),
      row_(table, "post_processing.row", 24),
      tap_count_(table, "post_processing.tap_count", 24),
      pixel_(table, "post_processing.pixel"),
      tap_(table, "post_processing.tap"),
      row_request_valid_(table, "post_processing.row_request.valid", 1),
      row_request_row_(table, "post_processing.row_request.row", 16),
      pool_request_valid_(table, "post_processing.pool_request.valid", 1),
      pool_request_address_(table, "post_processing.pool_request.address", 32),
      requested_(table, "post_processing.requested"),
      fetched_(table, "post_processing.fetched"),
      pool_requested_(table, "post_processing.pool_requested"),
      pool_fetched_(table, "post_processing.pool_fetched"),
      window_(table, "post_processing.window[*]", format_.sum_bits(), {columns_}),
      window_done_(table, "post_processing.window_done"),
      biased_(table, "post_processing.biased[*]", format_.sum_bits(), {columns_}),
      biased_stage_(table, "post_processing.biased_stage"),
      product_(table, "post_processing.product[*]", 64, {columns_}),
      product_high_(make_product_high(table)),
      product_stage_(table, "post_processing.product_stage"),
      read_data_(table, "post_processing.read_data[*]", 8, {bus_bytes_}) {
  if (const NeuronUnitKind* unit = find_neuron_unit_kind(config.protection.neuron_unit)) {
    neuron_word_.emplace(table, "post_processing.neuron_word", 8);
    if (unit->encode) {
      encoder_.emplace(table, *unit, config.output_buffer_bytes);
    }
  }
}

/// The table of activation functions has an entry for each code of 8 bits; machines with wider codes have none.
std::optional<ByteBuffer<int8_t>> PostProcessingCore::make_table(StateTable& table) const {
  return format_.wide() ? std::nullopt
                        : std::make_optional<ByteBuffer<int8_t>>(table, "post_processing.table", kTableBytes);
}

/// The bits of `product` above 64, which sums of 48 bits need.
std::optional<StateRegister<int16_t>> PostProcessingCore::make_product_high(StateTable& table) const {
  return format_.wide() ? std::make_optional<StateRegister<int16_t>>(table, "post_processing.product_high[*]",
                                                                     kHighProductBits, std::vector<int>{columns_})
                        : std::nullopt;
}

void PostProcessingCore::step(const Inputs& inputs, uint64_t cycle) {
  if (probe_ != nullptr) {
    show(*probe_, inputs);
  }
  // Later stages first: each uses what the stage before it held before the edge.
  done_.set(0);
  read_output(inputs.read);
  serve_neuron_unit(inputs.neuron_request, inputs.neuron_write);
  write_output(inputs.command);
  multiply(inputs.command);
  add_bias(inputs);
  combine_window(inputs);
  fetched_.take(requested_);
  pool_fetched_.take(pool_requested_);
  requested_.valid.set(0);
  pool_requested_.valid.set(0);
  row_request_valid_.set(0);
  pool_request_valid_.set(0);
  const uint8_t state = state_.get();
  if (inputs.start && state == kIdle) {
    begin(inputs.command);
  } else if (state == kRows) {
    request_row(inputs.command);
  } else if (state == kPool) {
    request_tap(inputs.command);
  } else {
    state_.set(kIdle);
  }
  write_parameters(inputs.write);
  if (!taps_.empty()) {
    taps_.apply_registers(cycle);
  }
}

void PostProcessingCore::begin(const CommandDescriptor& command) {
  if (command.rows == 0) {
    done_.set(1);
    return;
  }
  state_.set(static_cast<Opcode>(command.opcode) == Opcode::kPool ? kPool : kRows);
  row_.set(0);
  tap_count_.set(0);
  pixel_.set(first_pixel(command));
  tap_.set(first_tap(command));
}

void PostProcessingCore::request_row(const CommandDescriptor& command) {
  const uint32_t row = row_.get();
  row_request_valid_.set(1);
  row_request_row_.set(static_cast<int64_t>(command.psum_base) + row);
  requested_.valid.set(1);
  requested_.row.set(row);
  row_.set(row + 1);
  if (row + 1 >= static_cast<uint32_t>(command.rows)) {
    state_.set(kIdle);
  }
}

void PostProcessingCore::request_tap(const CommandDescriptor& command) {
  const uint32_t row = row_.get();
  const uint32_t count = tap_count_.get();
  const bool last = count + 1 >= static_cast<uint32_t>(command.stream);
  const Pixel pixel = pixel_.get();
  const Tap tap = tap_.get();
  pool_request_valid_.set(1);
  pool_request_address_.set(input_address(pixel.offset, tap.offset, command));
  pool_requested_.valid.set(1);
  pool_requested_.inside.set(inside_input(pixel.y, pixel.x, tap.y, tap.x, command));
  pool_requested_.first.set(count == 0);
  pool_requested_.last.set(last);
  pool_requested_.row.set(row);
  if (!last) {
    tap_count_.set(count + 1);
    tap_.set(next_tap(tap, command));
    return;
  }
  tap_count_.set(0);
  tap_.set(first_tap(command));
  pixel_.set(next_pixel(pixel, command));
  row_.set(row + 1);
  if (row + 1 >= static_cast<uint32_t>(command.rows)) {
    state_.set(kIdle);
  }
}

void PostProcessingCore::combine_window(const Inputs& inputs) {
  const bool valid = pool_fetched_.valid.get() != 0;
  window_done_.valid.set(valid && pool_fetched_.last.get() != 0);
  window_done_.row.set(pool_fetched_.row.get());
  if (!valid) {
    return;
  }
  const bool maximum = inputs.command.maximum != 0;
  const bool first = pool_fetched_.first.get() != 0;
  const bool inside = pool_fetched_.inside.get() != 0;
  for (int lane = 0; lane < columns_; ++lane) {
    const auto place = static_cast<size_t>(lane);
    const int64_t before = first ? (maximum ? format_.lowest() : 0) : window_.get(place);
    const int64_t code = inputs.pool.operand(lane);
    if (maximum) {
      window_.set(place, inside ? std::max(before, code) : before);
    } else {
      window_.set(place, before + (inside ? code : inputs.command.pad_value));
    }
  }
}

size_t PostProcessingCore::parameter_entry(uint32_t row, int lane, const CommandDescriptor& command) const {
  return static_cast<size_t>(command.parameter_base) +
         (command.parameter_by_row != 0 ? row : static_cast<uint32_t>(lane));
}

int64_t PostProcessingCore::bias(size_t entry) const {
  const int64_t low = parameter_word(entry, 0);
  return format_.wide() ? int64_t{parameter_word(entry, 4)} * (int64_t{1} << 32) + static_cast<uint32_t>(low) : low;
}

int32_t PostProcessingCore::parameter_word(size_t entry, int byte) const {
  const auto address = static_cast<int64_t>(entry) * entry_bytes_ + byte;
  uint32_t word = 0;
  for (int i = 0; i < 4; ++i) {
    word |= static_cast<uint32_t>(parameter_.read(address + i)) << (8 * i);
  }
  return static_cast<int32_t>(word);
}

void PostProcessingCore::add_bias(const Inputs& inputs) {
  const bool row = fetched_.valid.get() != 0;
  const bool window = window_done_.valid.get() != 0;
  biased_stage_.take(window ? window_done_ : fetched_);
  if (!row && !window) {
    return;
  }
  const uint32_t number = biased_stage_.row.get();
  const bool maximum = is_maximum(inputs.command);
  for (int lane = 0; lane < columns_; ++lane) {
    const auto place = static_cast<size_t>(lane);
    const int64_t sum = window ? window_.get(place) : inputs.row.sum(lane);
    biased_.set(place,
                sum + (maximum ? 0 : wrap_to(bias(parameter_entry(number, lane, inputs.command)), biased_.bits())));
  }
}

void PostProcessingCore::multiply(const CommandDescriptor& command) {
  product_stage_.take(biased_stage_);
  if (biased_stage_.valid.get() == 0) {
    return;
  }
  const uint32_t row = biased_stage_.row.get();
  const int after_bias = format_.sum_bytes();
  const bool pass = command.raw != 0 || is_maximum(command);
  for (int lane = 0; lane < columns_; ++lane) {
    const size_t entry = parameter_entry(row, lane, command);
    const auto place = static_cast<size_t>(lane);
    const int64_t multiplier = pass ? 1 : parameter_word(entry, after_bias + kMultiplierByte);
    const int64_t residue = pass ? 0 : parameter_word(entry, after_bias + kResidueByte);
    if (format_.wide()) {
      const WideProduct product = WideProduct{biased_.get(place)} * multiplier + residue;
      product_.set(static_cast<int64_t>(product), place);
      product_high_->set(static_cast<int64_t>(product >> 64), place);
    } else {
      product_.set(biased_.get(place) * multiplier + residue, place);
    }
  }
}

int PostProcessingCore::lanes(const CommandDescriptor& command) const {
  return std::min(command.lanes, columns_);
}

uint8_t PostProcessingCore::parameter_byte(size_t entry, int after_bias) const {
  return parameter_.read(static_cast<int64_t>(entry) * entry_bytes_ + format_.sum_bytes() + after_bias);
}

/// Without the zero point.
int64_t PostProcessingCore::rounded(size_t lane, uint32_t row, const CommandDescriptor& command) const {
  const size_t entry = parameter_entry(row, static_cast<int>(lane), command);
  const int shift = parameter_byte(entry, kShiftByte) & kLargestShift;
  if (format_.wide()) {
    const WideProduct high = WideProduct{product_high_->get(lane)} * (WideProduct{1} << 64);
    return round_shift_wide(high + static_cast<uint64_t>(product_.get(lane)), shift);
  }
  return round_shift(product_.get(lane), shift);
}

/// To the command's clamp or the entry's bounds.
int32_t PostProcessingCore::limited(int32_t code, size_t entry, const CommandDescriptor& command) const {
  if (!channel_bounds_) {
    return clamp(code, command.low, command.high);
  }
  const auto low = static_cast<int8_t>(parameter_byte(entry, kLowByte));
  const auto high = static_cast<int8_t>(parameter_byte(entry, kHighByte));
  if (!channel_bounds_->zeroes) {
    return clamp(code, low, high);
  }
  const int32_t clamped = clamp(code, command.low, command.high);
  return clamped < low || clamped > high ? command.zero_point : clamped;
}

int16_t PostProcessingCore::requantised(size_t lane, uint32_t row, const CommandDescriptor& command) const {
  if (is_maximum(command)) {
    return static_cast<int16_t>(wrap_to(product_.get(lane), format_.operand_bits));
  }
  // Limited first, so that adding the zero point cannot overflow; the limit is far outside the range of codes.
  const int32_t shifted = clamp(rounded(lane, row, command), -kCodeLimit, kCodeLimit) + command.zero_point;
  const size_t entry = parameter_entry(row, static_cast<int>(lane), command);
  const auto code = static_cast<int16_t>(wrap_to(limited(shifted, entry, command), format_.operand_bits));
  return command.use_table != 0 && table_ ? table_->read(code + 128) : code;
}

/// As the output buffer takes it.
int16_t PostProcessingCore::stored_code(size_t lane, uint32_t row, const CommandDescriptor& command) const {
  const int16_t code = requantised(lane, row, command);
  const bool encoded = encoder_ && command.accumulate != 0 && !is_maximum(command);
  return encoded ? encoder_->word(lane_address(lane, row, command), static_cast<int8_t>(code), command.pad_value)
                 : code;
}

void PostProcessingCore::write_lane(int64_t address, size_t lane, uint32_t row, const CommandDescriptor& command) {
  const auto value = static_cast<uint64_t>(command.raw != 0 ? product_.get(lane) : stored_code(lane, row, command));
  for (int byte = 0; byte < bytes_written(command); ++byte) {
    output_.write(address + byte, static_cast<int8_t>(value >> (8 * byte)));
  }
}

int64_t PostProcessingCore::lane_address(size_t lane, uint32_t row, const CommandDescriptor& command) const {
  return static_cast<int64_t>(command.output_base) + static_cast<int64_t>(row) * command.output_row_stride +
         static_cast<int64_t>(lane) * command.output_lane_stride;
}

void PostProcessingCore::write_output(const CommandDescriptor& command) {
  if (product_stage_.valid.get() == 0) {
    return;
  }
  const uint32_t row = product_stage_.row.get();
  const auto written = static_cast<size_t>(lanes(command));
  for (size_t lane = 0; lane < written; ++lane) {
    write_lane(lane_address(lane, row, command), lane, row, command);
  }
  done_.set(row + 1 == static_cast<uint32_t>(command.rows));
}

void PostProcessingCore::show(ResultProbe& probe, const Inputs& inputs) const {
  if (product_stage_.valid.get() != 0) {
    show_row(probe, inputs.command);
  }
  if (pool_fetched_.valid.get() != 0) {
    show_tap(probe, inputs.pool, inputs.command);
  }
  if (inputs.start && state_.get() == kIdle && inputs.command.rows != 0) {
    probe.on_command();
  }
}

void PostProcessingCore::show_row(ResultProbe& probe, const CommandDescriptor& command) const {
  const uint32_t row = product_stage_.row.get();
  const auto written = static_cast<size_t>(lanes(command));
  for (size_t lane = 0; lane < written; ++lane) {
    show_lane(probe, lane, row, command);
  }
  probe.on_row(row);
}

void PostProcessingCore::show_tap(ResultProbe& probe, const PoolData& pool, const CommandDescriptor& command) const {
  ResultProbe::Tap tap;
  tap.row = pool_fetched_.row.get();
  tap.first = pool_fetched_.first.get() != 0;
  tap.last = pool_fetched_.last.get() != 0;
  tap.inside = pool_fetched_.inside.get() != 0;
  tap.values = &pool;
  tap.lanes = lanes(command);
  probe.on_tap(tap);
}

void PostProcessingCore::show_lane(ResultProbe& probe, size_t lane, uint32_t row,
                                   const CommandDescriptor& command) const {
  ResultProbe::Lane shown;
  shown.product = product_.get(lane);
  shown.product_high = format_.wide() ? product_high_->get(lane) : int16_t{0};
  shown.address = lane_address(lane, row, command);
  shown.bytes = bytes_written(command);
  shown.value = low_bits(command.raw != 0 ? shown.product : stored_code(lane, row, command), 8 * shown.bytes);
  const bool is_rounded = command.raw == 0 && !is_maximum(command);
  // A faulty product may be anything: the addition wraps.
  const auto code = static_cast<uint64_t>(rounded(lane, row, command)) + static_cast<uint64_t>(command.zero_point);
  shown.rounded = static_cast<int64_t>(is_rounded ? code : shown.value);
  probe.on_lane(shown);
}

void PostProcessingCore::write_parameters(const BufferWrite& write) {
  if (!write.valid) {
    return;
  }
  const auto target = static_cast<LoadTarget>(write.target);
  for (int i = 0; i < write.count; ++i) {
    const int64_t address = static_cast<int64_t>(write.address) + i;
    if (target == LoadTarget::kParameter) {
      parameter_.write(address, write.data.bytes[i]);
    } else if (target == LoadTarget::kTable && table_) {
      table_->write(address, static_cast<int8_t>(write.data.bytes[i]));
      if (encoder_ && write.address + static_cast<uint32_t>(i) >= kNeuronMaskBase) {
        encoder_->load(address - kNeuronMaskBase, write.data.bytes[i]);
      }
    }
  }
}

void PostProcessingCore::read_output(const BufferRead& read) {
  for (int i = 0; read.valid && i < bus_bytes_; ++i) {
    const bool asked = i < read.count;
    read_data_.set(asked ? output_.read(static_cast<int64_t>(read.address) + i) : 0, static_cast<size_t>(i));
  }
}

/// The read comes before a write of the same cycle.
void PostProcessingCore::serve_neuron_unit(const NeuronRequest& request, const NeuronWrite& write) {
  if (neuron_word_ && request.valid) {
    neuron_word_->set(static_cast<uint8_t>(output_.read(request.address)));
  }
  if (write.valid) {
    output_.write(write.address, write.code);
  }
}

BeatData PostProcessingCore::read_data() const {
  BeatData data;
  std::memcpy(data.bytes, read_data_.data(), static_cast<size_t>(bus_bytes_));
  return data;
}

}  // namespace faultline::hw
