#include "rtl/verilated/rtl_grid.h"

#include <cstring>
#include <utility>

#include "hw/systolic/accelerator.h"
#include "hw/systolic/accelerator_factory.h"
#include "hw/systolic/grid_factory.h"
#include "rtl/verilated/model_cache.h"
#include "rtl/verilated/pin_bits.h"
#include "rtl/verilated/poke_test.h"

namespace faultline::rtl {
namespace {

std::unique_ptr<hw::PeGrid> make_grid(const char* name, const hw::GridConfig& config, hw::StateTable& table,
                                      hw::FaultTaps& taps, const hw::CycleClock& cycles) {
  return std::make_unique<RtlGrid>(name, config, table, taps, cycles);
}

const hw::GridRegistration kRegistration{"rtl", make_grid};

/// The accelerator `rtl` is the whole one.
const hw::AcceleratorRegistration kAcceleratorRegistration{
    "rtl_grid",
    [](const char* name, const hw::AcceleratorConfig& config, hw::StateTable& table,
       const hw::CycleClock& cycles) -> std::unique_ptr<hw::AcceleratorModule> {
      return std::make_unique<hw::Accelerator>(name, config, make_grid, table, cycles);
    }};

uint64_t no_products(size_t) {
  return 0;
}

}  // namespace

RtlGrid::RtlGrid(const sc_core::sc_module_name& name, const hw::GridConfig& config, hw::StateTable& table,
                 hw::FaultTaps& taps, const hw::CycleClock& cycle_clock)
    : RtlGrid(name, grid_design(config), ModelKind::kDeposit, SiteCheck::kPoke, config, table, taps, cycle_clock) {}

RtlGrid::RtlGrid(const sc_core::sc_module_name& name, Design design, ModelKind kind, SiteCheck check,
                 const hw::GridConfig& config, hw::StateTable& table, hw::FaultTaps& taps,
                 const hw::CycleClock& cycle_clock)
    : PeGrid(name),
      config_(config),
      design_(std::move(design)),
      check_(check),
      table_(table),
      taps_(taps),
      cycle_clock_(cycle_clock),
      first_field_(table.fields().size()),
      state_(config, table, [this](size_t element) { return product(element); }),
      shown_west_(config.rows),
      shown_north_(config.columns),
      shown_drain_(config.columns),
      sums_(config.columns) {
  load(kind);
  SC_HAS_PROCESS(RtlGrid);
  SC_METHOD(on_edge);
  sensitive << clock.pos();
  dont_initialize();
}

void RtlGrid::load(ModelKind kind) {
  const AddFields add_fields = [this](hw::StateTable& table) { hw::GridState(config_, table, no_products); };
  const std::filesystem::path library = build_model(design_, kind, model_check(check_, design_, add_fields));
  model_ = std::make_unique<VerilatedModel>(library, design_, table_, first_field_);
  model_->reset();
  pins_.clear();
  for (const auto* pins : {&design_.inputs, &design_.outputs}) {
    for (const Pin& port : *pins) {
      pins_[port.name] = model_->pin(port);
    }
  }
  model_->copy_from(table_);
  show();
  model_->evaluate(clock_level_);
}

void RtlGrid::use_wires() {
  if (!model_->forceable()) {
    load(ModelKind::kForceable);
  }
}

/// Another circuit in the elements is another model, which takes over with the present state.
void RtlGrid::multiplier_selected() {
  hw::GridConfig configured = config_;
  configured.multiplier = config_.selected(selection());
  design_ = grid_design(configured);
  load(model_->forceable() ? ModelKind::kForceable : ModelKind::kDeposit);
}

void RtlGrid::on_edge() {
  if (taps_.has_wire_faults()) {
    use_wires();
  }
  show_edges();
  clock_level_ = false;
  model_->evaluate(clock_level_);
  // Before cycle 0 there is no cycle in which a wire could be struck.
  const uint64_t begins = cycle_clock_.cycle();
  if (taps_.has_wire_faults() && begins > 0) {
    force_wires(begins - 1);
  }
  clock_level_ = true;
  model_->evaluate(clock_level_);
  release_wires();
  model_->copy_to(table_);
  if (!taps_.empty() && taps_.apply_registers(begins) > 0) {
    drive();
  } else {
    write_south();
  }
}

void RtlGrid::drive() {
  model_->copy_from(table_);
  model_->evaluate(clock_level_);
  write_south();
}

void RtlGrid::show_edges() {
  shown_west_ = west->read();
  shown_north_ = north->read();
  shown_drain_ = drain->read();
  show();
}

/// Puts what is shown on the model's pins.
void RtlGrid::show() {
  const auto put_values = [this](const char* name, const hw::OperandEdge& edge) {
    std::memcpy(pin(name), edge.value, static_cast<size_t>(edge.lanes));
  };
  put_values("west_value", shown_west_);
  put_values("north_value", shown_north_);
  put_lane_bits(pin("west_valid"), shown_west_.valid, config_.rows);
  put_lane_bits(pin("north_valid"), shown_north_.valid, config_.columns);
  if (config_.dataflow == hw::Dataflow::kOutputStationary) {
    put_lane_bits(pin("drain"), shown_drain_.drain, config_.columns);
  } else {
    put_lane_bits(pin("west_control"), shown_west_.control, config_.rows);
    put_lane_bits(pin("north_control"), shown_north_.control, config_.columns);
  }
}

/// Lets the wires follow the edges, which change after the clock's edge.
void RtlGrid::settle() {
  if (!(shown_west_ == west->read() && shown_north_ == north->read() && shown_drain_ == drain->read())) {
    show_edges();
    model_->evaluate(clock_level_);
  }
}

/// Forces the wires that faults of `cycle` strike; what drives them has settled.
void RtlGrid::force_wires(uint64_t cycle) {
  for (const hw::Fault& fault : taps_.wire_faults()) {
    if (!fault.active(cycle)) {
      continue;
    }
    const size_t signal = fault.site.field - first_field_;
    const uint64_t driven = model_->peek(signal, fault.site.element);
    const uint64_t struck = taps_.apply_wire(fault.site, driven, cycle);
    model_->force(signal, fault.site.element, driven ^ struck, struck);
    forced_.push_back({signal, fault.site.element});
  }
}

void RtlGrid::release_wires() {
  for (const hw::Site site : forced_) {
    model_->force(site.field, site.element, 0, 0);
  }
  forced_.clear();
}

uint64_t RtlGrid::product(size_t element) {
  use_wires();
  settle();
  const uint64_t driven = model_->peek(state_.product_field - first_field_, element);
  return taps_.apply_wire({state_.product_field, element}, driven, cycle_clock_.cycle());
}

void RtlGrid::write_south() {
  std::memcpy(sums_.value, pin("south_sum"), static_cast<size_t>(sums_.lanes) * sizeof(int32_t));
  south->write(sums_);
}

}  // namespace faultline::rtl
