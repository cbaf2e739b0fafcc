// A fault injected over TLM-2.0 into a running inference, with a waveform around it.
//
//   build/release/testbenches/testbench_fault_injection [WAVEFORM.vcd]      (from the project's root: it reads models/)
//
// A SystemC thread, as any initiator of a platform, writes the registers of the FaultInjectionController (their map is
// sim/inject/fault_register_map.h) while the accelerator computes. Open the waveform with GTKWave.
#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include <fmt/core.h>

#include "hw/arithmetic/multiplier.h"
#include "hw/systolic/accelerator_config.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/inject/fault_injection_controller.h"
#include "sim/inject/fault_injection_initiator.h"
#include "sim/inject/site_path.h"
#include "sim/inject/vcd_writer.h"
#include "sim/model/classification.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"

namespace {

using namespace faultline;

constexpr uint64_t kStrikeCycle = 2200;
constexpr uint64_t kPeriodNanoseconds = 10;  // of the platform's clock

/// Arms one fault shortly after it has been told to.
class Attacker : public sc_core::sc_module {
 public:
  inject::FaultInjectionInitiator initiator{"initiator"};
  sc_core::sc_event begin{"begin"};
  hw::Fault fault;

  explicit Attacker(const sc_core::sc_module_name& name) : sc_module(name) {
    SC_HAS_PROCESS(Attacker);
    SC_THREAD(attack);
  }

 private:
  void attack() {
    wait(begin);
    wait(100 * kPeriodNanoseconds, sc_core::SC_NS);
    fmt::print("cycle {}: arming a fault for cycle {}\n", initiator.read64(inject::kCycleLow), fault.start);
    initiator.arm(fault);  // ten register writes; write32() and write64() do the same one by one
  }
};

/// The sites to look at: one processing element and the controller.
std::vector<hw::Site> watched_sites(const hw::StateTable& table) {
  std::vector<hw::Site> sites;
  for (const auto& set :
       inject::find_all_sites(table, {"array.pe[3][5].*", "controller.state", "controller.phase"}, {})) {
    sites.push_back(set.at(0));
  }
  return sites;
}

}  // namespace

int sc_main(int argc, char** argv) {
  const std::string waveform = argc > 1 ? argv[1] : "fault_injection.vcd";

  const auto network = std::make_shared<const model::Network>(model::import_onnx("models/lenet5_digits.onnx"));
  const model::Dataset digits = model::load_dataset("builtin:digits", model::Split::kTest, 1);
  const model::Values input = model::network_input(*network, digits.image(0));
  const hw::AcceleratorConfig config{hw::GridConfig(16, 16, hw::Dataflow::kOutputStationary, hw::Multiplier())};
  engine::AcceleratorEngine accelerator(network, config, engine::GridKind::kCycle);
  engine::Platform& platform = accelerator.platform();

  // Modules of a testbench join before the first run: SystemC elaborates then.
  Attacker attacker("attacker");
  attacker.initiator.socket.bind(platform.injector().socket);

  // The fault: the sign bit of one accumulator is inverted once.
  attacker.fault.site = inject::find_sites(platform.state(), "array.pe[3][5].accumulator", {})[0].at(0);
  attacker.fault.mask = uint64_t{1} << 31;
  attacker.fault.model = hw::FaultModel::kFlip;
  attacker.fault.start = kStrikeCycle;

  const engine::AcceleratorRun golden = accelerator.run(input);

  // The same inference again; this time the attacker is told to act, and the cycles around the strike are recorded.
  inject::VcdWriter writer(waveform, platform.state(), watched_sites(platform.state()), kPeriodNanoseconds);
  uint64_t before = 0;
  uint64_t after = 0;
  platform.observe([&](uint64_t cycle) {
    if (cycle + 30 >= kStrikeCycle && cycle <= kStrikeCycle + 60) {
      writer.sample(cycle);
    }
    if (cycle + 1 == kStrikeCycle) {
      before = attacker.initiator.peek(attacker.fault.site);  // transport_dbg: no time, no side effect
    }
    if (cycle == kStrikeCycle) {
      after = attacker.initiator.peek(attacker.fault.site);
    }
  });
  attacker.begin.notify(sc_core::SC_ZERO_TIME);
  const engine::AcceleratorRun faulty = accelerator.run(input);
  platform.observe(nullptr);

  const uint64_t hits = attacker.initiator.read64(inject::kHitCountLow);
  const model::Classification right = model::classify(*network, golden.tensors);
  const model::Classification wrong = model::classify(*network, faulty.tensors);
  fmt::print("cycle {}: accumulator {:#010x} -> {:#010x}, {} hit\n", kStrikeCycle, before, after, hits);
  fmt::print("class {} with confidence {:.6f} became class {} with {:.6f}\nwaveform in {}\n", right.best,
             right.confidences[right.best], wrong.best, wrong.confidences[right.best], waveform);
  const bool struck = hits == 1 && (before >> 31) != (after >> 31) && faulty.tensors != golden.tensors;
  return struck ? 0 : 1;
}
