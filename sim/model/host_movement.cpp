#include "sim/model/host_movement.h"

namespace faultline::model {

Values Rearrange::evaluate(const std::vector<const Values*>& input_values) const {
  return std::visit(
      [this](const auto& input) -> Values {
        using Vector = std::decay_t<decltype(input)>;
        using Element = typename Vector::value_type;
        Vector result(source_.size());
        for (size_t i = 0; i < source_.size(); ++i) {
          result[i] = source_[i] < 0 ? static_cast<Element>(fill_) : input[static_cast<size_t>(source_[i])];
        }
        return result;
      },
      *input_values[0]);
}

namespace {

template <typename Element>
void append(std::vector<Element>& result, const Element* from, size_t count, const std::vector<int8_t>& table) {
  if constexpr (std::is_same_v<Element, int8_t>) {
    if (!table.empty()) {
      for (size_t i = 0; i < count; ++i) {
        result.push_back(table[static_cast<size_t>(from[i] + 128)]);
      }
      return;
    }
  }
  result.insert(result.end(), from, from + count);
}

}  // namespace

Values Concatenate::evaluate(const std::vector<const Values*>& input_values) const {
  return std::visit(
      [&](const auto& first) -> Values {
        using Vector = std::decay_t<decltype(first)>;
        Vector result;
        for (size_t outer = 0; outer < outer_; ++outer) {
          for (size_t i = 0; i < input_values.size(); ++i) {
            append(result, std::get<Vector>(*input_values[i]).data() + outer * inner_[i], inner_[i], tables_[i]);
          }
        }
        return result;
      },
      *input_values[0]);
}

}  // namespace faultline::model
