#pragma once

#include <cstdint>

namespace faultline::campaign {

/// A number of a JSON document that must be whole and not negative. Throws nlohmann::json::exception for anything else:
/// a damaged document may hold a fraction, or a number too large for one.
template <typename Json>
uint64_t whole_json_number(const Json& value) {
  if (value.is_number_integer() && !value.is_number_unsigned()) {
    const auto number = value.template get<int64_t>();
    if (number >= 0) {
      return static_cast<uint64_t>(number);
    }
  }
  return value.template get_ref<const typename Json::number_unsigned_t&>();
}

}  // namespace faultline::campaign
