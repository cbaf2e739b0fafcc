#include "hw/arithmetic/multiplier.h"

#include <algorithm>
#include <utility>

namespace faultline::hw {
namespace {

template <typename Function>
void for_each_operand_pair(Function function) {
  for (int weight = -128; weight < 128; ++weight) {
    for (int activation = -128; activation < 128; ++activation) {
      function(static_cast<int8_t>(activation), static_cast<int8_t>(weight));
    }
  }
}

}  // namespace

Multiplier::Multiplier() : name_("exact"), table_(std::make_shared<std::array<int16_t, kEntries + 1>>()) {
  for_each_operand_pair([this](int8_t activation, int8_t weight) {
    (*table_)[index(activation, weight)] = static_cast<int16_t>(activation * weight);
  });
}

Multiplier::Multiplier(OperandFormat format) {
  if (format.wide()) {
    name_ = "exact";
    format_ = format;
  } else {
    *this = Multiplier();
  }
}

Multiplier::Multiplier(std::string name, OperandFormat format, Function products, MultiplierModule module)
    : name_(std::move(name)),
      format_(format),
      exact_(false),
      function_(std::move(products)),
      module_(std::move(module)) {}

Multiplier::Multiplier(std::string name, const std::array<int16_t, kEntries>& products, MultiplierModule module)
    : name_(std::move(name)),
      table_(std::make_shared<std::array<int16_t, kEntries + 1>>()),
      module_(std::move(module)) {
  std::copy(products.begin(), products.end(), table_->begin());
  for_each_operand_pair([this](int8_t activation, int8_t weight) {
    exact_ = exact_ && product(activation, weight) == activation * weight;
  });
}

}  // namespace faultline::hw
