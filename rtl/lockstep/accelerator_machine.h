#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "hw/common/cycle_clock.h"
#include "hw/common/state_table.h"
#include "hw/fault/fault.h"
#include "hw/memory/dram.h"
#include "hw/memory/dram_content.h"
#include "hw/systolic/accelerator_factory.h"

namespace faultline::rtl {

/// An accelerator of any implementation with a DRAM and a state table of its own, between signals that the caller moves
/// from one edge to the next.
class AcceleratorMachine {
 public:
  AcceleratorMachine(const std::string& name, const hw::AcceleratorConfig& config, const hw::MakeAccelerator& make,
                     sc_core::sc_clock& clock, const hw::CycleClock& cycle_clock);

  /// Every register and memory 0, DRAM as at the last mark_clean(), no fault armed. The machine shows it.
  void reset();
  /// Writes every signal from the state table, which has changed from outside.
  void drive();
  void arm(const hw::Fault& fault);
  /// Commands are taken from `program` one after another from the next edge on; it must outlive them.
  void start(const std::vector<hw::CommandDescriptor>& program);
  /// Before each edge: notes whether it takes a command. After it: presents the next one.
  void before_edge() { takes_ = next_ < count_ && ready.read(); }
  void after_edge();

  /// Every command has been taken and the last one is done.
  bool finished() const { return next_ == count_ && ready.read(); }

  hw::StateTable table;
  hw::DramContent dram_content;
  sc_core::sc_signal<bool> command_valid, ready, trapped, repeat_request;
  sc_core::sc_signal<hw::CommandDescriptor> descriptor;
  sc_core::sc_signal<hw::DramRequest> dram_request;
  sc_core::sc_signal<hw::DramResponse> dram_response;

 private:
  void present();

  std::unique_ptr<hw::AcceleratorModule> accelerator_;
  std::unique_ptr<hw::Dram> dram_;
  const hw::CommandDescriptor* program_ = nullptr;
  size_t count_ = 0;
  size_t next_ = 0;
  bool takes_ = false;
};

}  // namespace faultline::rtl
