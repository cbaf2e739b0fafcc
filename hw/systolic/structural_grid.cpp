#include "hw/systolic/structural_grid.h"

#include <string>

namespace faultline::hw {

StructuralGrid::StructuralGrid(const sc_core::sc_module_name& name, const GridConfig& config, StateTable& table,
                               FaultTaps& taps, const CycleClock& cycle_clock)
    : PeGrid(name),
      config_(config),
      taps_(taps),
      cycle_clock_(cycle_clock),
      state_(config, table, [this](size_t element) { return elements_[element]->product(cycle_clock_.cycle()); }),
      eastward_("eastward", west_of(config.rows, 0)),
      southward_("southward", north_of(config.rows + 1, 0)),
      sums_("sums", north_of(config.rows + 1, 0)),
      column_controls_("column_controls", static_cast<size_t>(config.columns)) {
  const GridContext context{config_, state_, taps_, cycle_clock_, selection()};
  for (int row = 0; row < config.rows; ++row) {
    for (int column = 0; column < config.columns; ++column) {
      const std::string element = "pe_" + std::to_string(row) + "_" + std::to_string(column);
      elements_.push_back(make_processing_element(element.c_str(), context, row, column));
      connect(*elements_.back(), row, column);
    }
  }
  SC_HAS_PROCESS(StructuralGrid);
  SC_METHOD(spread_west);
  sensitive << west;
  SC_METHOD(spread_columns);
  sensitive << north << drain;
  SC_METHOD(gather_south);
  for (int column = 0; column < config.columns; ++column) {
    sensitive << sums_[north_of(config.rows, column)];
  }
  SC_METHOD(on_edge);
  sensitive << clock.pos();
  dont_initialize();
  SC_METHOD(perturb_registers);
  sensitive << registers_taken_;
  dont_initialize();
}

// SystemC searches its list of ports from the newest on when one goes away: destroying the elements in that order
// halves the time that the end of a 256x256 grid takes.
StructuralGrid::~StructuralGrid() {
  while (!elements_.empty()) {
    elements_.pop_back();
  }
}

void StructuralGrid::connect(ProcessingElement& element, int row, int column) {
  element.clock(clock);
  element.west(eastward_[west_of(row, column)]);
  element.east(eastward_[west_of(row, column + 1)]);
  element.north(southward_[north_of(row, column)]);
  element.south(southward_[north_of(row + 1, column)]);
  element.sum_above(sums_[north_of(row, column)]);
  element.sum_below(sums_[north_of(row + 1, column)]);
  element.column_control(column_controls_[static_cast<size_t>(column)]);
}

void StructuralGrid::spread_west() {
  const OperandEdge& edge = west->read();
  for (int row = 0; row < config_.rows; ++row) {
    eastward_[west_of(row, 0)].write({edge.operand(row), edge.valid[row] != 0, edge.control[row] != 0});
  }
}

void StructuralGrid::spread_columns() {
  const OperandEdge& edge = north->read();
  const bool drains = config_.dataflow == Dataflow::kOutputStationary;
  const uint8_t* controls = drains ? drain->read().drain : edge.control;
  for (int column = 0; column < config_.columns; ++column) {
    southward_[north_of(0, column)].write({edge.operand(column), edge.valid[column] != 0, false});
    column_controls_[static_cast<size_t>(column)].write(controls[column] != 0);
  }
}

void StructuralGrid::gather_south() {
  SumEdge edge(config_.columns, config_.format().wide());
  for (int column = 0; column < config_.columns; ++column) {
    edge.set_sum(column, sums_[north_of(config_.rows, column)].read());
  }
  south->write(edge);
}

void StructuralGrid::on_edge() {
  if (!taps_.empty()) {
    registers_taken_.notify(sc_core::SC_ZERO_TIME);
  }
}

void StructuralGrid::perturb_registers() {
  if (taps_.apply_registers(cycle_clock_.cycle()) > 0) {
    drive();
  }
}

void StructuralGrid::drive() {
  for (const auto& element : elements_) {
    element->drive();
  }
}

}  // namespace faultline::hw
