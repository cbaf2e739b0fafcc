#include "sim/harden/design_file.h"

#include <fmt/format.h>

#include "sim/config/user_error.h"

namespace faultline::harden {

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') {
      result += '\\';
    }
    result += letter;
  }
  return result + "\"";
}

void check_model(const std::string& file, const std::string& model, const std::string& model_sha256,
                 const model::Network& network) {
  if (model_sha256 != network.sha256) {
    throw UserError(
        file, 0, fmt::format("was made for another model than {} ({}, SHA-256 {})", network.file, model, model_sha256),
        "harden this model, or give the one that it was made for");
  }
}

}  // namespace faultline::harden
