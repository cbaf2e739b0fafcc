#include "sim/engine/gpu_strikes.h"

#include <algorithm>
#include <utility>

#include "hw/gpu/mac_arithmetic.h"
#include "sim/engine/fault_cone.h"

namespace faultline::engine {
namespace {

using hw::gpu::MacTerms;
using hw::gpu::Unit;

MacTerms terms_of(const GpuTrace& trace, const TracedInstruction& traced, int lane, const hw::Multiplier& multiplier) {
  const auto [a, b, c, d] = trace.operands(traced, lane);
  MacTerms terms;
  for (size_t k = 0; k < MacTerms::kProducts && hw::gpu::is_byte_product(traced.instruction.opcode); ++k) {
    terms.partial[k] = hw::gpu::byte_product(multiplier, a, b, k);
  }
  terms.wide = hw::gpu::wide_product(a, b);
  terms.addend = c;
  terms.shift = static_cast<uint8_t>(d & 63);
  return terms;
}

bool any_instruction(const TracedInstruction& /*traced*/) {
  return true;
}
bool has_byte_products(const TracedInstruction& traced) {
  return hw::gpu::is_byte_product(traced.instruction.opcode);
}
bool has_wide_product(const TracedInstruction& traced) {
  return !has_byte_products(traced);
}

}  // namespace

GpuStrikes::GpuStrikes(const GpuTrace& trace, const hw::gpu::SmConfig& config, const hw::StateTable& table)
    : trace_(trace), config_(config) {
  const std::pair<const char*, Handler> kHandlers[] = {
      {"register_file.entry[*].lane[*]", &GpuStrikes::strike_register},
      {"shared_memory.word[*]", &GpuStrikes::strike_shared},
      {"partition[*].collector[*].operand[*].lane[*]", &GpuStrikes::strike_collector},
      {"load_store.entry[*].lane[*].address", &GpuStrikes::strike_entry_address},
      {"load_store.entry[*].lane[*].data", &GpuStrikes::strike_entry_data},
      {"partition[*].alu_lane[*].a", &GpuStrikes::strike_operand<Unit::kAlu, 0>},
      {"partition[*].alu_lane[*].b", &GpuStrikes::strike_operand<Unit::kAlu, 1>},
      {"partition[*].alu_stage[*].lane[*].value", &GpuStrikes::strike_value<Unit::kAlu>},
      {"partition[*].mac_lane[*].a", &GpuStrikes::strike_operand<Unit::kMac, 0>},
      {"partition[*].mac_lane[*].b", &GpuStrikes::strike_operand<Unit::kMac, 1>},
      {"partition[*].mac_lane[*].c", &GpuStrikes::strike_operand<Unit::kMac, 2>},
      {"partition[*].mac_lane[*].d", &GpuStrikes::strike_operand<Unit::kMac, 3>},
      {"partition[*].mac_lane[*].partial[*]", &GpuStrikes::strike_partial},
      {"partition[*].mac_lane[*].wide", &GpuStrikes::strike_wide},
      {"partition[*].mac_lane[*].addend", &GpuStrikes::strike_addend},
      {"partition[*].mac_lane[*].shift", &GpuStrikes::strike_shift},
      {"partition[*].mac_stage[*].lane[*].value", &GpuStrikes::strike_value<Unit::kMac>},
      {"partition[*].mac_lane[*].product[*]", &GpuStrikes::strike_product_wire},
      {"partition[*].mac_lane[*].wide_product", &GpuStrikes::strike_wide_wire},
      {"partition[*].mac_lane[*].sum", &GpuStrikes::strike_mac_sum_wire},
      {"partition[*].alu_lane[*].result", &GpuStrikes::strike_alu_wire},
  };
  for (const auto& [path, handler] : kHandlers) {
    const size_t field = table.field_index(path);
    handlers_[field] = handler;
    wires_[field] = table.fields()[field].kind == hw::StateKind::kWire;
  }
}

bool GpuStrikes::strike(const hw::Fault& fault, uint64_t layer_end, GpuPropagation& propagation) const {
  const auto handler = handlers_.find(fault.site.field);
  if (handler == handlers_.end() || fault.period != 0) {
    return false;
  }
  const bool wire = wires_.at(fault.site.field);
  if (wire ? fault.duration == 0 || fault.start + fault.duration >= layer_end : fault.model != hw::FaultModel::kFlip) {
    return false;
  }
  return (this->*handler->second)(fault, propagation);
}

bool GpuStrikes::strike_register(const hw::Fault& fault, GpuPropagation& propagation) const {
  const auto warp_size = static_cast<size_t>(config_.warp_size);
  propagation.change_register(fault.site.element / warp_size, static_cast<int>(fault.site.element % warp_size),
                              static_cast<uint32_t>(fault.mask), static_cast<TraceCycle>(fault.start));
  return true;
}

bool GpuStrikes::strike_shared(const hw::Fault& fault, GpuPropagation& propagation) const {
  propagation.change_shared(fault.site.element, static_cast<uint32_t>(fault.mask),
                            static_cast<TraceCycle>(fault.start));
  return true;
}

/// An operand that has been read and that the unit has yet to take; else one that is left behind.
bool GpuStrikes::strike_collector(const hw::Fault& fault, GpuPropagation& propagation) const {
  const auto warp_size = static_cast<size_t>(config_.warp_size);
  const int lane = static_cast<int>(fault.site.element % warp_size);
  const size_t operand = fault.site.element / warp_size % TracedInstruction::kOperands;
  const size_t collector = fault.site.element / warp_size / TracedInstruction::kOperands;
  const auto cycle = static_cast<TraceCycle>(fault.start);
  const auto& all = trace_.instructions();
  const std::vector<uint32_t>& held = trace_.collector(collector);
  const auto holder = std::partition_point(held.begin(), held.end(),
                                           [&](uint32_t number) { return trace_.taken(all[number], lane) <= cycle; });
  propagation.leave_operand(static_cast<uint32_t>(collector), operand, cycle);
  if (holder != held.end() && all[*holder].read[operand] <= cycle && (all[*holder].active >> lane & 1) != 0) {
    propagation.change_operand(*holder, lane, operand, static_cast<uint32_t>(fault.mask));
  }
  return true;
}

GpuStrikes::Occupant GpuStrikes::occupant(Unit unit, size_t element, TraceCycle cycle, int stage,
                                          Accepts writes) const {
  const auto lanes = static_cast<size_t>(config_.lanes);
  const auto partition = static_cast<int>(element / lanes);
  const auto& all = trace_.instructions();
  const std::vector<uint32_t>& taken = trace_.unit(unit, partition);
  const auto delay = static_cast<TraceCycle>(stage);
  const auto beats = static_cast<TraceCycle>(config_.beats());
  auto after = std::partition_point(taken.begin(), taken.end(),
                                    [&](uint32_t number) { return all[number].dispatched + delay <= cycle; });
  Occupant found;
  found.overwritten = std::any_of(after, taken.end(), [&](uint32_t number) { return writes(all[number]); });
  if (after == taken.begin()) {
    return found;
  }
  const uint32_t last = *std::prev(after);
  if (!writes(all[last])) {
    return found;
  }
  const TraceCycle beat = cycle - all[last].dispatched - delay;
  if (beat < beats) {
    found.moving = Thread{last, static_cast<int>(beat * lanes + element % lanes)};
    found.overwritten = found.overwritten || beat + 1 < beats;
  }
  return found;
}

bool GpuStrikes::settle(const Occupant& occupant, GpuPropagation& propagation,
                        const std::function<void(const Thread& thread)>& change) const {
  if (!occupant.overwritten) {
    propagation.survive();
  }
  if (occupant.moving) {
    change(*occupant.moving);
  }
  return true;
}

template <Unit kUnit, size_t kOperand>
bool GpuStrikes::strike_operand(const hw::Fault& fault, GpuPropagation& propagation) const {
  return settle(occupant(kUnit, fault.site.element, static_cast<TraceCycle>(fault.start), 0, any_instruction),
                propagation, [&](const Thread& thread) {
                  propagation.change_operand(thread.instruction, thread.lane, kOperand,
                                             static_cast<uint32_t>(fault.mask));
                });
}

template <Unit kUnit>
bool GpuStrikes::strike_value(const hw::Fault& fault, GpuPropagation& propagation) const {
  const auto lanes = static_cast<size_t>(config_.lanes);
  const int before = kUnit == Unit::kMac ? 2 : 1;  // stages before the result's first
  const auto stages = static_cast<size_t>((kUnit == Unit::kMac ? config_.mac_stages : config_.alu_stages) - before);
  const size_t stage = fault.site.element / lanes % stages;
  const size_t element = fault.site.element / lanes / stages * lanes + fault.site.element % lanes;
  return settle(
      occupant(kUnit, element, static_cast<TraceCycle>(fault.start), before + static_cast<int>(stage), any_instruction),
      propagation, [&](const Thread& thread) {
        propagation.change_result(thread.instruction, thread.lane, static_cast<uint32_t>(fault.mask));
      });
}

template <typename Change>
void GpuStrikes::change_terms(const Thread& thread, GpuPropagation& propagation, const Change& change) const {
  const TracedInstruction& instruction = traced(thread);
  MacTerms terms = terms_of(trace_, instruction, thread.lane, config_.multiplier);
  const uint32_t right = hw::gpu::mac_sum(instruction.instruction.opcode, terms);
  change(terms);
  propagation.change_result(thread.instruction, thread.lane,
                            right ^ hw::gpu::mac_sum(instruction.instruction.opcode, terms));
}

bool GpuStrikes::strike_partial(const hw::Fault& fault, GpuPropagation& propagation) const {
  const size_t k = fault.site.element % MacTerms::kProducts;
  return settle(occupant(Unit::kMac, fault.site.element / MacTerms::kProducts, static_cast<TraceCycle>(fault.start), 1,
                         has_byte_products),
                propagation, [&](const Thread& thread) {
                  change_terms(thread, propagation, [&](MacTerms& terms) {
                    terms.partial[k] = static_cast<int16_t>(terms.partial[k] ^ static_cast<int16_t>(fault.mask));
                  });
                });
}

bool GpuStrikes::strike_wide(const hw::Fault& fault, GpuPropagation& propagation) const {
  return settle(occupant(Unit::kMac, fault.site.element, static_cast<TraceCycle>(fault.start), 1, has_wide_product),
                propagation, [&](const Thread& thread) {
                  change_terms(thread, propagation,
                               [&](MacTerms& terms) { terms.wide ^= static_cast<int64_t>(fault.mask); });
                });
}

bool GpuStrikes::strike_addend(const hw::Fault& fault, GpuPropagation& propagation) const {
  return settle(occupant(Unit::kMac, fault.site.element, static_cast<TraceCycle>(fault.start), 1, any_instruction),
                propagation, [&](const Thread& thread) {
                  change_terms(thread, propagation,
                               [&](MacTerms& terms) { terms.addend ^= static_cast<uint32_t>(fault.mask); });
                });
}

bool GpuStrikes::strike_shift(const hw::Fault& fault, GpuPropagation& propagation) const {
  return settle(occupant(Unit::kMac, fault.site.element, static_cast<TraceCycle>(fault.start), 1, any_instruction),
                propagation, [&](const Thread& thread) {
                  change_terms(thread, propagation, [&](MacTerms& terms) {
                    terms.shift = static_cast<uint8_t>(terms.shift ^ static_cast<uint8_t>(fault.mask));
                  });
                });
}

/// An address that has yet to be used is not data; one that is left behind is overwritten by the next instruction.
bool GpuStrikes::strike_entry_address(const hw::Fault& fault, GpuPropagation& propagation) const {
  const auto warp_size = static_cast<size_t>(config_.warp_size);
  const auto cycle = static_cast<TraceCycle>(fault.start);
  const auto& all = trace_.instructions();
  const std::vector<uint32_t>& held = trace_.entry(fault.site.element / warp_size);
  const auto after =
      std::partition_point(held.begin(), held.end(), [&](uint32_t number) { return all[number].dispatched <= cycle; });
  if (after != held.begin()) {
    const TracedInstruction& last = all[*std::prev(after)];
    const TraceCycle used = last.loads() ? last.last_answer : last.last_access;
    if ((last.active >> fault.site.element % warp_size & 1) != 0 && cycle < used) {
      return false;
    }
  }
  if (after == held.end()) {
    propagation.survive();
  }
  return true;
}

bool GpuStrikes::strike_entry_data(const hw::Fault& fault, GpuPropagation& propagation) const {
  const auto warp_size = static_cast<size_t>(config_.warp_size);
  const int lane = static_cast<int>(fault.site.element % warp_size);
  const auto cycle = static_cast<TraceCycle>(fault.start);
  const auto& all = trace_.instructions();
  const std::vector<uint32_t>& held = trace_.entry(fault.site.element / warp_size);
  const auto after =
      std::partition_point(held.begin(), held.end(), [&](uint32_t number) { return all[number].dispatched <= cycle; });
  if (after != held.begin()) {
    const uint32_t number = *std::prev(after);
    const TracedInstruction& holder = all[number];
    const bool active = (holder.active >> lane & 1) != 0;
    const TraceCycle settled = holder.loads() ? holder.last_answer : holder.last_access;
    if (active && cycle >= holder.first_access && cycle < settled) {
      return false;  // the lane's own access is not on record
    }
    if (active && cycle < holder.first_access && holder.loads()) {
      return true;  // the data that comes overwrites it
    }
    const TraceCycle end = holder.loads() ? holder.ended : holder.first_access;
    if (active && cycle < end) {
      propagation.change_result(number, lane, static_cast<uint32_t>(fault.mask));
    }
  }
  if (after == held.end()) {
    propagation.survive();
  }
  return true;
}

std::optional<GpuStrikes::Thread> GpuStrikes::taken_in(Unit unit, size_t element, uint64_t cycle) const {
  const auto lanes = static_cast<size_t>(config_.lanes);
  const auto& all = trace_.instructions();
  const std::vector<uint32_t>& taken = trace_.unit(unit, static_cast<int>(element / lanes));
  const auto after = std::partition_point(taken.begin(), taken.end(),
                                          [&](uint32_t number) { return all[number].dispatched <= cycle; });
  if (after == taken.begin()) {
    return std::nullopt;
  }
  const uint64_t beat = cycle - all[*std::prev(after)].dispatched;
  if (beat >= static_cast<uint64_t>(config_.beats())) {
    return std::nullopt;
  }
  return Thread{*std::prev(after), static_cast<int>(beat * lanes + element % lanes)};
}

bool GpuStrikes::drive_wire(const hw::Fault& fault, Unit unit, size_t element, int stage, Accepts drives,
                            const std::function<void(const Thread& thread)>& change) const {
  const auto delay = static_cast<uint64_t>(stage);
  std::optional<Thread> driving;
  // A wire of one cycle is stored by the edge that begins the next.
  for (uint64_t cycle = std::max(fault.start + 1, delay); cycle <= fault.start + fault.duration; ++cycle) {
    const auto thread = taken_in(unit, element, cycle - delay);
    if (!thread || !drives(traced(*thread)) || (traced(*thread).active >> thread->lane & 1) == 0) {
      continue;
    }
    if (driving) {
      return false;
    }
    driving = thread;
  }
  if (driving) {
    change(*driving);
  }
  return true;
}

bool GpuStrikes::strike_product_wire(const hw::Fault& fault, GpuPropagation& propagation) const {
  const size_t k = fault.site.element % MacTerms::kProducts;
  const size_t lane = fault.site.element / MacTerms::kProducts;
  return drive_wire(fault, Unit::kMac, lane, 1, has_byte_products, [&](const Thread& thread) {
    change_terms(thread, propagation, [&](MacTerms& terms) {
      terms.partial[k] = static_cast<int16_t>(struck(fault, static_cast<uint16_t>(terms.partial[k])));
    });
  });
}

bool GpuStrikes::strike_wide_wire(const hw::Fault& fault, GpuPropagation& propagation) const {
  return drive_wire(fault, Unit::kMac, fault.site.element, 1, has_wide_product, [&](const Thread& thread) {
    change_terms(thread, propagation, [&](MacTerms& terms) {
      terms.wide = static_cast<int64_t>(struck(fault, static_cast<uint64_t>(terms.wide)));
    });
  });
}

bool GpuStrikes::strike_mac_sum_wire(const hw::Fault& fault, GpuPropagation& propagation) const {
  return drive_wire(fault, Unit::kMac, fault.site.element, 2, any_instruction, [&](const Thread& thread) {
    const uint32_t right = propagation.golden_result(thread.instruction, thread.lane);
    propagation.change_result(thread.instruction, thread.lane, right ^ static_cast<uint32_t>(struck(fault, right)));
  });
}

bool GpuStrikes::strike_alu_wire(const hw::Fault& fault, GpuPropagation& propagation) const {
  return drive_wire(fault, Unit::kAlu, fault.site.element, 1, any_instruction, [&](const Thread& thread) {
    const uint32_t right = propagation.golden_result(thread.instruction, thread.lane);
    propagation.change_result(thread.instruction, thread.lane, right ^ static_cast<uint32_t>(struck(fault, right)));
  });
}

}  // namespace faultline::engine
