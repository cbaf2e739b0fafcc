#include "rtl/verilated/rtl_sm_datapath.h"

#include <utility>

#include "hw/common/field_copy.h"
#include "hw/gpu/stored_wire.h"
#include "rtl/generator/sm_design.h"
#include "rtl/verilated/model_cache.h"
#include "rtl/verilated/pin_bits.h"

namespace faultline::rtl {
namespace {

constexpr int kValueBits = 32;

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
  show_access(inputs.shared);
  model_->evaluate(false);
  read_answer();
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
      PinWriter writer(model_->pin({name, 1}), kValueBits * lanes * partition);
      for (const uint32_t value : *operand) {
        writer.put(kValueBits, value);
      }
    }
  }
}

void RtlSmDatapath::show_access(const SharedAccess& access) {
  const int address_bits = sm_shared_word_bits(config_) + 2;
  put_bits(model_->pin({"shared_valid", 1}), 0, 1, access.valid ? 1 : 0);
  put_bits(model_->pin({"shared_store", 1}), 0, 1, access.store ? 1 : 0);
  put_bits(model_->pin({"shared_whole", 1}), 0, 1, access.whole ? 1 : 0);
  put_bits(model_->pin({"shared_pending", 1}), 0, config_.warp_size, access.pending);
  PinWriter addresses(model_->pin({"shared_address", 1}), 0);
  for (const uint32_t address : access.address) {
    addresses.put(address_bits, address);
  }
  PinWriter data(model_->pin({"shared_data", 1}), 0);
  for (const uint32_t word : access.data) {
    data.put(kValueBits, word);
  }
}

void RtlSmDatapath::read_answer() {
  answer_.served = static_cast<uint32_t>(get_bits(model_->pin({"shared_served", 1}), 0, config_.warp_size));
  answer_.value.resize(static_cast<size_t>(config_.warp_size));
  for (size_t thread = 0; thread < answer_.value.size(); ++thread) {
    answer_.value[thread] =
        static_cast<uint32_t>(get_bits(model_->pin({"shared_value", 1}), kValueBits * thread, kValueBits));
  }
}

uint64_t RtlSmDatapath::mac_result(int partition) const {
  const int bits = sm_control_bits(config_);
  return get_bits(model_->pin({"mac_result", 1}), static_cast<size_t>(partition * bits), bits);
}

uint32_t RtlSmDatapath::mac_value(int partition, int lane) const {
  const int number = partition * config_.lanes + lane;
  return static_cast<uint32_t>(
      get_bits(model_->pin({"mac_value", 1}), static_cast<size_t>(kValueBits * number), kValueBits));
}

void RtlSmDatapath::force_wires(uint64_t cycle) {
  for (const hw::Fault& fault : taps_.wire_faults()) {
    if (cycle > 0 && fault.active(cycle - 1)) {
      const uint64_t driven = model_->peek(fault.site.field, fault.site.element);
      const uint64_t struck = hw::gpu::stored_wire(taps_, fault.site, driven, cycle);
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
