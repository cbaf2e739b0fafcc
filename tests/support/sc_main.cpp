#include <cstdlib>
#include <systemc>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace {
/// SystemC prints a banner from its main() unless this variable is set.
const bool kBannerOff = setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1) == 0;
}  // namespace

/// SystemC's library owns main(); GoogleTest runs from its sc_main. What tests write to testing::TempDir() is this
/// process's alone: ctest runs several at once, each may be the same test of another build, and some use the same file
/// names.
int sc_main(int argc, char** argv) {
  (void)kBannerOff;
  const faultline::test::TemporaryFolder folder;
  setenv("TEST_TMPDIR", (folder.path().string() + "/").c_str(), 1);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
