#include "hw/systolic/weight_feeder_core.h"

#include <cstring>

namespace faultline::hw {
namespace {

int feeder_lanes(const GridConfig& grid) {
  return grid.dataflow == Dataflow::kInputStationary ? grid.rows : grid.columns;
}

}  // namespace

WeightFeederCore::WeightFeederCore(const AcceleratorConfig& config, StateTable& table, FaultTaps& taps)
    : lanes_(feeder_lanes(config.grid)),
      skips_(config.grid.spare_columns && config.grid.dataflow != Dataflow::kInputStationary),
      format_(config.grid.format()),
      check_(config.protection.weight_check),
      taps_(taps),
      quiescence_(lanes_ + 2),
      buffer_(table, config.protection, "weight", config.weight_buffer_bytes),
      read_(table, "weight_feeder.lane[*].read", 1, {lanes_}),
      control_(table, "weight_feeder.lane[*].control", 1, {lanes_}),
      address_(table, "weight_feeder.lane[*].address", 24, {lanes_}),
      edge_(table, "weight_feeder.edge[*]", lanes_, format_) {}

void WeightFeederCore::step(const Inputs& inputs, uint64_t cycle) {
  if (!quiescence_.skip(inputs.word.idle())) {
    format_.wide() ? read_lanes<int16_t>(inputs.columns) : read_lanes<int8_t>(inputs.columns);
    if (check_) {
      format_.wide() ? check_operands<int16_t>(inputs.command) : check_operands<int8_t>(inputs.command);
    }
    advance(inputs.word);
  }
  const BufferWrite& write = inputs.write;
  if (write.valid && write.target == static_cast<uint8_t>(LoadTarget::kWeight)) {
    for (int i = 0; i < write.count; ++i) {
      buffer_.write(static_cast<int64_t>(write.address) + i, static_cast<int8_t>(write.data.bytes[i]));
    }
  }
  if (!taps_.empty() && taps_.apply_registers(cycle) > 0) {
    state_changed();
  }
}

template <typename Operand>
void WeightFeederCore::read_lanes(const ColumnMap& columns) {
  const uint8_t* read = read_.data();
  const uint32_t* address = address_.data();
  auto* value = edge_.value.data<Operand>();
  for (int lane = 0; lane < lanes_; ++lane) {
    const int place = skips_ ? columns.logical(lane) : lane;
    value[lane] = read[lane] != 0 && place != ColumnMap::kUnused
                      ? static_cast<Operand>(buffer_.read_operand(int64_t{address[lane]} + place, format_))
                      : Operand{0};
  }
  edge_.take_bits(read_, control_);
  if (skips_) {
    edge_.drop_unused(columns);
  }
}

/// Lanes that read nothing hold 0, which passes.
template <typename Operand>
void WeightFeederCore::check_operands(const CommandDescriptor& command) {
  auto* value = edge_.value.data<Operand>();
  for (int lane = 0; lane < lanes_; ++lane) {
    value[lane] = static_cast<Operand>(check_->passed(value[lane], command.low, command.high));
  }
}

void WeightFeederCore::advance(const WeightWord& head) {
  const auto moved = static_cast<size_t>(lanes_ - 1);
  std::memmove(read_.data() + 1, read_.data(), moved);
  std::memmove(control_.data() + 1, control_.data(), moved);
  std::memmove(address_.data() + 1, address_.data(), moved * sizeof(uint32_t));
  read_.set(head.read);
  control_.set(head.control);
  address_.set(head.address);
}

}  // namespace faultline::hw
