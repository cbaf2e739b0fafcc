#pragma once

#include <cstddef>
#include <memory>
#include <systemc>
#include <vector>

#include "hw/fault/fault_taps.h"
#include "hw/memory/dram_request.h"
#include "hw/systolic/command.h"
#include "hw/systolic/result_probe.h"

namespace faultline::hw {

/// The systolic accelerator behind a command port and the DRAM handshake. Implementations register the same fields in
/// the state table, with the same names and meaning, and give the same bits in every cycle (docs/hardware.md).
class AcceleratorModule : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<bool> command_valid{"command_valid"};
  sc_core::sc_in<CommandDescriptor> descriptor{"descriptor"};
  sc_core::sc_out<bool> ready{"ready"};      ///< a valid command is taken at the next edge
  sc_core::sc_out<bool> trapped{"trapped"};  ///< illegal address or command; stays until reset
  /// The neuron unit asks the host to present the layer's commands again; low without such a unit.
  sc_core::sc_out<bool> repeat_request{"repeat_request"};
  sc_core::sc_in<DramResponse> dram_response{"dram_response"};
  sc_core::sc_out<DramRequest> dram_request{"dram_request"};

  ~AcceleratorModule() override = default;

  /// Writes every signal from the state table: call after reset or a restored snapshot.
  virtual void drive() = 0;

  /// Shows `probe` what passes through post-processing; nullptr: nobody.
  virtual void watch_results(ResultProbe* probe) = 0;

  /// As PeGrid::select_multiplier().
  virtual void select_multiplier(int selection) = 0;

  /// As PeGrid::suspend().
  virtual void suspend_grid(bool /*suspended*/) {}

  /// The taps of the block that owns a field of the state table.
  virtual FaultTaps& taps(size_t field) = 0;
  /// The taps of every block.
  virtual const std::vector<std::unique_ptr<FaultTaps>>& all_taps() const = 0;

 protected:
  explicit AcceleratorModule(const sc_core::sc_module_name& name) : sc_module(name) {}
};

}  // namespace faultline::hw
