#include "sim/cosim/sm_datapath_probe.h"

namespace faultline::cosim {

SmDatapathProbe::SmDatapathProbe(const hw::gpu::SmConfig& config, const hw::StateTable& table)
    : config_(config),
      table_(table),
      opcode_(table.field_index("load_store.entry[*].opcode")),
      pending_(table.field_index("load_store.entry[*].pending")),
      data_(table.field_index("load_store.entry[*].lane[*].data")) {}

void SmDatapathProbe::begin() {
  inputs_.running = false;
  inputs_.shared.valid = false;
  answer_.served = 0;
  answer_.value.assign(static_cast<size_t>(config_.warp_size), 0);
  inputs_.mac.assign(static_cast<size_t>(config_.partitions), {});
}

void SmDatapathProbe::on_cycle(uint64_t /*cycle*/) {
  inputs_.running = true;
}

void SmDatapathProbe::on_beat(int collector, const hw::gpu::Beat& beat, int lanes) {
  if (beat.instruction.info().unit != hw::gpu::Unit::kMac) {
    return;
  }
  rtl::MacBeat& taken = inputs_.mac[static_cast<size_t>(collector / config_.collectors)];
  taken.valid = true;
  taken.warp = beat.warp;
  taken.opcode = static_cast<uint8_t>(beat.instruction.opcode);
  taken.destination = beat.instruction.rd;
  taken.modifier = beat.instruction.modifier;
  taken.number = beat.number;
  taken.mask = beat.mask;
  taken.a.assign(beat.a, beat.a + lanes);
  taken.b.assign(beat.b, beat.b + lanes);
  taken.c.assign(beat.c, beat.c + lanes);
  taken.d.assign(beat.d, beat.d + lanes);
}

/// Called when the access is done, but before its threads count as served.
void SmDatapathProbe::on_shared_access(int entry, uint32_t lanes, uint32_t base, const uint32_t* addresses) {
  const auto opcode = static_cast<hw::gpu::Opcode>(table_.peek({opcode_, static_cast<size_t>(entry)}));
  rtl::SharedAccess& access = inputs_.shared;
  access = {true,
            hw::gpu::is_store(opcode),
            hw::gpu::access_bytes(opcode) == 4,
            static_cast<uint32_t>(table_.peek({pending_, static_cast<size_t>(entry)})),
            {},
            {}};
  answer_.served = lanes;
  for (int thread = 0; thread < config_.warp_size; ++thread) {
    access.address.push_back(base + addresses[thread]);
    access.data.push_back(access.store ? data_of(entry, thread) : 0);
    const bool loaded = !access.store && (lanes >> thread & 1) != 0;
    answer_.value[static_cast<size_t>(thread)] = loaded ? data_of(entry, thread) : 0;
  }
}

uint32_t SmDatapathProbe::data_of(int entry, int thread) const {
  const auto element = static_cast<size_t>(entry * config_.warp_size + thread);
  return static_cast<uint32_t>(table_.peek({data_, element}));
}

}  // namespace faultline::cosim
