#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hw/common/state_table.h"
#include "hw/fault/fault_taps.h"
#include "hw/gpu/sm_config.h"
#include "rtl/generator/design.h"
#include "rtl/verilated/poke_test.h"
#include "rtl/verilated/sm_datapath_inputs.h"
#include "rtl/verilated/verilated_model.h"

namespace faultline::rtl {

/// The datapath of a GPU's multiprocessor as its generated SystemVerilog, Verilated, with a state table and faults of
/// its own. The table's fields are those of the design's state map; its wires are as driven, not as faults leave them.
class RtlSmDatapath {
 public:
  /// `design` comes from sm_datapath_design(config), possibly broken. Builds its model unless the cache has it; throws
  /// RtlError when that fails or, with SiteCheck::kPoke, when faults do not reach a site.
  RtlSmDatapath(const hw::gpu::SmConfig& config, Design design, SiteCheck check);
  RtlSmDatapath(const RtlSmDatapath&) = delete;
  RtlSmDatapath& operator=(const RtlSmDatapath&) = delete;

  /// One edge, which begins `cycle`. As in the multiprocessor's model, faults of wires in this cycle change what the
  /// edge stores, those of registers act after it.
  void step(const SmDatapathInputs& inputs, uint64_t cycle);
  /// Makes the RTL hold what the table says.
  void deposit();

  /// Of the cycle that the last edge ended.
  const SharedAnswer& shared_answer() const { return answer_; }
  /// What a partition's last stage shows on the ports, as sm_control_bits() says, and of one of its lanes.
  uint64_t mac_result(int partition) const;
  uint32_t mac_value(int partition, int lane) const;

  hw::StateTable& table() { return table_; }
  const hw::StateTable& table() const { return table_; }
  hw::FaultTaps& taps() { return taps_; }

 private:
  void show_beats(const std::vector<MacBeat>& beats);
  void show_access(const SharedAccess& access);
  void read_answer();
  void force_wires(uint64_t cycle);
  void release_wires();

  const hw::gpu::SmConfig config_;
  const Design design_;
  hw::StateTable table_;
  hw::FaultTaps taps_{&table_};
  std::unique_ptr<VerilatedModel> model_;
  std::vector<hw::Site> forced_;
  SharedAnswer answer_;
};

}  // namespace faultline::rtl
