#include "sim/engine/fault_cone.h"

#include <algorithm>

namespace faultline::engine {

uint64_t struck(const hw::Fault& fault, uint64_t bits) {
  switch (fault.model) {
    case hw::FaultModel::kStuckAt0:
      return bits & ~fault.mask;
    case hw::FaultModel::kStuckAt1:
      return bits | fault.mask;
    default:
      return bits ^ fault.mask;
  }
}

void ConeEffect::clear() {
  checks_.clear();
  known_ = true;
  residue_ = false;
  spared_.clear();
  doubted_ = false;
  trace_doubted_ = false;
  several_ = false;
  part_ = Part::kAll;
  layer_ = schedule_.layers();
  unused_.clear();
  at_end_.clear();
  touched_.clear();
}

void ConeEffect::begin_part(size_t layer, Part part, size_t fault, bool several) {
  part_layer_ = layer;
  part_ = part;
  part_fault_ = fault;
  several_ = several;
}

void ConeEffect::spare_output_buffer(size_t layer) {
  const model::TensorId input = network_.operators[operator_of(layer)]->inputs.front();
  if (several_ || !inference_.differences(input).empty()) {
    doubt_end();  // it may hold other wrong values
  }
  spared_.insert(layer);
}

void ConeEffect::leave_residue(const hw::Fault& fault) {
  if (fault.model == hw::FaultModel::kFlip && fault.period == 0) {
    leave_residue();
  } else if (several_ || fault.model == hw::FaultModel::kFlip) {
    doubt_end();
  } else if (at_end_.empty()) {
    at_end_.push_back(fault);
  }
}

void ConeEffect::touch(size_t layer, uint64_t place) {
  if (touched_.emplace(std::make_pair(layer, place), part_fault_).first->second != part_fault_) {
    give_up();
  }
}

size_t ConeEffect::element_of(size_t layer, WrittenNeuron neuron) const {
  const mapping::ActivationFormat& format = schedule_.layer(layer).output;
  return host_element(format,
                      static_cast<int64_t>(neuron.pixel) * format.channels + static_cast<int64_t>(neuron.channel));
}

void ConeEffect::add_sum(const ComputeView& view, StreamSlot slot, int row, int column, int64_t difference) {
  if (difference == 0 && !several_) {
    return;
  }
  if (checked_) {
    if (several_) {
      give_up();
    }
    checks_.add(view, slot, row, column, difference);
    return;
  }
  const SumTarget target = view.target(slot, row, column);
  if (!target.written) {
    return;
  }
  if (target.neuron) {
    add_sum(view.command().layer, {target.channel, target.pixel}, difference);
  } else if (end_.last_reset_command(target.row) <= view.command().number) {
    if (foreign(view.command().layer)) {
      doubt_end();
    }
    add_unused(target.row, column, difference);
  }
}

void ConeEffect::settle_checks() {
  checks_.settle([this](const ComputeView& view, StreamSlot slot, int row, int column, int64_t difference) {
    add_sum(view, slot, row, column, difference);
  });
}

void ConeEffect::add_unused(int64_t row, int column, int64_t difference) {
  if (part_ == Part::kOutputs) {
    return;
  }
  if (several_) {
    touch(schedule_.layers(), static_cast<uint64_t>(row) << 20 | static_cast<uint64_t>(column));
  }
  int64_t& sum = unused_[{row, column}];
  sum = wrapped_sum(sum + difference);
}

int64_t ConeEffect::unused_difference(int64_t row, int column) const {
  const auto found = unused_.find({row, column});
  return found == unused_.end() ? 0 : found->second;
}

void ConeEffect::add_sum(size_t layer, WrittenNeuron neuron, int64_t difference) {
  if (part_ == Part::kOutputs) {
    return;
  }
  if (several_) {
    touch(layer, element_of(layer, neuron));
  }
  if (difference == 0) {
    return;
  }
  if (foreign(layer)) {
    give_up();
  }
  layer_ = std::min(layer_, layer);
  inference_.add_to_sum(operator_of(layer), neuron.pixel, neuron.channel, difference);
}

void ConeEffect::set_element(size_t layer, size_t element, int64_t value) {
  if (part_ == Part::kSums) {
    return;
  }
  if (foreign(layer)) {
    give_up();
  }
  if (several_) {
    touch(layer, element);
  }
  layer_ = std::min(layer_, layer);
  inference_.set_output(operator_of(layer), element, value);
}

void ConeEffect::set_output(size_t layer, WrittenNeuron neuron, const ProcessedValue& golden,
                            const ProcessedValue& now) {
  reach(farthest_difference(golden, now));
  if (sum_difference(layer, neuron) != 0) {
    doubt_trace();
  }
  set_element(layer, element_of(layer, neuron), now.written);
}

void ConeEffect::flip_output(size_t layer, WrittenNeuron neuron, int64_t byte, uint8_t mask) {
  const auto output = static_cast<size_t>(network_.operators[operator_of(layer)]->output);
  const size_t element = element_of(layer, neuron);
  const auto bits = static_cast<int64_t>(uint64_t{mask} << (8 * byte));
  const int64_t value = integer_at(inference_.tensors()[output], element) ^ bits;
  const bool code = schedule_.layer(layer).output.element_bytes == network_.format.operand_bytes();
  set_element(layer, element, code ? hw::wrap_to(value, network_.format.operand_bits) : value);
}

int64_t ConeEffect::sum(size_t layer, WrittenNeuron neuron) const {
  const auto channels = static_cast<size_t>(schedule_.layer(layer).output.channels);
  return wrapped_sum(inference_.golden().sum(operator_of(layer), neuron.pixel * channels + neuron.channel) +
                     sum_difference(layer, neuron));
}

int64_t ConeEffect::sum_difference(size_t layer, WrittenNeuron neuron) const {
  const size_t index = operator_of(layer);
  return inference_.golden().has_sums(index) ? inference_.sum_difference(index, neuron.pixel, neuron.channel) : 0;
}

uint8_t ConeEffect::stored_byte(size_t layer, WrittenNeuron neuron, int64_t byte) const {
  const model::Values& now = inference_.tensors()[static_cast<size_t>(network_.operators[operator_of(layer)]->output)];
  return static_cast<uint8_t>(integer_at(now, element_of(layer, neuron)) >> (8 * byte));
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

uint8_t ConeContext::loaded_byte(const ScheduledCommand& load, int64_t address) const {
  const hw::CommandDescriptor& d = load.descriptor();
  if (d.target != static_cast<int32_t>(hw::LoadTarget::kInput)) {
    return schedule.constant(load, address);
  }
  const int64_t origin = int64_t{d.dram_address} - schedule.layer(load.layer).memory.input - d.buffer_address;
  return inputs.by_layer[load.layer][static_cast<size_t>(origin + address)];
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

ArrayOperand ArrayStrike::struck(ArrayOperand operand) const {
  if (valid_bit) {
    operand.valid = struck_bits(operand.valid ? 1 : 0) != 0;
  } else {
    operand.value = static_cast<int16_t>(struck_signed(fault, operand.value, context.format().operand_bits));
  }
  return operand;
}

int64_t ArrayStrike::struck_sum(int64_t sum) const {
  return struck_signed(fault, sum, context.format().sum_bits());
}

int64_t ArrayStrike::struck_product(int64_t product) const {
  return struck_signed(fault, product, context.format().product_bits());
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
  cone.part = ConeEffect::Part::kSums;
  cone.enables = valid_bit;
  cone.strike = [strike, valid_bit](const ConeContext& context, const hw::Fault& fault) {
    strike(strike_of_element(context, fault, valid_bit));
  };
  return cone;
}

Cone holding_element(Strike strike, Stay stay, bool valid_bit) {
  Cone cone = in_element(strike, valid_bit);
  cone.holds = true;
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
  cone.part = ConeEffect::Part::kSums;
  cone.enables = valid_bit;
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

Cone beside_checksums(Cone cone, const std::string& path) {
  static const std::string kControl = "edge[*].control";
  if (path.size() > kControl.size() && path.compare(path.size() - kControl.size(), kControl.size(), kControl) == 0) {
    return {};  // the unit takes one lane's bit for all, the array each lane's
  }
  const auto unchecked = cone.strike;
  const bool sums_are_checked = path.rfind("array.", 0) == 0;
  cone.strike = [unchecked, sums_are_checked](const ConeContext& context, const hw::Fault& fault) {
    const hw::GridConfig& grid = context.grid();
    // Through the array, along the checksum and to the correction.
    const auto longest_way = static_cast<uint64_t>(2 * grid.columns + grid.rows + 8);
    if (context.schedule.last_cycle() < fault.start + longest_way) {
      context.effect.doubt_end();
    }
    context.effect.check_sums(sums_are_checked);
    unchecked(context, fault);
    context.effect.check_sums(false);
  };
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
