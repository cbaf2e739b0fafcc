#include "rtl/generator/word_code_modules.h"

#include <cstdint>
#include <memory>

#include <fmt/format.h>

#include "hw/memory/word_code.h"
#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

constexpr const char* kEncoder = R"(// Check bits of a word, code @code@.
module systolic_@code@_@word_bits@_encoder (
    input  logic [@word_msb@:0] word,
    output logic [@check_msb@:0] check
);
@parities@endmodule
)";

constexpr const char* kDecoder =
    R"(// A word as its code @code@ gives it back: with a wrong bit put right, or as it is stored and an error.
module systolic_@code@_@word_bits@_decoder (
    input  logic [@word_msb@:0] stored,
    input  logic [@check_msb@:0] check,
    output logic [@word_msb@:0] word,
    output logic corrected,
    output logic error
);
  logic [@check_msb@:0] expected;
  logic [@check_msb@:0] syndrome;

  systolic_@code@_@word_bits@_encoder u_encoder (
      .word(stored),
      .check(expected)
  );
  assign syndrome = expected ^ check;

@flips@  assign corrected = @corrected@;
  assign error     = syndrome != '0 && !corrected;
endmodule
)";

/// Text that is true when the syndrome is one of `syndromes`.
std::string is_one_of(const std::vector<uint64_t>& syndromes, int bits) {
  std::string text;
  for (const uint64_t syndrome : syndromes) {
    text += fmt::format("{}syndrome == {}'d{}", text.empty() ? "" : " || ", bits, syndrome);
  }
  return text.empty() ? "1'b0" : text;
}

std::string parity_lines(const hw::WordCode& code, int word_bits) {
  std::string lines;
  for (int row = 0; row < code.check_bits(); ++row) {
    uint64_t mask = 0;
    for (int bit = 0; bit < word_bits; ++bit) {
      mask |= (code.encode(uint64_t{1} << bit) >> row & 1) << bit;
    }
    lines += fmt::format("  assign check[{}] = ^(word & {}'h{:x});\n", row, word_bits, mask);
  }
  return lines;
}

}  // namespace

std::vector<SourceFile> word_code_modules(const std::string& name, int word_bits) {
  const std::unique_ptr<const hw::WordCode> code = hw::find_word_code(name)->make(word_bits);
  std::vector<std::vector<uint64_t>> flips(static_cast<size_t>(word_bits));
  std::vector<uint64_t> corrected;
  for (uint64_t syndrome = 1; syndrome < uint64_t{1} << code->check_bits(); ++syndrome) {
    const hw::DecodedWord decoded = code->decode(0, syndrome);
    if (!decoded.corrected) {
      continue;
    }
    corrected.push_back(syndrome);
    for (int bit = 0; bit < word_bits; ++bit) {
      if ((decoded.word >> bit & 1) != 0) {
        flips[static_cast<size_t>(bit)].push_back(syndrome);
      }
    }
  }
  std::string flip_lines;
  for (int bit = 0; bit < word_bits; ++bit) {
    const std::vector<uint64_t>& syndromes = flips[static_cast<size_t>(bit)];
    flip_lines += syndromes.empty() ? fmt::format("  assign word[{0}] = stored[{0}];\n", bit)
                                    : fmt::format("  assign word[{0}] = stored[{0}] ^ ({1});\n", bit,
                                                  is_one_of(syndromes, code->check_bits()));
  }
  const TemplateValues values = {{"code", name},
                                 {"word_bits", std::to_string(word_bits)},
                                 {"word_msb", std::to_string(word_bits - 1)},
                                 {"check_msb", std::to_string(code->check_bits() - 1)},
                                 {"parities", parity_lines(*code, word_bits)},
                                 {"flips", flip_lines},
                                 {"corrected", is_one_of(corrected, code->check_bits())}};
  const std::string module = fmt::format("systolic_{}_{}", name, word_bits);
  return {{module + "_encoder.sv", fill_template(kEncoder, values)},
          {module + "_decoder.sv", fill_template(kDecoder, values)}};
}

int check_bits(const std::string& code, int word_bits) {
  return hw::find_word_code(code)->make(word_bits)->check_bits();
}

}  // namespace faultline::rtl
