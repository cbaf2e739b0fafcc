#include "hw/systolic/grid_state.h"

#include <string>
#include <utility>

namespace faultline::hw {
namespace {

/// Adds fields of one register per processing element.
class RegisterAdder {
 public:
  RegisterAdder(const GridConfig& config, StateTable& table, size_t row_stride)
      : table_(table),
        dimensions_{config.rows, config.columns},
        row_padding_(row_stride - static_cast<size_t>(config.columns)) {}

  StateField describe(const std::string& name, int bits, bool is_signed) const {
    StateField field;
    field.path = "array.pe[*][*]." + name;
    field.bits = bits;
    field.is_signed = is_signed;
    field.dimensions = dimensions_;
    return field;
  }
  StateArray<int8_t> operand(const std::string& name) const {
    return table_.add<int8_t>(describe(name, Multiplier::kOperandBits, true), row_padding_);
  }
  StateArray<uint8_t> bit(const std::string& name) const {
    return table_.add<uint8_t>(describe(name, 1, false), row_padding_);
  }
  StateArray<int32_t> sum(const std::string& name) const {
    return table_.add<int32_t>(describe(name, 32, true), row_padding_);
  }

 private:
  StateTable& table_;
  std::vector<int> dimensions_;
  size_t row_padding_;
};

/// The last field of `table` is `bypass`.
void reset_to(const ElementBypass& bypass, const GridConfig& config, StateTable& table) {
  for (int row = 0; row < config.rows; ++row) {
    for (int column = 0; column < config.columns; ++column) {
      const auto element = static_cast<size_t>(row * config.columns + column);
      table.set_reset_value({table.fields().size() - 1, element}, bypass.holds(row, column) ? 1 : 0);
    }
  }
}

size_t padded(int columns) {
  constexpr size_t kMultiple = GridState::kRowMultiple;
  return (static_cast<size_t>(columns) + kMultiple - 1) / kMultiple * kMultiple;
}

}  // namespace

GridState::GridState(const GridConfig& config, StateTable& table, std::function<uint64_t(size_t element)> read_product)
    : row_stride(padded(config.columns)) {
  const RegisterAdder add(config, table, row_stride);
  const bool stationary = config.dataflow != Dataflow::kOutputStationary;
  const bool holds_activations = config.dataflow == Dataflow::kInputStationary;
  const std::string moving = holds_activations ? "weight" : "activation";
  const std::string other = holds_activations ? "activation" : "weight";
  const std::string chain = stationary ? other + "_next" : other;

  // The sums come first: SIMD code reads one element before a row of `eastward`, which must lie inside the arena.
  sum = add.sum(stationary ? "psum" : "accumulator");
  eastward = add.operand(moving);
  eastward_valid = add.bit(moving + "_valid");
  southward = add.operand(chain);
  southward_valid = add.bit(chain + "_valid");
  if (stationary) {
    held = add.operand(other);
    held_valid = add.bit(other + "_valid");
    load = add.bit("load");
  }
  if (config.bypass) {
    bypass = add.bit("bypass");
    reset_to(*config.bypass, config, table);
  }
  StateField product = add.describe("product", Multiplier::kProductBits, true);
  product.read_wire = std::move(read_product);
  product_field = table.fields().size();
  table.add_wire(std::move(product));
}

}  // namespace faultline::hw
