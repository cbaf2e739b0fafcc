#include <cstdlib>
#include <systemc>

#include <gtest/gtest.h>

namespace {
/// SystemC prints a banner from its main() unless this variable is set.
const bool kBannerOff = setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1) == 0;
}  // namespace

/// SystemC's library owns main(); GoogleTest runs from its sc_main.
int sc_main(int argc, char** argv) {
  (void)kBannerOff;
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
