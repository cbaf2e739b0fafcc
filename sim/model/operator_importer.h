#pragma once

#include <initializer_list>
#include <string>

#include "sim/model/import_context.h"

namespace faultline::model {

/// Turns one node into tensors and operators of the network (or constants) and binds the node's outputs. Throws
/// UserError through ImportContext::fail for what it does not support.
using ImportFunction = void (*)(ImportContext& context, const onnx::NodeProto& node);

/// Registers an importer for operators by name, without their domain: those that exporters put in com.microsoft have
/// names of their own. A file-scope object in the operator family's file.
struct OperatorImporter {
  OperatorImporter(std::initializer_list<const char*> operators, ImportFunction function);
};

/// nullptr when no file registers the operator.
ImportFunction find_importer(const onnx::NodeProto& node);

}  // namespace faultline::model
