#include <string>

#include <fmt/format.h>

#include "hw/systolic/command.h"
#include "hw/systolic/neuron_unit_core.h"
#include "rtl/generator/accelerator_modules.h"
#include "rtl/generator/neuron_unit_module.h"
#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

constexpr const char* kPackage = R"(// What the host asks of the accelerator.
package accelerator_pkg;
  // Opcodes; all others trap.
  localparam logic [2:0] OPCODE_LOAD         = 3'd1;  // DRAM to a buffer
  localparam logic [2:0] OPCODE_STORE        = 3'd2;  // output buffer to DRAM
  localparam logic [2:0] OPCODE_COMPUTE      = 3'd3;  // operands through the grid into partial sums
  localparam logic [2:0] OPCODE_POST_PROCESS = 3'd4;  // partial sums to the output buffer
  localparam logic [2:0] OPCODE_POOL         = 3'd5;  // windows of the input buffer to the output buffer
@correct@
  // Targets of a load.
  localparam logic [1:0] TARGET_INPUT     = 2'd0;
  localparam logic [1:0] TARGET_WEIGHT    = 2'd1;
  localparam logic [1:0] TARGET_PARAMETER = 2'd2;
  localparam logic [1:0] TARGET_TABLE     = 2'd3;
@neuron_bases@
  // One command. Fields marked "signed" are two's complement; additions wrap, so that most users need not know.
  typedef struct packed {
@fields@  } command_t;
endpackage
)";

constexpr const char* kCorrect =
    "  localparam logic [2:0] OPCODE_CORRECT      = 3'd6;  // words of critical neurons in the output buffer to "
    "codes\n";

std::string field_lines() {
  std::string lines;
  for (const hw::CommandField& field : hw::command_fields()) {
    const std::string type = field.bits == 1 ? "logic" : fmt::format("logic [{}:0]", field.bits - 1);
    lines += fmt::format("    {:<12} {};{}\n", type, field.name, field.is_signed ? "  // signed" : "");
  }
  return lines;
}

}  // namespace

SourceFile accelerator_package(const hw::AcceleratorConfig& config) {
  const std::string bases = fmt::format(
      "\n  // In the target TABLE: where the memories of the neuron unit begin.\n"
      "  localparam logic [23:0] NEURON_TABLE = 24'h{:x};\n",
      hw::kNeuronTableBase);
  const std::string mask = fmt::format("  localparam logic [23:0] NEURON_MASK  = 24'h{:x};\n", hw::kNeuronMaskBase);
  return {"accelerator_pkg.sv",
          fill_template(kPackage, {{"fields", field_lines()},
                                   {"correct", if_neuron_unit(config.protection, kCorrect)},
                                   {"neuron_bases", if_neuron_unit(config.protection, bases) +
                                                        if_neuron_encoder(config.protection, mask)}})};
}

}  // namespace faultline::rtl
