#include <memory>

#include <fmt/core.h>

#include "sim/cli/command.h"
#include "sim/gpu/assembler.h"
#include "sim/gpu/program_file.h"

namespace faultline::cli {
namespace {

struct AsmOptions {
  std::string source;
  std::string output;
};

int run(const AsmOptions& options) {
  const gpu::KernelProgram program = gpu::assemble_file(options.source);
  gpu::write_program(options.output, program);
  for (const gpu::Kernel& kernel : program.kernels) {
    fmt::print("{}: entry {}, {} registers, {} parameters\n", kernel.name, kernel.entry, kernel.registers,
               kernel.parameters.size());
  }
  fmt::print("{} instructions\n", program.words.size());
  return 0;
}

const Registration kRegistration{{"asm", "Assemble kernels of the streaming multiprocessor", [](CLI::App& app) {
                                    auto options = std::make_shared<AsmOptions>();
                                    app.add_option("source", options->source, "Text of the kernels")->required();
                                    app.add_option("-o,--output", options->output, "Program to write")->required();
                                    return [options] { return run(*options); };
                                  }}};

}  // namespace
}  // namespace faultline::cli
