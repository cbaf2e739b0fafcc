#include "hw/systolic/cycle_grid_core.h"

#include <algorithm>
#include <utility>

#include "hw/arithmetic/requantisation.h"

namespace faultline::hw {
namespace {

/// True if one of `count` bits, a byte each, is set.
bool any(const uint8_t* bits, int count) {
  uint8_t found = 0;
  for (int i = 0; i < count; ++i) {
    found = static_cast<uint8_t>(found | bits[i]);
  }
  return found != 0;
}

}  // namespace

CycleGridCore::CycleGridCore(const GridConfig& config, StateTable& table, FaultTaps& taps,
                             std::function<uint64_t(size_t element)> read_product)
    : config_(config),
      own_multipliers_(find_own_multipliers()),
      state_(config, table, std::move(read_product)),
      taps_(taps),
      kernel_(config.dataflow == Dataflow::kOutputStationary ? step_output_stationary : step_operand_stationary),
      load_steps_(static_cast<size_t>(config.rows)),
      idle_west_(config.rows),
      idle_north_(config.columns) {
  state_changed();
}

bool CycleGridCore::step(const GridInputs& inputs, uint64_t cycle) {
  bool changed = false;
  if (!rests(inputs)) {
    patches_.clear();
    patch_bypassed(inputs);
    patch_own_multipliers(inputs);
    // Before cycle 0 there is no cycle in which a wire could be struck.
    if (taps_.has_wire_faults() && cycle > 0) {
      patch_struck_wires(inputs, cycle - 1);
    }
    run_kernel(inputs);
    for (const Patch& patch : patches_) {
      state_.sum[patch.place] = patch.sum;
    }
    changed = true;
  }
  if (!taps_.empty() && taps_.apply_registers(cycle) > 0) {
    state_changed();
    changed = true;
  }
  return changed;
}

void CycleGridCore::state_changed() {
  idle_steps_ = 0;
  std::fill(load_steps_.begin(), load_steps_.end(), config_.columns + 1);
  if (config_.bypass) {
    find_bypassed();
  }
}

void CycleGridCore::find_bypassed() {
  bypassed_.clear();
  for (int row = 0; row < config_.rows; ++row) {
    for (int column = 0; column < config_.columns; ++column) {
      if (bypassed(state_.index(row, column))) {
        bypassed_.push_back(static_cast<size_t>(row) * static_cast<size_t>(config_.columns) +
                            static_cast<size_t>(column));
      }
    }
  }
}

uint64_t CycleGridCore::product(size_t element, const GridInputs& inputs, uint64_t cycle) const {
  const auto columns = static_cast<size_t>(config_.columns);
  const int row = static_cast<int>(element / columns);
  const int column = static_cast<int>(element % columns);
  const int16_t value = product_of(config_.multiplier_at(row, column, selection_), operands(row, column, inputs));
  return taps_.apply_wire({state_.product_field, element}, static_cast<uint16_t>(value), cycle);
}

void CycleGridCore::read_south(SumEdge& south) const {
  south.lanes = config_.columns;
  std::copy_n(state_.sum.data() + state_.index(config_.rows - 1, 0), config_.columns, south.value);
}

CycleGridCore::Operands CycleGridCore::operands(int row, int column, const GridInputs& inputs) const {
  const size_t here = state_.index(row, column);
  const bool first_column = column == 0;
  const int8_t eastward = first_column ? inputs.west.value[row] : state_.eastward[here - 1];
  const uint8_t eastward_valid = first_column ? inputs.west.valid[row] : state_.eastward_valid[here - 1];
  const bool adds = eastward_valid != 0 && !bypassed(here);
  if (config_.dataflow != Dataflow::kOutputStationary) {
    return {eastward, state_.held[here], adds && state_.held_valid[here] != 0};
  }
  const int8_t weight = row == 0 ? inputs.north.value[column] : state_.southward[here - state_.row_stride];
  const uint8_t weight_valid = row == 0 ? inputs.north.valid[column] : state_.southward_valid[here - state_.row_stride];
  return {eastward, weight, adds && weight_valid != 0};
}

/// True if the next step would change no register.
///
/// With edges that are idle and keep their values, after C steps every eastward register shows the west edge's value
/// and its valid and load bits are 0, so that nothing is loaded or multiplied any more. Weight- and input-stationary
/// sums then move south and are 0 after R more steps; S_next holds without shifts. Output-stationary sums hold, and the
/// southward registers show the north edge's value after R steps. So after R + C steps each step is the identity.
bool CycleGridCore::rests(const GridInputs& inputs) {
  if (!idle(inputs)) {
    idle_steps_ = 0;
    return false;
  }
  if (idle_steps_ < config_.rows + config_.columns) {
    ++idle_steps_;
    return false;
  }
  return true;
}

/// True if no valid or control bit is set on the edges and their values are those of the last time this was so.
bool CycleGridCore::idle(const GridInputs& inputs) {
  const OperandEdge& west = inputs.west;
  const OperandEdge& north = inputs.north;
  const int rows = config_.rows;
  const int columns = config_.columns;
  if (any(west.valid, rows) || any(north.valid, columns) || any(west.control, rows) || any(north.control, columns) ||
      any(inputs.drain.drain, columns)) {
    return false;
  }
  const bool same = std::equal(west.value, west.value + rows, idle_west_.value) &&
                    std::equal(north.value, north.value + columns, idle_north_.value);
  if (!same) {
    std::copy_n(west.value, rows, idle_west_.value);
    std::copy_n(north.value, columns, idle_north_.value);
  }
  return same;
}

/// A load bit that enters a row leaves its last register C + 1 steps later.
void CycleGridCore::count_loads(const OperandEdge& west) {
  for (int row = 0; row < config_.rows; ++row) {
    int& steps = load_steps_[static_cast<size_t>(row)];
    steps = west.control[row] != 0 ? config_.columns + 1 : std::max(steps - 1, 0);
  }
}

int16_t CycleGridCore::product_of(const Multiplier& multiplier, Operands met) const {
  const bool eastward_is_weight = config_.dataflow == Dataflow::kInputStationary;
  return eastward_is_weight ? multiplier.product(met.other, met.eastward) : multiplier.product(met.eastward, met.other);
}

std::vector<CycleGridCore::OwnMultiplier> CycleGridCore::find_own_multipliers() const {
  std::vector<OwnMultiplier> found;
  for (int row = 0; row < config_.rows; ++row) {
    for (int column = 0; column < config_.columns; ++column) {
      if (const Multiplier* own = config_.own_multiplier(row, column)) {
        found.push_back(
            {static_cast<size_t>(row) * static_cast<size_t>(config_.columns) + static_cast<size_t>(column), own});
      }
    }
  }
  return found;
}

/// The next sum of an element where its product is this one.
void CycleGridCore::patch(size_t element, int16_t product, const GridInputs& inputs) {
  const auto columns = static_cast<size_t>(config_.columns);
  if (operands(static_cast<int>(element / columns), static_cast<int>(element % columns), inputs).valid) {
    patch_sum(element, product, inputs);
  }
}

/// The next sum of an element that adds this much, from the registers' old values.
void CycleGridCore::patch_sum(size_t element, int16_t addend, const GridInputs& inputs) {
  const bool output_stationary = config_.dataflow == Dataflow::kOutputStationary;
  const int row = static_cast<int>(element / static_cast<size_t>(config_.columns));
  const int column = static_cast<int>(element % static_cast<size_t>(config_.columns));
  if (output_stationary && inputs.drain.drain[column] != 0) {
    return;
  }
  const size_t here = state_.index(row, column);
  const int32_t above = row > 0 ? state_.sum[here - state_.row_stride] : 0;
  patches_.push_back({here, wrapping_add(output_stationary ? state_.sum[here] : above, addend)});
}

void CycleGridCore::patch_bypassed(const GridInputs& inputs) {
  for (const size_t element : bypassed_) {
    patch_sum(element, 0, inputs);
  }
}

void CycleGridCore::patch_own_multipliers(const GridInputs& inputs) {
  const auto columns = static_cast<size_t>(config_.columns);
  for (const OwnMultiplier& own : own_multipliers_) {
    const Operands met =
        operands(static_cast<int>(own.element / columns), static_cast<int>(own.element % columns), inputs);
    patch(own.element, product_of(*own.multiplier, met), inputs);
  }
}

void CycleGridCore::patch_struck_wires(const GridInputs& inputs, uint64_t cycle) {
  for (const Fault& fault : taps_.wire_faults()) {
    if (fault.active(cycle)) {
      patch(fault.site.element, static_cast<int16_t>(product(fault.site.element, inputs, cycle)), inputs);
    }
  }
}

void CycleGridCore::run_kernel(const GridInputs& inputs) {
  const bool output_stationary = config_.dataflow == Dataflow::kOutputStationary;
  GridRows grid = {};
  grid.rows = config_.rows;
  grid.columns = config_.columns;
  grid.stride = state_.row_stride;
  grid.sum = state_.sum.data();
  grid.eastward = state_.eastward.data();
  grid.eastward_valid = state_.eastward_valid.data();
  grid.southward = state_.southward.data();
  grid.southward_valid = state_.southward_valid.data();
  if (!output_stationary) {
    count_loads(inputs.west);
    grid.held = state_.held.data();
    grid.held_valid = state_.held_valid.data();
    grid.load = state_.load.data();
    grid.load_steps = load_steps_.data();
  }
  grid.west = &inputs.west;
  grid.north = &inputs.north;
  grid.drain = &inputs.drain;
  const Multiplier& multiplier = config_.selected(selection_);
  grid.products = multiplier.exact() ? nullptr : multiplier.table();
  grid.eastward_is_weight = config_.dataflow == Dataflow::kInputStationary;
  grid.any_column_control = any(output_stationary ? inputs.drain.drain : inputs.north.control, config_.columns);
  kernel_(grid);
}

}  // namespace faultline::hw
