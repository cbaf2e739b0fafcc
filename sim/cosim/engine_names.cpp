#include "sim/cosim/engine_names.h"

#include <fmt/format.h>

#include "sim/config/user_error.h"

namespace faultline::cosim {

EngineNames parse_engine_names(const std::string& text) {
  const size_t comma = text.find(',');
  const EngineNames names{text.substr(0, comma), comma == std::string::npos ? "" : text.substr(comma + 1)};
  if (names.other.empty() || names.reference == names.other) {
    throw UserError("--engines", 0, fmt::format("'{}' does not name two engines", text),
                    "give two with a comma between them, the reference first, such as cycle,rtl");
  }
  return names;
}

}  // namespace faultline::cosim
