#pragma once

#include <string>
#include <vector>

#include "rtl/generator/source_file.h"

namespace faultline::rtl {

/// The combinational circuits of a registered code for words of `word_bits` bits, modules
/// systolic_<code>_<word_bits>_encoder and _decoder, found from the code itself: what it makes of single bits and of
/// each syndrome. So a new linear code has its circuits at once.
std::vector<SourceFile> word_code_modules(const std::string& code, int word_bits);

/// Check bits of a word of the code.
int check_bits(const std::string& code, int word_bits);

}  // namespace faultline::rtl
