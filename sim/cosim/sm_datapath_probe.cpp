#include "sim/cosim/sm_datapath_probe.h"

namespace faultline::cosim {

void SmDatapathProbe::begin() {
  inputs_.running = false;
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

}  // namespace faultline::cosim
