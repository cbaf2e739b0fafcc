#include <cstdlib>
#include <systemc>

#include <benchmark/benchmark.h>

namespace {
/// SystemC prints a banner from its main() unless this variable is set.
const bool kBannerOff = setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1) == 0;
}  // namespace

/// SystemC's library owns main(); Google Benchmark runs from its sc_main.
int sc_main(int argc, char** argv) {
  (void)kBannerOff;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
