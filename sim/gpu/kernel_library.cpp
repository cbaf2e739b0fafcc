#include "sim/gpu/kernel_library.h"

#include "sim/gpu/assembler.h"
#include "sim/gpu/kernel_sources.h"

namespace faultline::gpu {

const KernelProgram& kernel_library() {
  static const KernelProgram kLibrary = [] {
    KernelProgram library;
    for (const KernelSource& source : kernel_sources()) {
      library.append(assemble(source.text, source.file));
    }
    return library;
  }();
  return kLibrary;
}

}  // namespace faultline::gpu
