#include "sim/bench/machine.h"

#include <fstream>
#include <thread>

// The matrix kernels have this target too.
#define HWY_WANT_AVX3_DL
#include <hwy/targets.h>

namespace faultline::bench {
namespace {

std::string processor_name() {
  std::ifstream information("/proc/cpuinfo");
  for (std::string line; std::getline(information, line);) {
    const size_t colon = line.find(": ");
    if (line.compare(0, 10, "model name") == 0 && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  return "unknown";
}

}  // namespace

Machine this_machine() {
  Machine machine;
  machine.processor = processor_name();
  machine.simd_target = hwy::TargetName(hwy::SupportedAndGeneratedTargets().front());
  machine.cores = std::thread::hardware_concurrency();
#if defined(__clang__)
  machine.compiler = "Clang " __clang_version__;
#else
  machine.compiler = "GCC " __VERSION__;
#endif
  machine.build_type = FAULTLINE_BUILD_TYPE;
  return machine;
}

}  // namespace faultline::bench
