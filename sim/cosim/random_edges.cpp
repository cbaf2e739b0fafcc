#include "sim/cosim/random_edges.h"

#include <array>

#include "sim/cosim/random_values.h"

namespace faultline::cosim {

RandomEdges::RandomEdges(const hw::GridConfig& config, const hw::CounterRandom& random)
    : rows_(config.rows), columns_(config.columns), random_(random), last_(idle_edges(config)) {}

GridEdges RandomEdges::next() {
  if (remaining_ == 0) {
    begin_stretch();
  }
  --remaining_;
  GridEdges edges{hw::OperandEdge(rows_), hw::OperandEdge(columns_), hw::DrainEdge(columns_)};
  fill(edges.west, last_.west, load_density_);
  fill(edges.north, last_.north, shift_density_);
  for (int column = 0; column < columns_; ++column) {
    edges.drain.drain[column] = bit(drain_density_);
  }
  last_ = edges;
  return edges;
}

uint64_t RandomEdges::draw_density() {
  constexpr std::array<uint64_t, 5> kChoices = {0, 0, 5, 50, 100};
  return kChoices[random_.uniform(kChoices.size())];
}

void RandomEdges::begin_stretch() {
  const bool idle = random_.uniform(3) == 0;
  remaining_ = 1 + random_.uniform(static_cast<uint64_t>(rows_ + columns_) + 12);
  hold_values_ = idle || random_.uniform(4) == 0;
  zero_values_ = idle && random_.uniform(2) == 0;
  valid_density_ = idle ? 0 : draw_density();
  load_density_ = idle ? 0 : draw_density();
  shift_density_ = idle ? 0 : draw_density();
  drain_density_ = idle ? 0 : draw_density();
}

void RandomEdges::fill(hw::OperandEdge& edge, const hw::OperandEdge& last, uint64_t control_density) {
  for (int lane = 0; lane < edge.lanes; ++lane) {
    edge.value[lane] = zero_values_ ? int8_t{0} : hold_values_ ? last.value[lane] : random_operand(random_);
    edge.valid[lane] = bit(valid_density_);
    edge.control[lane] = bit(control_density);
  }
}

}  // namespace faultline::cosim
