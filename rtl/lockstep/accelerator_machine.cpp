#include "rtl/lockstep/accelerator_machine.h"

namespace faultline::rtl {

AcceleratorMachine::AcceleratorMachine(const std::string& name, const hw::AcceleratorConfig& config,
                                       const hw::MakeAccelerator& make, sc_core::sc_clock& clock,
                                       const hw::CycleClock& cycle_clock)
    : dram_content(static_cast<size_t>(config.dram_bytes)),
      command_valid((name + "_command_valid").c_str()),
      ready((name + "_ready").c_str()),
      trapped((name + "_trapped").c_str()),
      repeat_request((name + "_repeat_request").c_str()),
      descriptor((name + "_descriptor").c_str()),
      dram_request((name + "_dram_request").c_str()),
      dram_response((name + "_dram_response").c_str()),
      accelerator_(make((name + "_accelerator").c_str(), config, table, cycle_clock)),
      dram_(std::make_unique<hw::Dram>((name + "_dram").c_str(), config.dram_latency, dram_content, table)) {
  accelerator_->clock(clock);
  accelerator_->command_valid(command_valid);
  accelerator_->descriptor(descriptor);
  accelerator_->ready(ready);
  accelerator_->trapped(trapped);
  accelerator_->repeat_request(repeat_request);
  accelerator_->dram_request(dram_request);
  accelerator_->dram_response(dram_response);
  dram_->clock(clock);
  dram_->request(dram_request);
  dram_->response(dram_response);
}

void AcceleratorMachine::reset() {
  table.reset();
  dram_content.restore_clean();
  for (const auto& taps : accelerator_->all_taps()) {
    taps->disarm();
  }
  count_ = next_ = 0;
  present();
  drive();
}

void AcceleratorMachine::drive() {
  accelerator_->drive();
  dram_->drive();
}

void AcceleratorMachine::arm(const hw::Fault& fault) {
  accelerator_->taps(fault.site.field).arm(fault);
}

void AcceleratorMachine::start(const std::vector<hw::CommandDescriptor>& program) {
  program_ = program.data();
  count_ = program.size();
  next_ = 0;
  present();
}

void AcceleratorMachine::after_edge() {
  if (takes_) {
    ++next_;
    present();
  }
}

void AcceleratorMachine::present() {
  command_valid.write(next_ < count_);
  if (next_ < count_) {
    descriptor.write(program_[next_]);
  }
}

}  // namespace faultline::rtl
