#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "hw/systolic/grid_state.h"
#include "hw/systolic/pe_grid.h"
#include "rtl/generator/design.h"
#include "rtl/verilated/model_kind.h"
#include "rtl/verilated/poke_test.h"
#include "rtl/verilated/verilated_model.h"

namespace faultline::rtl {

/// The grid alone as its generated SystemVerilog, Verilated: the grid `rtl`, and the accelerator `rtl_grid` around it.
///
/// The RTL's registers are the state. After each edge they are copied to the state table; faults change them there and
/// are deposited in the RTL, as is a state that drive() announces. Wires can be seen and forced only in a forceable
/// model, which takes the place of the other one when a wire is first read or struck.
class RtlGrid : public hw::PeGrid {
 public:
  /// The generated design, its sites tested. Builds its model unless the cache has it; throws RtlError when that fails.
  RtlGrid(const sc_core::sc_module_name& name, const hw::GridConfig& config, hw::StateTable& table, hw::FaultTaps& taps,
          const hw::CycleClock& cycle_clock);

  /// A design with the same signals and pins, possibly a broken one; a model of kind `kind` at once.
  RtlGrid(const sc_core::sc_module_name& name, Design design, ModelKind kind, SiteCheck check,
          const hw::GridConfig& config, hw::StateTable& table, hw::FaultTaps& taps, const hw::CycleClock& cycle_clock);

  void drive() override;

 private:
  void load(ModelKind kind);
  void use_wires();
  void on_edge();
  void multiplier_selected() override;
  void show_edges();
  void show();
  void* pin(const char* name) const { return pins_.at(name); }
  void settle();
  void force_wires(uint64_t cycle);
  void release_wires();
  uint64_t product(size_t element);
  void write_south();

  const hw::GridConfig config_;
  Design design_;  ///< with the selected multiplier
  const SiteCheck check_;
  hw::StateTable& table_;
  hw::FaultTaps& taps_;
  const hw::CycleClock& cycle_clock_;
  const size_t first_field_;
  const hw::GridState state_;
  std::unique_ptr<VerilatedModel> model_;
  std::map<std::string, void*> pins_;  ///< of model_
  bool clock_level_ = false;
  std::vector<hw::Site> forced_;
  hw::OperandEdge shown_west_;  ///< what the model's pins show
  hw::OperandEdge shown_north_;
  hw::DrainEdge shown_drain_;
  hw::SumEdge sums_;
};

}  // namespace faultline::rtl
