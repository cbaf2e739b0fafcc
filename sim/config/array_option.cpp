#include "sim/config/array_option.h"

#include <charconv>

#include <fmt/format.h>

#include "hw/systolic/edge_vector.h"
#include "sim/config/user_error.h"

namespace faultline::config {

ArrayShape parse_array(const std::string& text, const std::string& where, int line) {
  ArrayShape shape{0, 0};
  const char* end = text.data() + text.size();
  const auto rows = std::from_chars(text.data(), end, shape.rows);
  bool good = rows.ec == std::errc() && rows.ptr != end && *rows.ptr == 'x';
  if (good) {
    const auto columns = std::from_chars(rows.ptr + 1, end, shape.columns);
    good = columns.ec == std::errc() && columns.ptr == end;
  }
  const auto in_range = [](int lanes) { return lanes >= 1 && lanes <= hw::kMaximumLanes; };
  if (!good || !in_range(shape.rows) || !in_range(shape.columns)) {
    throw UserError(where, line, fmt::format("array '{}' is no array shape", text),
                    fmt::format("write ROWSxCOLUMNS, each 1 to {}, for example 16x16", hw::kMaximumLanes));
  }
  return shape;
}

hw::Dataflow parse_dataflow(const std::string& text, const std::string& where, int line) {
  for (const hw::Dataflow dataflow :
       {hw::Dataflow::kWeightStationary, hw::Dataflow::kOutputStationary, hw::Dataflow::kInputStationary}) {
    if (text == hw::to_string(dataflow)) {
      return dataflow;
    }
  }
  throw UserError(where, line, fmt::format("dataflow '{}' is unknown", text),
                  "give ws (weight-stationary), os (output-stationary) or is (input-stationary)");
}

}  // namespace faultline::config
