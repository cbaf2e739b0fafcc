#include "sim/multiplier/circuit_source.h"

namespace faultline::multiplier {
namespace {

ProductTable tabulate_table(const CircuitDescription& circuit) {
  return read_product_table(circuit.file, circuit.is_signed);
}

const CircuitSourceRegistration kRegistration{
    {{}, "raw table of 65,536 16- or 32-bit products, little-endian, row-major [a][b]", tabulate_table}};

}  // namespace
}  // namespace faultline::multiplier
