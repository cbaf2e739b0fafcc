#include "rtl/verilated/rtl_accelerator.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "hw/systolic/accelerator_factory.h"
#include "rtl/verilated/model_cache.h"
#include "rtl/verilated/pin_bits.h"

namespace faultline::rtl {
namespace {

const hw::AcceleratorRegistration kRegistration{
    "rtl",
    [](const char* name, const hw::AcceleratorConfig& config, hw::StateTable& table,
       const hw::CycleClock& cycles) -> std::unique_ptr<hw::AcceleratorModule> {
      return std::make_unique<RtlAccelerator>(name, config, table, cycles);
    }};

/// Puts a command into a packed structure whose first field lies in the highest bits.
void put_command(void* pin, int bits, const hw::CommandDescriptor& command) {
  int first = bits;
  for (const hw::CommandField& field : hw::command_fields()) {
    first -= field.bits;
    put_bits(pin, static_cast<size_t>(first), field.bits, static_cast<uint32_t>(command.*field.member));
  }
}

}  // namespace

RtlAccelerator::RtlAccelerator(const sc_core::sc_module_name& name, const hw::AcceleratorConfig& config,
                               hw::StateTable& table, const hw::CycleClock& cycle_clock)
    : RtlAccelerator(name, accelerator_design(config), ModelKind::kDeposit, SiteCheck::kPoke, config, table,
                     cycle_clock) {}

RtlAccelerator::RtlAccelerator(const sc_core::sc_module_name& name, Design design, ModelKind kind, SiteCheck check,
                               const hw::AcceleratorConfig& config, hw::StateTable& table,
                               const hw::CycleClock& cycle_clock)
    : AcceleratorModule(name),
      config_(config),
      design_(std::move(design)),
      check_(check),
      table_(table),
      cycle_clock_(cycle_clock),
      first_field_(table.fields().size()),
      state_(config, table, [this](size_t element) { return product(element); }) {
  taps_.push_back(std::make_unique<hw::FaultTaps>(&table));
  load(kind);
  SC_HAS_PROCESS(RtlAccelerator);
  SC_METHOD(on_edge);
  sensitive << clock.pos();
  dont_initialize();
}

void RtlAccelerator::load(ModelKind kind) {
  const AddFields add_fields = [this](hw::StateTable& table) {
    const hw::AcceleratorState fields(config_, table, [](size_t) { return uint64_t{0}; });
  };
  const std::filesystem::path library = build_model(design_, kind, model_check(check_, design_, add_fields));
  model_ = std::make_unique<VerilatedModel>(library, design_, table_, first_field_);
  const auto input = [this](size_t index) { return model_->pin(design_.inputs[index]); };
  const auto output = [this](size_t index) { return model_->pin(design_.outputs[index]); };
  const auto flag = [&output](size_t index) { return static_cast<const uint8_t*>(output(index)); };
  pins_ = {input(0), input(1), input(2), input(3),  input(4),  flag(0), flag(1),
           flag(2),  flag(3),  flag(4),  output(5), output(6), nullptr};
  const auto repeat = std::find_if(design_.outputs.begin(), design_.outputs.end(),
                                   [](const Pin& pin) { return pin.name == kRepeatPin; });
  if (repeat != design_.outputs.end()) {
    pins_.repeat_request = static_cast<const uint8_t*>(model_->pin(*repeat));
  }
  put_command(pins_.host_command, design_.inputs[1].bits, shown_command_);
  model_->copy_from(table_);
  model_->evaluate(clock_level_);
}

void RtlAccelerator::use_wires() {
  if (!model_->forceable()) {
    load(ModelKind::kForceable);
  }
}

/// Another circuit in the elements is another model, which takes over with the present state.
void RtlAccelerator::select_multiplier(int selection) {
  if (selection == selection_) {
    return;
  }
  selection_ = selection;
  hw::AcceleratorConfig configured = config_;
  configured.grid.multiplier = config_.grid.selected(selection);
  design_ = accelerator_design(configured);
  load(model_->forceable() ? ModelKind::kForceable : ModelKind::kDeposit);
}

void RtlAccelerator::on_edge() {
  hw::FaultTaps& faults = *taps_.front();
  if (faults.has_wire_faults()) {
    use_wires();
  }
  if (probe_ != nullptr) {
    show_results();
  }
  show_inputs();
  clock_level_ = false;
  model_->evaluate(clock_level_);
  // Before cycle 0 there is no cycle in which a wire could be struck.
  const uint64_t begins = cycle_clock_.cycle();
  if (faults.has_wire_faults() && begins > 0) {
    force_wires(begins - 1);
  }
  clock_level_ = true;
  model_->evaluate(clock_level_);
  release_wires();
  model_->copy_to(table_);
  if (!faults.empty() && faults.apply_registers(begins) > 0) {
    drive();
  } else {
    write_outputs();
  }
}

void RtlAccelerator::drive() {
  model_->copy_from(table_);
  model_->evaluate(clock_level_);
  write_outputs();
}

void RtlAccelerator::show_inputs() {
  put_bits(pins_.command_valid, 0, 1, command_valid->read() ? 1 : 0);
  const hw::CommandDescriptor& command = descriptor->read();
  if (!(command == shown_command_)) {
    shown_command_ = command;
    put_command(pins_.host_command, design_.inputs[1].bits, command);
  }
  const hw::DramResponse& response = dram_response->read();
  put_bits(pins_.response_valid, 0, 1, response.valid ? 1 : 0);
  put_bits(pins_.response_error, 0, 1, response.error ? 1 : 0);
  std::memcpy(pins_.response_data, response.data.bytes, static_cast<size_t>(config_.bus_bytes));
}

/// The table holds what the edge uses.
void RtlAccelerator::show_results() {
  state_.controller.state_changed();
  const hw::PoolData pool = state_.input_feeder.pool_data();
  state_.post_processing.show(*probe_, {state_.controller.post_start(), state_.controller.command(),
                                        state_.partial_sum.row(), pool, state_.dma.write(), state_.dma.read()});
}

/// Forces the wires that faults of `cycle` strike; what drives them has settled.
void RtlAccelerator::force_wires(uint64_t cycle) {
  const hw::FaultTaps& faults = *taps_.front();
  for (const hw::Fault& fault : faults.wire_faults()) {
    if (!fault.active(cycle)) {
      continue;
    }
    const size_t signal = fault.site.field - first_field_;
    const uint64_t driven = model_->peek(signal, fault.site.element);
    const uint64_t struck = faults.apply_wire(fault.site, driven, cycle);
    model_->force(signal, fault.site.element, driven ^ struck, struck);
    forced_.push_back({signal, fault.site.element});
  }
}

void RtlAccelerator::release_wires() {
  for (const hw::Site site : forced_) {
    model_->force(site.field, site.element, 0, 0);
  }
  forced_.clear();
}

/// The grid's inputs are registers inside the model: wires have settled with the edge.
uint64_t RtlAccelerator::product(size_t element) {
  use_wires();
  const uint64_t driven = model_->peek(state_.grid.product_field - first_field_, element);
  return taps_.front()->apply_wire({state_.grid.product_field, element}, driven, cycle_clock_.cycle());
}

void RtlAccelerator::write_outputs() {
  ready.write(*pins_.ready != 0);
  trapped.write(*pins_.trapped != 0);
  if (pins_.repeat_request != nullptr) {
    repeat_request.write(*pins_.repeat_request != 0);
  }
  hw::DramRequest request;
  request.valid = *pins_.request_valid != 0;
  request.write = *pins_.request_write != 0;
  request.count = *pins_.request_count;
  std::memcpy(&request.address, pins_.request_address, sizeof request.address);
  std::memcpy(request.data.bytes, pins_.request_data, static_cast<size_t>(config_.bus_bytes));
  dram_request.write(request);
}

}  // namespace faultline::rtl
