#include "rtl/verilated/rtl_sm_datapath.h"

#include <utility>

#include "hw/common/field_copy.h"
#include "rtl/generator/sm_design.h"
#include "rtl/verilated/model_cache.h"
#include "rtl/verilated/pin_bits.h"

namespace faultline::rtl {
namespace {

using ReadWire = std::function<uint64_t(size_t signal, size_t element)>;

void add_fields(const Design& design, hw::StateTable& table, const ReadWire& read_wire) {
  for (size_t index = 0; index < design.signals.size(); ++index) {
    hw::StateField field = design.signals[index].field;
    if (!design.signals[index].is_wire()) {
      hw::add_like(table, field);
      continue;
    }
    field.read_wire = [read_wire, index](size_t element) { return read_wire(index, element); };
    table.add_wire(std::move(field));
  }
}

/// Puts numbers one after another into a port.
class PinWriter {
 public:
  PinWriter(void* pin, size_t first) : pin_(pin), place_(first) {}

  PinWriter& put(int bits, uint64_t value) {
    put_bits(pin_, place_, bits, value);
    place_ += static_cast<size_t>(bits);
    return *this;
  }

 private:
  void* pin_;
  size_t place_;
};

}  // namespace

RtlSmDatapath::RtlSmDatapath(const hw::gpu::SmConfig& config, Design design, SiteCheck check)
    : config_(config), design_(std::move(design)) {
  const AddFields without_wires = [this](hw::StateTable& table) {
    add_fields(design_, table, [](size_t /*signal*/, size_t /*element*/) { return uint64_t{0}; });
  };
  const auto library = build_model(design_, ModelKind::kForceable, model_check(check, design_, without_wires));
  add_fields(design_, table_, [this](size_t signal, size_t element) { return model_->peek(signal, element); });
  model_ = std::make_unique<VerilatedModel>(library, design_, table_, 0);
  model_->reset();
  deposit();
}

void RtlSmDatapath::step(const SmDatapathInputs& inputs, uint64_t cycle) {
  put_bits(model_->pin({"running", 1}), 0, 1, inputs.running ? 1 : 0);
  show_beats(inputs.mac);
  model_->evaluate(false);
  force_wires(cycle);
  model_->evaluate(true);
  release_wires();
  model_->copy_to(table_);
  if (!taps_.empty() && taps_.apply_registers(cycle) > 0) {
    model_->copy_from(table_);
  }
  // Wires follow the registers and are no longer forced.
  model_->evaluate(true);
}

void RtlSmDatapath::deposit() {
  model_->copy_from(table_);
  model_->evaluate(true);
}

void RtlSmDatapath::show_beats(const std::vector<MacBeat>& beats) {
  constexpr int kWord = 32;
  const auto lanes = static_cast<size_t>(config_.lanes);
  const auto control_bits = static_cast<size_t>(sm_control_bits(config_));
  void* const control = model_->pin({"mac_beat", 1});
  for (size_t partition = 0; partition < beats.size(); ++partition) {
    const MacBeat& beat = beats[partition];
    PinWriter(control, partition * control_bits)
        .put(config_.lanes, beat.mask)
        .put(5, static_cast<uint64_t>(beat.number))
        .put(3, beat.modifier)
        .put(6, beat.destination)
        .put(6, beat.opcode)
        .put(6, static_cast<uint64_t>(beat.warp))
        .put(1, beat.valid ? 1 : 0);
    for (const auto& [name, operand] :
         {std::pair("mac_a", &beat.a), {"mac_b", &beat.b}, {"mac_c", &beat.c}, {"mac_d", &beat.d}}) {
      PinWriter writer(model_->pin({name, 1}), kWord * lanes * partition);
      for (const uint32_t value : *operand) {
        writer.put(kWord, value);
      }
    }
  }
}

void RtlSmDatapath::force_wires(uint64_t cycle) {
  for (const hw::Fault& fault : taps_.wire_faults()) {
    if (fault.active(cycle)) {
      const uint64_t driven = model_->peek(fault.site.field, fault.site.element);
      const uint64_t struck = taps_.apply_wire(fault.site, driven, cycle);
      model_->force(fault.site.field, fault.site.element, driven ^ struck, struck);
      forced_.push_back(fault.site);
    }
  }
}

void RtlSmDatapath::release_wires() {
  for (const hw::Site site : forced_) {
    model_->force(site.field, site.element, 0, 0);
  }
  forced_.clear();
}

}  // namespace faultline::rtl
