#pragma once

#include <string>

#include "sim/model/network.h"

namespace faultline::harden {

/// A text as YAML takes it whatever it holds, in double quotes.
std::string quoted(const std::string& text);

/// Throws UserError unless `network` is the model that a design file was made for: `model` with this SHA-256.
void check_model(const std::string& file, const std::string& model, const std::string& model_sha256,
                 const model::Network& network);

}  // namespace faultline::harden
