// The cycle grid's core alone, operands in every lane in every cycle.
#include <memory>
#include <vector>

#include "hw/systolic/cycle_grid_core.h"
#include "sim/bench/measurement.h"
#include "sim/bench/synthetic_networks.h"

namespace faultline::bench {
namespace {

constexpr int kSize = 128;
constexpr int kPeriod = 16 * kSize;  // cycles from one set of stationary operands, or of sums, to the next

struct Edges {
  explicit Edges(hw::OperandFormat format) : west(kSize, format.wide()), north(kSize, format.wide()) {}

  hw::OperandEdge west;
  hw::OperandEdge north;
  hw::DrainEdge drain{kSize};
};

Edges edges_at(int cycle, hw::Dataflow dataflow, hw::OperandFormat format) {
  Edges edges(format);
  const uint8_t changes = cycle < kSize ? 1 : 0;
  for (int lane = 0; lane < kSize; ++lane) {
    edges.west.set_operand(lane, static_cast<int8_t>(cycle * 7 + lane * 13));
    edges.north.set_operand(lane, static_cast<int8_t>(cycle * 11 + lane * 3));
    edges.west.valid[lane] = edges.north.valid[lane] = 1;
    edges.west.control[lane] = cycle == kSize + lane ? 1 : 0;
    edges.north.control[lane] = changes;
    edges.drain.drain[lane] = dataflow == hw::Dataflow::kOutputStationary ? changes : uint8_t{0};
  }
  return edges;
}

struct Grid {
  Grid(hw::Dataflow dataflow, const hw::Multiplier& multiplier)
      : config(kSize, kSize, dataflow, multiplier),
        taps(&state),
        core(config, state, taps, [](size_t) { return uint64_t{0}; }) {
    for (int at = 0; at < kPeriod; ++at) {
      edges.push_back(edges_at(at, dataflow, multiplier.format()));
    }
  }

  void step_a_period() {
    for (const Edges& at : edges) {
      core.step({at.west, at.north, at.drain}, cycle++);
    }
  }

  hw::GridConfig config;
  hw::StateTable state;
  hw::FaultTaps taps;
  hw::CycleGridCore core;
  std::vector<Edges> edges;
  uint64_t cycle = 0;
};

hw::Multiplier exact_multiplier() {
  return {};
}

hw::Multiplier exact_16_bit_multiplier() {
  return hw::Multiplier(hw::OperandFormat{16});
}

std::function<Work()> stepping(hw::Dataflow dataflow, hw::Multiplier (*multiplier)()) {
  return [dataflow, multiplier] {
    const auto grid = std::make_shared<Grid>(dataflow, multiplier());
    return Work{double{kSize} * kSize * kPeriod, [grid] { grid->step_a_period(); }};
  };
}

const MeasurementRegistration kRegistration{{
    {"grid", "128x128 weight-stationary, exact", "PE-cycle",
     stepping(hw::Dataflow::kWeightStationary, exact_multiplier)},
    {"grid", "128x128 weight-stationary, table", "PE-cycle",
     stepping(hw::Dataflow::kWeightStationary, table_multiplier)},
    {"grid", "128x128 output-stationary, exact", "PE-cycle",
     stepping(hw::Dataflow::kOutputStationary, exact_multiplier)},
    {"grid", "128x128 output-stationary, table", "PE-cycle",
     stepping(hw::Dataflow::kOutputStationary, table_multiplier)},
    {"grid", "128x128 weight-stationary, exact, 16 bits", "PE-cycle",
     stepping(hw::Dataflow::kWeightStationary, exact_16_bit_multiplier)},
    {"grid", "128x128 output-stationary, exact, 16 bits", "PE-cycle",
     stepping(hw::Dataflow::kOutputStationary, exact_16_bit_multiplier)},
}};

}  // namespace
}  // namespace faultline::bench
