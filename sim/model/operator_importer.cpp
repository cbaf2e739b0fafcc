#include "sim/model/operator_importer.h"

#include <unordered_map>

namespace faultline::model {
namespace {

std::unordered_map<std::string, ImportFunction>& importers() {
  static std::unordered_map<std::string, ImportFunction> all;
  return all;
}

}  // namespace

OperatorImporter::OperatorImporter(std::initializer_list<const char*> operators, ImportFunction function) {
  for (const char* name : operators) {
    importers()[name] = function;
  }
}

ImportFunction find_importer(const onnx::NodeProto& node) {
  const std::string& domain = node.domain();
  if (!domain.empty() && domain != "ai.onnx" && domain != "com.microsoft") {
    return nullptr;
  }
  const auto found = importers().find(node.op_type());
  return found == importers().end() ? nullptr : found->second;
}

}  // namespace faultline::model
