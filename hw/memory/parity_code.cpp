#include "hw/memory/word_code.h"

/// One even parity bit a word: sees an odd number of wrong bits.
namespace faultline::hw {
namespace {

class ParityCode : public WordCode {
 public:
  int check_bits() const override { return 1; }
  uint64_t encode(uint64_t word) const override { return static_cast<uint64_t>(__builtin_parityll(word)); }
  DecodedWord decode(uint64_t word, uint64_t check) const override { return {word, false, encode(word) != check}; }
};

const WordCodeRegistration kRegistration{{"parity", [](int) { return std::make_unique<const ParityCode>(); }}};

}  // namespace
}  // namespace faultline::hw
