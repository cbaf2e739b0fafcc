// Cones of the weight- and input-stationary array. `eastward` operands move along the rows, the others stay; which of
// them is the weight depends on the dataflow.
#include <algorithm>
#include <map>
#include <string>

#include "sim/engine/fault_cone.h"

namespace faultline::engine {
namespace {

void replace_stationary(const ConeContext& context, const ComputeView& view, int64_t fold, int64_t first_phase, int row,
                        int column, ArrayOperand now) {
  const ArrayOperand before = view.stationary(fold, row, column);
  for (int64_t phase = first_phase; phase < view.stream(); ++phase) {
    const StreamSlot slot{fold, phase};
    const ArrayOperand moving = view.eastward(slot, row);
    context.effect.add_sum(
        view, slot, row, column,
        sum_difference(view.product(moving, now, row, column), view.product(moving, before, row, column)));
  }
}

/// Nothing is loaded after the last fold of the last kCompute.
bool stays(const ConeContext& context, const ComputeView& view, int64_t fold) {
  return &view == context.end.last_compute && fold + 1 == view.folds();
}

/// The fold whose operands are held when word `n` was the last; at least the first load's.
int64_t fold_held(const ComputeView& view, int64_t n) {
  const int64_t period = view.folds() > 1 ? view.load_number(1) - view.load_number(0) : 1;
  return std::min((n - view.load_number(0)) / period, view.folds() - 1);
}

void strike_stationary(const ArrayStrike& s) {
  const ComputeView* view = s.context.compute_at(s.fault.start);
  const int64_t n = view == nullptr ? -1 : s.number(*view);
  if (view == nullptr || n < view->load_number(0)) {
    // Loaded again before it is used.
    if (s.context.end.last_compute == nullptr && s.changes_zero()) {
      s.context.effect.leave_residue();
    }
    return;
  }
  const int64_t fold = fold_held(*view, n);
  const ArrayOperand before = view->stationary(fold, s.row, s.column);
  const ArrayOperand now = s.struck(before);
  if (stays(s.context, *view, fold) && !(now == before)) {
    s.context.effect.leave_residue();
  }
  replace_stationary(s.context, *view, fold, n - view->load_number(fold), s.row, s.column, now);
}

/// The command and the fold whose operand is held.
HeldWord stay_of_stationary(const ArrayStrike& s) {
  const ComputeView* view = s.context.compute_at(s.fault.start);
  const int64_t n = view == nullptr ? -1 : s.number(*view);
  if (view == nullptr || n < view->load_number(0)) {
    return {view == nullptr ? 0 : view->command().number << 44, s.fault.start + 1};
  }
  return {(view->command().number << 44) + 1 + static_cast<uint64_t>(fold_held(*view, n)), s.fault.start + 1};
}

/// The fold whose operands were shifted in last, up to word `n`.
int64_t fold_shifted(const ComputeView& view, int64_t n) {
  if (view.folds() == 1 || n < view.shift_number(1, 0)) {
    return 0;
  }
  const int64_t period = view.load_number(1) - view.load_number(0);
  return std::min((n - view.shift_number(1, 0)) / period + 1, view.folds() - 1);
}

/// The command, the fold and how far its operands have been shifted.
HeldWord stay_of_chain(const ArrayStrike& s) {
  const ComputeView* view = s.context.compute_at(s.fault.start);
  const int64_t n = view == nullptr ? -1 : view->since_start(s.fault.start) - 4 - s.column;
  if (n < 0) {
    return {view == nullptr ? 0 : view->command().number << 44, s.fault.start + 1};
  }
  const int64_t fold = fold_shifted(*view, n);
  const int64_t shifts = std::min<int64_t>(n - view->shift_number(fold, 0) + 1, view->rows());
  return {(view->command().number << 44) + (static_cast<uint64_t>(fold) << 9) + static_cast<uint64_t>(shifts),
          s.fault.start + 1};
}

/// A word of the chain that has been struck arrives in row `final_row` for `fold`.
void replace_shifted(const ArrayStrike& s, const ComputeView& view, int64_t fold, int final_row) {
  const ArrayOperand before = view.stationary(fold, final_row, s.column);
  const ArrayOperand now = s.struck(before);
  if (stays(s.context, view, fold) && !(now == before)) {
    s.context.effect.leave_residue();
  }
  replace_stationary(s.context, view, fold, 0, final_row, s.column, now);
}

void strike_chain(const ArrayStrike& s) {
  const ComputeView* view = s.context.compute_at(s.fault.start);
  const int64_t n = view == nullptr ? -1 : view->since_start(s.fault.start) - 4 - s.column;
  if (n < 0) {
    // Shifted out before the next load.
    if (s.context.end.last_compute == nullptr && s.changes_zero()) {
      s.context.effect.leave_residue();
    }
    return;
  }
  const int64_t fold = fold_shifted(*view, n);
  const int64_t shifts = std::min<int64_t>(n - view->shift_number(fold, 0) + 1, view->rows());
  if (s.row >= shifts) {
    return;  // an operand of the fold before, loaded by now
  }
  const auto final_row = static_cast<int>(view->rows() - shifts) + s.row;
  const int64_t loads = view->load_number(fold) + 3 + final_row + s.column;
  if (view->since_start(s.fault.start) <= loads) {
    replace_shifted(s, *view, fold, final_row);
  } else if (stays(s.context, *view, fold)) {
    const ArrayOperand held = view->stationary(fold, s.row, s.column);
    if (!(s.struck(held) == held)) {
      s.context.effect.leave_residue();
    }
  }
}

void strike_north_edge(const ArrayStrike& s) {
  if (s.changes_zero() && s.fault.start == s.context.schedule.last_cycle()) {
    s.context.effect.leave_residue();
  }
  const ComputeView* view = s.context.compute_at(s.fault.start);
  const int64_t n = view == nullptr ? -1 : view->since_start(s.fault.start) - 3 - s.column;
  if (n < 0) {
    return;
  }
  const int64_t fold = fold_shifted(*view, n);
  const int64_t word = n - view->shift_number(fold, 0);
  if (word >= 0 && word < view->rows()) {
    replace_shifted(s, *view, fold, static_cast<int>(view->rows() - 1 - word));
  }
}

/// True when a 0 that has become valid gives a product other than 0 with what the array holds at the end.
bool valid_zero_counts(const ArrayStrike& s, const ComputeView* view) {
  for (int column = s.column + 1; view != nullptr && column < view->columns(); ++column) {
    if (view->product({0, true}, view->stationary(view->folds() - 1, s.row, column), s.row, column) != 0) {
      return true;
    }
  }
  return false;
}

void strike_eastward(const ArrayStrike& s) {
  const ComputeView* view = s.context.compute_at(s.fault.start);
  const auto slot = view == nullptr ? std::nullopt : view->slot(s.number(*view));
  if (!slot) {
    // No sum of this word is written. Its value is 0; once valid, it may still leave products behind it.
    const auto reach = static_cast<uint64_t>(s.context.grid().rows) + static_cast<uint64_t>(s.context.grid().columns);
    const bool may_last = s.fault.start + reach > s.context.schedule.last_cycle();
    if (s.valid_bit && s.changes_zero() && may_last && (!s.context.effect.alone() || valid_zero_counts(s, view))) {
      s.context.effect.doubt_end();
    }
    s.travels_east();
    return;
  }
  const ArrayOperand before = view->eastward(*slot, s.row);
  const ArrayOperand now = s.struck(before);
  for (int column = s.column + 1; column < view->columns(); ++column) {
    const ArrayOperand held = view->stationary(slot->fold, s.row, column);
    s.context.effect.add_sum(
        *view, *slot, s.row, column,
        sum_difference(view->product(now, held, s.row, column), view->product(before, held, s.row, column)));
  }
}

/// A load that is lost, or one too many.
void strike_load(const ArrayStrike& s) {
  s.travels_east();
  const ComputeView* view = s.context.compute_at(s.fault.start);
  if (view == nullptr) {
    return;  // takes over the 0 that everything holds
  }
  const int64_t n = s.number(*view);
  int64_t fold = -1;  // the one whose operands are held before this word
  while (fold + 1 < view->folds() && view->load_number(fold + 1) < n) {
    ++fold;
  }
  const bool lost = fold + 1 < view->folds() && view->load_number(fold + 1) == n;
  for (int column = s.column + 1; column < view->columns(); ++column) {
    if (lost) {
      const ArrayOperand old = view->stationary(fold, s.row, column);
      if (stays(s.context, *view, fold + 1) && !(old == view->stationary(fold + 1, s.row, column))) {
        s.context.effect.leave_residue();
      }
      replace_stationary(s.context, *view, fold + 1, 0, s.row, column, old);
      continue;
    }
    const ArrayOperand found = view->chain(n + s.row - 1, s.row, column);
    if (fold < 0 || found == view->stationary(fold, s.row, column)) {
      continue;
    }
    if (stays(s.context, *view, fold)) {
      s.context.effect.leave_residue();
    }
    replace_stationary(s.context, *view, fold, n - view->load_number(fold), s.row, column, found);
  }
}

void strike_sum(const ArrayStrike& s) {
  const ComputeView* view = s.context.compute_at(s.fault.start);
  const auto slot = view == nullptr ? std::nullopt : view->slot(s.number(*view));
  if (!slot) {
    s.travels_south();
    return;
  }
  const int64_t sum = view->sum_down_to(*slot, s.row, s.column);
  s.context.effect.add_sum(*view, *slot, s.row, s.column, sum_difference(s.struck_sum(sum), sum));
}

void strike_product(const ArrayStrike& s) {
  const ComputeView* view = s.context.compute_at(s.fault.start);
  const auto slot = view == nullptr ? std::nullopt : view->slot(s.number(*view) + 1);
  if (!slot) {
    return;
  }
  const ArrayOperand moving = view->eastward(*slot, s.row);
  const ArrayOperand held = view->stationary(slot->fold, s.row, s.column);
  const int32_t product = view->product_of(moving.value, held.value, s.row, s.column);
  const bool added = moving.valid && held.valid && !s.bypassed();
  s.context.effect.add_sum(*view, *slot, s.row, s.column,
                           added ? sum_difference(s.struck_product(product), product) : 0);
}

}  // namespace

Cone array_cone(const std::string& path, const hw::GridConfig& grid) {
  const bool weights_move = grid.dataflow == hw::Dataflow::kInputStationary;
  const std::string moving = weights_move ? "weight" : "activation";
  const std::string held = weights_move ? "activation" : "weight";
  const std::string element = "array.pe[*][*].";
  const std::string west = weights_move ? "weight_feeder.edge[*]." : "input_feeder.edge[*].";
  const std::string north = weights_move ? "input_feeder.edge[*]." : "weight_feeder.edge[*].";
  const std::map<std::string, Cone> cones = {
      {element + held, holding_element(strike_stationary, stay_of_stationary, false)},
      {element + held + "_valid", holding_element(strike_stationary, stay_of_stationary, true)},
      {element + held + "_next", holding_element(strike_chain, stay_of_chain, false)},
      {element + held + "_next_valid", holding_element(strike_chain, stay_of_chain, true)},
      {element + moving, in_element(strike_eastward, false)},
      {element + moving + "_valid", in_element(strike_eastward, true)},
      {element + "load", flips_of_element(strike_load)},
      {element + "psum", in_element(strike_sum, false)},
      {element + "product", in_element(strike_product, false)},
      {west + "value", at_edge(strike_eastward, true, false)},
      {west + "valid", at_edge(strike_eastward, true, true)},
      {west + "control", flips_at_west_edge(strike_load)},
      {north + "value", at_edge(strike_north_edge, false, false)},
      {north + "valid", at_edge(strike_north_edge, false, true)},
  };
  const auto found = cones.find(path);
  return found == cones.end() ? Cone() : found->second;
}

}  // namespace faultline::engine
