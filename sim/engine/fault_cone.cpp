#include "sim/engine/fault_cone.h"

#include <algorithm>

#include "hw/arithmetic/requantisation.h"

namespace faultline::engine {

void ConeEffect::clear() {
  known_ = true;
  residue_ = false;
  output_buffer_spared_ = false;
  layer_ = schedule_.layers();
  unused_.clear();
}

size_t ConeEffect::element_of(size_t layer, WrittenNeuron neuron) const {
  const mapping::ActivationFormat& format = schedule_.layer(layer).output;
  return host_element(format,
                      static_cast<int64_t>(neuron.pixel) * format.channels + static_cast<int64_t>(neuron.channel));
}

void ConeEffect::add_sum(const ComputeView& view, StreamSlot slot, int row, int column, int32_t difference) {
  if (difference == 0) {
    return;
  }
  const SumTarget target = view.target(slot, row, column);
  if (target.neuron) {
    add_sum(view.command().layer, {target.channel, target.pixel}, difference);
  } else if (end_.last_reset_command(target.row) <= view.command().number) {
    int32_t& sum = unused_[{target.row, column}];
    sum = hw::wrapping_add(sum, difference);
  }
}

void ConeEffect::add_sum(size_t layer, WrittenNeuron neuron, int32_t difference) {
  layer_ = std::min(layer_, layer);
  inference_.add_to_sum(operator_of(layer), neuron.pixel, neuron.channel, difference);
}

void ConeEffect::set_element(size_t layer, size_t element, int32_t value) {
  layer_ = std::min(layer_, layer);
  inference_.set_output(operator_of(layer), element, value);
}

void ConeEffect::set_output(size_t layer, WrittenNeuron neuron, const ProcessedValue& golden,
                            const ProcessedValue& now) {
  reach(farthest_difference(golden, now));
  set_element(layer, element_of(layer, neuron), now.written);
}

void ConeEffect::flip_output(size_t layer, WrittenNeuron neuron, int64_t byte, uint8_t mask) {
  const auto output = static_cast<size_t>(network_.operators[operator_of(layer)]->output);
  const size_t element = element_of(layer, neuron);
  const model::Values& golden = inference_.golden().tensors[output];
  if (const auto* codes = std::get_if<std::vector<int8_t>>(&golden)) {
    set_element(layer, element, static_cast<int8_t>(static_cast<uint8_t>((*codes)[element]) ^ mask));
  } else {
    const auto sum = static_cast<uint32_t>(std::get<std::vector<int32_t>>(golden)[element]);
    set_element(layer, element, static_cast<int32_t>(sum ^ (uint32_t{mask} << (8 * byte))));
  }
}

int32_t ConeEffect::golden_sum(size_t layer, WrittenNeuron neuron) const {
  const auto channels = static_cast<size_t>(schedule_.layer(layer).output.channels);
  return inference_.golden().sums[operator_of(layer)][neuron.pixel * channels + neuron.channel];
}

const model::PostProcessing& ConeEffect::post(size_t layer) const {
  const model::Operator& step = *network_.operators[operator_of(layer)];
  if (const auto* matrix = dynamic_cast<const model::MatrixOperator*>(&step)) {
    return matrix->post;
  }
  return dynamic_cast<const model::PoolingOperator&>(step).post;
}

const ComputeView* ConeContext::compute_at(uint64_t cycle) const {
  const auto& commands = schedule.commands();
  auto after = std::upper_bound(commands.begin(), commands.end(), cycle,
                                [](uint64_t at, const ScheduledCommand& c) { return at < c.first_cycle; });
  while (after != commands.begin()) {
    --after;
    if (views[after->number] != nullptr) {
      return views[after->number].get();
    }
  }
  return nullptr;
}

const ComputeView* ConeContext::compute_after(uint64_t cycle) const {
  const auto& commands = schedule.commands();
  auto after = std::upper_bound(commands.begin(), commands.end(), cycle,
                                [](uint64_t at, const ScheduledCommand& c) { return at < c.first_cycle; });
  for (; after != commands.end(); ++after) {
    if (views[after->number] != nullptr) {
      return views[after->number].get();
    }
  }
  return nullptr;
}

const ScheduledCommand* ConeContext::running(hw::Opcode opcode, uint64_t cycle) const {
  const size_t number = schedule.first_running(cycle);
  if (number == schedule.commands().size()) {
    return nullptr;
  }
  const ScheduledCommand& command = schedule.commands()[number];
  return command.first_cycle <= cycle && command.opcode == opcode ? &command : nullptr;
}

void ArrayStrike::travels_east() const {
  const uint64_t left = context.schedule.last_cycle() - fault.start;
  if (changes_zero() && left < static_cast<uint64_t>(context.grid().columns - column)) {
    context.effect.leave_residue();
  }
}

void ArrayStrike::travels_south() const {
  const uint64_t left = context.schedule.last_cycle() - fault.start;
  if (changes_zero() && left < static_cast<uint64_t>(context.grid().rows - row)) {
    context.effect.leave_residue();
  }
}

uint64_t ArrayStrike::struck_bits(uint64_t bits) const {
  switch (fault.model) {
    case hw::FaultModel::kStuckAt0:
      return bits & ~fault.mask;
    case hw::FaultModel::kStuckAt1:
      return bits | fault.mask;
    default:
      return bits ^ fault.mask;
  }
}

ArrayOperand ArrayStrike::struck(ArrayOperand operand) const {
  if (valid_bit) {
    operand.valid = struck_bits(operand.valid ? 1 : 0) != 0;
  } else {
    operand.value = static_cast<int8_t>(struck_bits(static_cast<uint8_t>(operand.value)));
  }
  return operand;
}

int32_t ArrayStrike::struck_sum(int32_t sum) const {
  return static_cast<int32_t>(struck_bits(static_cast<uint32_t>(sum)));
}

int16_t ArrayStrike::struck_product(int16_t product) const {
  return static_cast<int16_t>(struck_bits(static_cast<uint16_t>(product)));
}

namespace {

ArrayStrike strike_of_element(const ConeContext& context, const hw::Fault& fault, bool valid_bit) {
  const auto columns = static_cast<size_t>(context.grid().columns);
  return {context, fault, static_cast<int>(fault.site.element / columns),
          static_cast<int>(fault.site.element % columns), valid_bit};
}

}  // namespace

Cone in_element(Strike strike, bool valid_bit) {
  Cone cone;
  cone.repeats = true;
  cone.strike = [strike, valid_bit](const ConeContext& context, const hw::Fault& fault) {
    strike(strike_of_element(context, fault, valid_bit));
  };
  return cone;
}

Cone holding_element(Strike strike, Stay stay, bool valid_bit) {
  Cone cone = in_element(strike, valid_bit);
  cone.stay = [stay, valid_bit](const ConeContext& context, const hw::Fault& fault) {
    return stay(strike_of_element(context, fault, valid_bit));
  };
  return cone;
}

Cone flips_of_element(Strike strike) {
  Cone cone = in_element(strike, false);
  cone.repeats = false;
  return cone;
}

Cone at_edge(Strike strike, bool west, bool valid_bit) {
  Cone cone;
  cone.repeats = true;
  cone.strike = [strike, west, valid_bit](const ConeContext& context, const hw::Fault& fault) {
    const auto lane = static_cast<int>(fault.site.element);
    strike({context, fault, west ? lane : -1, west ? -1 : lane, valid_bit});
  };
  return cone;
}

Cone flips_at_west_edge(Strike strike) {
  Cone cone = at_edge(strike, true, false);
  cone.repeats = false;
  return cone;
}

Cone cone_of(const hw::StateField& field, const hw::GridConfig& grid) {
  const bool output_stationary = grid.dataflow == hw::Dataflow::kOutputStationary;
  Cone cone = output_stationary ? output_stationary_cone(field.path) : array_cone(field.path, grid);
  if (!cone) {
    cone = buffer_cone(field.path);
  }
  if (!cone) {
    cone = post_processing_cone(field.path);
  }
  return cone;
}

}  // namespace faultline::engine
