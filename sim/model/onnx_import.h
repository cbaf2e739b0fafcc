#pragma once

#include <string>

#include "sim/model/network.h"

namespace faultline::model {

/// Reads an int8 or int16 ONNX network in QDQ or QOperator form (docs/networks.md lists the operators). The batch
/// dimension is dropped: a network processes one sample at a time whatever batch the file fixes. Throws UserError,
/// naming the file and the node, for files that are damaged and for what is not supported.
Network import_onnx(const std::string& path);

}  // namespace faultline::model
