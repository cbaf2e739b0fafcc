#include "sim/multiplier/circuit_source.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/user_error.h"
#include "sim/multiplier/c_functions.h"
#include "sim/multiplier/published_figures.h"
#include "sim/process/child_process.h"

namespace faultline::multiplier {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CircuitSources : public testing::Test {
 protected:
  CircuitDescription write(const std::string& name, const std::string& content, bool is_signed = true) const {
    folder_.write(name, content);
    CircuitDescription circuit;
    circuit.file = (folder_.path() / name).string();
    circuit.is_signed = is_signed;
    return circuit;
  }

  static std::string message_of(const CircuitDescription& circuit) {
    try {
      tabulate_circuit(circuit);
    } catch (const UserError& error) {
      return error.what();
    }
    return "no error";
  }

  process::ScratchFolder folder_;
};

/// A x (B without its lowest bit), for operands of 8 bits.
const char* const kOddBody = R"(
// A comment with { and "
static int without_lowest(int x) { return x & ~1; }
int main(void) { return 1; }
unsigned short product(unsigned char A, unsigned char B) {
  return (unsigned short)((signed char)A * without_lowest((signed char)B));
}
)";

TEST_F(CircuitSources, CFunctionsAreTabulated) {
  const ProductTable table = tabulate_circuit(write("odd.c", kOddBody));
  EXPECT_EQ(table.name, "odd");
  EXPECT_EQ(table.product(3, 5), 12);
  EXPECT_EQ(table.product(253, 5), -12);  // -3 x 5
  EXPECT_EQ(table.product(255, 127), -126);
}

TEST_F(CircuitSources, NamesOfParametersSayWhichOperandIsWhich) {
  EXPECT_EQ(tabulate_circuit(write("ba.c", "long f(long B, long A) { return A * (B & ~1); }\n")).product(3, 5), 12);
  EXPECT_EQ(tabulate_circuit(write("xy.c", "long f(long x, long y) { return x * (y & ~1); }\n")).product(3, 5), 12);
}

TEST_F(CircuitSources, WiderFunctionsTakeExtendedOperands) {
  CircuitDescription circuit = write("wide.c", "unsigned f(short a, short b) { return (a * b) & 0xffffff; }\n");
  circuit.bits = 12;
  EXPECT_EQ(tabulate_circuit(circuit).product(255, 7), -7);
}

TEST_F(CircuitSources, VerilogIsTabulatedAndComparedWithC) {
  if (!process::on_path("verilator")) {
    GTEST_SKIP() << "verilator is not installed";
  }
  const std::string ports = "(A, B, O); input [7:0] A, B; output [15:0] O; ";
  const ProductTable verilog =
      tabulate_circuit(write("odd.v", "module odd" + ports + "wire [7:0] t = B & 8'hfe; " +
                                          "assign O = {{8{A[7]}}, A} * {{8{t[7]}}, t}; endmodule\n"));
  const CircuitDescription c = write("odd.c", kOddBody);
  EXPECT_NO_THROW(check_same_circuit(verilog, tabulate_circuit(c), c.file));

  const CircuitDescription exchanged = write("exchanged.c", "int f(int a, int b) { return b * (a & ~1); }\n");
  try {
    check_same_circuit(verilog, tabulate_circuit(exchanged), exchanged.file);
    FAIL() << "the operands are exchanged";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("1 x 2 is 2 there and 0 here; the operands are exchanged"));
  }
  EXPECT_THAT(
      message_of(write("one.v", "module one(A, O); input [7:0] A; output [15:0] O; assign O = {A, A}; endmodule\n")),
      HasSubstr("is no multiplier: its ports are input A (8 bits), output O (16 bits)"));
  EXPECT_THAT(message_of(write("broken.v", "module broken(A, O); input [7:0 A; endmodule\n")),
              HasSubstr("Verilator does not accept it; %Error"));
}

TEST_F(CircuitSources, MistakesInCAreNamed) {
  EXPECT_THAT(message_of(write("none.c", "int f(int a) { return a; }\n")), HasSubstr("no function of two operands"));
  EXPECT_THAT(message_of(write("two.c", "int f(int a, int b) { return a; }\nint g(int a, int b) { return b; }\n")),
              HasSubstr("several functions of two operands: f, g; name one with --top"));
  EXPECT_THAT(message_of(write("syntax.c", "int f(int a, int b) { return a b; }\n")),
              HasSubstr("C compiler does not accept"));
  EXPECT_THAT(message_of(write("wide.c", "int f(int a, int b) { return 100 * a * b; }\n")),
              HasSubstr("which 16 bits cannot hold"));
  EXPECT_THAT(message_of(write("abort.c", "int f(int a, int b) { __builtin_trap(); return a * b; }\n")),
              HasSubstr("compiled function fails"));
  EXPECT_THAT(message_of(write("exit.c", "#include <stdlib.h>\nint f(int a, int b) { exit(0); return a * b; }\n")),
              HasSubstr("ends before it has given all products"));
}

TEST_F(CircuitSources, TheDeclaredTypeIsChecked) {
  EXPECT_THAT(message_of(write("product.c", "int f(int a, int b) { return a * b; }\n", false)),
              testing::StrEq("no error"));
  EXPECT_THAT(message_of(write("signed.c", "int f(signed char a, signed char b) { return a * b; }\n", false)),
              HasSubstr("read as signed, by 0.0 %; declare it signed"));
  EXPECT_THAT(message_of(write("unsigned.c", "int f(unsigned char a, unsigned char b) { return a * b; }\n")),
              HasSubstr("declare it unsigned"));
  std::string wide(262144, '\0');
  wide[4 * 257] = wide[4 * 257 + 1] = wide[4 * 257 + 2] = wide[4 * 257 + 3] = '\xff';  // 1 x 1 = -1
  EXPECT_THAT(message_of(write("negative.lut", wide, false)),
              HasSubstr("the product of 1 and 1 is -1, which no unsigned 8-bit multiplier gives"));
}

TEST(CFunctions, AreFoundAmongCommentsAndLiterals) {
  const auto functions = c_functions(
      "#define TWO(x, y) { \\\n x }\n/* int no(int a) { */\nstruct s { int a; };\nconst char* t = \"} {\";\n"
      "static inline int first(const struct s* p) { if (p) { return '}'; } return 0; }\n"
      "uint64_t second(const uint64_t B,\n   const uint64_t A)\n{ return A; }\n");
  ASSERT_EQ(functions.size(), 2U);
  EXPECT_EQ(functions[0].name, "first");
  EXPECT_EQ(functions[1].name, "second");
  EXPECT_THAT(functions[1].parameters, ElementsAre("B", "A"));
}

TEST(PublishedFigures, AreReadFromTheHead) {
  const auto figures = published_figures(
      "/*** text = 3 ***/\n// MAE% = 0.081 %\n// MAE = 53 \n// MSE = 10360.917e2 \n// PDK45_PWR = 0.301 mW\n"
      "// nothing\n// a b = 3\nint x = 3; // y = 4\n");
  ASSERT_EQ(figures.size(), 4U);
  EXPECT_EQ(figures[0].key, "mae_percent");
  EXPECT_EQ(figures[0].value, 0.081);
  EXPECT_DOUBLE_EQ(figures[0].resolution, 0.001);
  EXPECT_EQ(figures[2].value, 1036091.7);
  EXPECT_DOUBLE_EQ(figures[2].resolution, 0.1);
  EXPECT_EQ(figures[3].key, "pdk45_pwr_mw");
}

TEST(PublishedFigures, ThatDisagreeAreNamed) {
  ErrorMetrics measured;
  measured.mae = 53.3;  // 0.0813 %
  measured.wce = 255;   // 0.389 %
  measured.error_probability = 0.7461;
  EXPECT_THAT(
      disagreeing_figures(published_figures("// MAE% = 0.081 %\n// WCE% = 0.39 %\n// EP% = 74.61 %\n"), measured),
      ElementsAre());
  EXPECT_THAT(
      disagreeing_figures(published_figures("// MAE% = 0.083 %\n// WCE% = 0.38 %\n// EP% = 74.6 %\n"), measured),
      ElementsAre("mae_percent", "wce_percent"));
}

TEST(ChildProcess, GivesStatusAndOutputAndEndsAtItsLimit) {
  const process::ScratchFolder folder;
  folder.write("here", "text");
  const auto list = process::run_child({"ls", "$(id)", "here"}, folder.path(), std::chrono::seconds(20));
  EXPECT_EQ(list.status, 2);
  EXPECT_THAT(list.output, HasSubstr("$(id)"));
  EXPECT_THAT(list.output, HasSubstr("here"));
  const auto start = std::chrono::steady_clock::now();
  const auto endless =
      process::run_child({"sh", "-c", "sleep 300 & sleep 300"}, folder.path(), std::chrono::milliseconds(100));
  EXPECT_TRUE(endless.timed_out);
  EXPECT_EQ(endless.status, -1);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
  EXPECT_THROW(process::run_child({"no-such-program"}, folder.path(), std::chrono::seconds(1)), std::runtime_error);
}

}  // namespace
}  // namespace faultline::multiplier
