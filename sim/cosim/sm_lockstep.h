#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "hw/fault/fault.h"
#include "hw/gpu/global_memory_core.h"
#include "hw/gpu/sm_core.h"
#include "rtl/lockstep/lockstep_comparison.h"
#include "rtl/verilated/rtl_sm_datapath.h"
#include "sim/cosim/sm_datapath_probe.h"
#include "sim/cosim/sm_program.h"

namespace faultline::cosim {

/// The model of a GPU's multiprocessor, and beside it its datapath as RTL. In every cycle the RTL's ports show what
/// enters the model's datapath, and after the edge everything in the RTL's state map is compared.
class SmLockstep {
 public:
  /// `design` comes from rtl::sm_datapath_design(config), possibly broken. Throws RtlError.
  SmLockstep(const hw::gpu::SmConfig& config, rtl::Design design, rtl::SiteCheck check);

  /// Runs a program from its start under faults, to its end, its limit or the first difference. Faults of what the RTL
  /// has strike both, others the model alone.
  std::optional<rtl::Divergence> run(const SmProgram& program, const std::vector<hw::Fault>& faults);
  /// Cycles of a program without faults, on the model alone.
  uint64_t length(const SmProgram& program);

  const hw::StateTable& reference() const { return table_; }
  /// Those of the reference that the RTL has too.
  std::vector<size_t> fields() const;
  /// Every signal of the RTL that differs now.
  std::vector<std::string> differing() const;

  uint64_t cycles() const { return cycles_; }
  uint64_t comparisons() const { return comparison_->comparisons(); }

 private:
  void add_outputs();
  std::vector<size_t> last_control() const;
  uint64_t joined(const std::vector<size_t>& fields, size_t element) const;
  void begin(const SmProgram& program);
  void randomise(const SmProgram& program);
  void arm(const hw::Fault& fault);
  /// One edge of the model; true while the program has not ended.
  bool step(bool launch_valid, const hw::gpu::KernelLaunch& launch, uint64_t cycle);

  const hw::gpu::SmConfig config_;
  hw::StateTable table_;
  hw::FaultTaps taps_{&table_};
  hw::DramContent content_;
  hw::gpu::SmCore core_;
  hw::gpu::GlobalMemoryCore memory_;
  SmDatapathProbe probe_;
  rtl::RtlSmDatapath datapath_;
  std::unique_ptr<rtl::LockstepComparison> comparison_;
  uint64_t cycles_ = 0;
};

}  // namespace faultline::cosim
