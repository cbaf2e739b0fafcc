#include "sim/gpu/program_file.h"

#include <cstdio>
#include <fstream>
#include <iterator>

#include "sim/config/user_error.h"

namespace faultline::gpu {

KernelProgram read_program(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw UserError(path, 0, "cannot be read", "give the path of a program that `faultline asm` wrote");
  }
  const std::vector<uint8_t> bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  return from_bytes(bytes, path);
}

void write_program(const std::string& path, const KernelProgram& program) {
  const std::vector<uint8_t> bytes = to_bytes(program);
  std::ofstream stream(path, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) {
    std::remove(path.c_str());
    throw UserError(path, 0, "cannot be written", "give a path in a folder that you may write to");
  }
}

}  // namespace faultline::gpu
