#include "sim/inject/vcd_writer.h"

#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "sim/config/user_error.h"
#include "tests/unit/inject/small_table.h"

namespace faultline::inject {
namespace {

TEST(VcdWriter, WritesScopesAndChanges) {
  SmallTable small;
  const std::string path = testing::TempDir() + "vcd_writer_test.vcd";
  {
    VcdWriter writer(path, small.table, {{1, 4}, {6, 0}, {2, 4}}, 10);
    writer.sample(3);
    small.table.poke({1, 4}, 0x85);
    writer.sample(4);
    writer.sample(5);
    small.table.poke({2, 4}, 1);
    writer.sample(6);
  }
  std::ifstream in(path);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(text,
            "$timescale 1ns $end\n"
            "$scope module array $end\n"
            "$scope module pe[1][1] $end\n"
            "$var wire 8 ! weight [7:0] $end\n"
            "$var wire 1 # weight_valid $end\n"
            "$upscope $end\n"
            "$upscope $end\n"
            "$scope module controller $end\n"
            "$var wire 24 \" phase [23:0] $end\n"
            "$upscope $end\n"
            "$enddefinitions $end\n"
            "#30\nb00000000 !\n0#\nb000000000000000000000000 \"\n"
            "#40\nb10000101 !\n#50\n#60\n1#\n");
  EXPECT_THROW(VcdWriter("/nonexistent_folder/x.vcd", small.table, {}, 10), UserError);
}

}  // namespace
}  // namespace faultline::inject
