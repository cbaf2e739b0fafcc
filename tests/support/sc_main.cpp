#include <gtest/gtest.h>
#include <systemc>

/// SystemC's library owns main(); GoogleTest runs from its sc_main.
int sc_main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
