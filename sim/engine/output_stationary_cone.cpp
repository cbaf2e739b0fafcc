// Cones of the output-stationary array: activations move east, weights south, sums stay until they are drained.
#include <algorithm>
#include <map>
#include <string>

#include "sim/engine/fault_cone.h"

namespace faultline::engine {
namespace {

void strike_eastward(const ArrayStrike& s) {
  const ComputeView* view = s.context.compute_at(s.fault.start);
  const auto slot = view == nullptr ? std::nullopt : view->slot(s.number(*view));
  if (!slot) {
    s.travels_east();  // meets operands that are not valid either
    return;
  }
  const ArrayOperand before = view->eastward(*slot, s.row);
  const ArrayOperand now = s.struck(before);
  for (int column = s.column + 1; column < view->columns(); ++column) {
    const ArrayOperand weight = view->other(*slot, s.row, column);
    s.context.effect.add_sum(
        *view, *slot, s.row, column,
        sum_difference(view->product(now, weight, s.row, column), view->product(before, weight, s.row, column)));
  }
}

void strike_southward(const ArrayStrike& s) {
  const ComputeView* view = s.context.compute_at(s.fault.start);
  const auto slot = view == nullptr ? std::nullopt : view->slot(s.number(*view));
  if (!slot) {
    s.travels_south();
    return;
  }
  const ArrayOperand before = view->other(*slot, s.row, s.column);
  const ArrayOperand now = s.struck(before);
  for (int row = s.row + 1; row < view->rows(); ++row) {
    const ArrayOperand activation = view->eastward(*slot, row);
    s.context.effect.add_sum(*view, *slot, row, s.column,
                             sum_difference(view->product(activation, now, row, s.column),
                                            view->product(activation, before, row, s.column)));
  }
}

/// Adds to the sum that is built next in a row of the column, after `tile` of the command.
void add_after(const ArrayStrike& s, const ComputeView* view, int64_t tile, int row, int64_t difference) {
  if (view == nullptr || tile + 1 == view->folds()) {
    view =
        view == nullptr ? s.context.compute_after(s.fault.start) : s.context.compute_after(view->command().last_cycle);
    tile = -1;
  }
  if (view == nullptr) {
    s.context.effect.leave_residue();
  } else {
    s.context.effect.add_sum(*view, {tile + 1, 0}, row, s.column, difference);
  }
}

void strike_accumulator(const ArrayStrike& s) {
  const auto flipped = [&](int64_t sum) { return sum_difference(s.struck_sum(sum), sum); };
  const ComputeView* view = s.context.compute_at(s.fault.start);
  if (view == nullptr) {
    add_after(s, nullptr, 0, s.row, flipped(0));
    return;
  }
  const int64_t now = view->since_start(s.fault.start);
  const auto first_drain = [&](int64_t tile) {
    return view->number_of({tile, view->stream() - 1}) + 3 + view->rows() + s.column;
  };
  // The last tile whose first product has been added in this row, or that drains.
  int64_t tile = view->folds() - 1;
  while (tile >= 0 && now < view->number_of({tile, 0}) + 4 + s.row + s.column) {
    --tile;
  }
  if (tile < 0) {
    s.context.effect.add_sum(*view, {0, 0}, s.row, s.column, flipped(0));
    return;
  }
  const int64_t drained = now - first_drain(tile);
  if (drained <= 0) {
    const int64_t phase = std::min(now - 4 - s.row - s.column - view->number_of({tile, 0}), view->stream() - 1);
    s.context.effect.add_sum(*view, {tile, 0}, s.row, s.column,
                             flipped(view->sum_up_to({tile, phase}, s.row, s.column)));
  } else if (drained >= view->rows()) {
    add_after(s, view, tile, s.row, flipped(0));
  } else if (s.row >= drained) {
    const auto row = static_cast<int>(s.row - drained);  // where this sum was built
    s.context.effect.add_sum(*view, {tile, 0}, row, s.column,
                             flipped(view->sum_up_to({tile, view->stream() - 1}, row, s.column)));
  } else {
    add_after(s, view, tile, static_cast<int>(s.row - drained + view->rows()), flipped(0));
  }
}

void strike_product(const ArrayStrike& s) {
  const ComputeView* view = s.context.compute_at(s.fault.start);
  const auto slot = view == nullptr ? std::nullopt : view->slot(s.number(*view) + 1);
  if (!slot || s.bypassed()) {
    return;
  }
  const int32_t product =
      view->product_of(view->eastward(*slot, s.row).value, view->other(*slot, s.row, s.column).value, s.row, s.column);
  s.context.effect.add_sum(*view, *slot, s.row, s.column, sum_difference(s.struck_product(product), product));
}

/// No control bit of an edge is read.
void strike_unread(const ArrayStrike& s) {
  if (s.changes_zero() && s.fault.start == s.context.schedule.last_cycle()) {
    s.context.effect.leave_residue();
  }
}

}  // namespace

Cone output_stationary_cone(const std::string& path) {
  const std::string element = "array.pe[*][*].";
  const std::map<std::string, Cone> cones = {
      {element + "activation", in_element(strike_eastward, false)},
      {element + "activation_valid", in_element(strike_eastward, true)},
      {element + "weight", in_element(strike_southward, false)},
      {element + "weight_valid", in_element(strike_southward, true)},
      {element + "accumulator", flips_of_element(strike_accumulator)},
      {element + "product", in_element(strike_product, false)},
      {"input_feeder.edge[*].value", at_edge(strike_eastward, true, false)},
      {"input_feeder.edge[*].valid", at_edge(strike_eastward, true, true)},
      {"input_feeder.edge[*].control", at_edge(strike_unread, true, false)},
      {"weight_feeder.edge[*].value", at_edge(strike_southward, false, false)},
      {"weight_feeder.edge[*].valid", at_edge(strike_southward, false, true)},
      {"weight_feeder.edge[*].control", at_edge(strike_unread, false, false)},
  };
  const auto found = cones.find(path);
  return found == cones.end() ? Cone() : found->second;
}

}  // namespace faultline::engine
