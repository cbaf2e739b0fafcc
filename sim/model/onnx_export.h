#pragma once

#include <string>

#include "sim/model/quantise.h"

namespace faultline::model {

/// The network as an ONNX model in QDQ form (opset 13, IR version 8, free batch dimension "N"), serialised.
///
/// Input "input" is float, pixels / 255; output "logits" is float. QuantizeLinear and DequantizeLinear stand around
/// every operator (a Relu behind a Conv or Gemm shares its pair), int8 throughout; weights are int8 behind a
/// DequantizeLinear along axis 0, biases int32 likewise. The same network always gives the same bytes.
std::string to_onnx(const QuantisedNetwork& network);

/// Writes to_onnx() to `path`. Throws UserError where the file cannot be written.
void write_onnx(const QuantisedNetwork& network, const std::string& path);

}  // namespace faultline::model
