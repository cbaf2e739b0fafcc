#include <memory>

#include <fmt/core.h>

#include "sim/cli/command.h"
#include "sim/gpu/assembler.h"
#include "sim/gpu/program_file.h"

namespace faultline::cli {
namespace {

const Registration kRegistration{
    {"disasm", "Print a program of the streaming multiprocessor as text", [](CLI::App& app) {
       auto program = std::make_shared<std::string>();
       app.add_option("program", *program, "Program that `faultline asm` wrote")->required();
       return [program] {
         fmt::print("{}", gpu::disassemble(gpu::read_program(*program)));
         return 0;
       };
     }}};

}  // namespace
}  // namespace faultline::cli
