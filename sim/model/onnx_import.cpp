#include "sim/model/onnx_import.h"

#include "sim/model/import_context.h"

namespace faultline::model {

Network import_onnx(const std::string& path) {
  return ImportContext(path).import();
}

}  // namespace faultline::model
