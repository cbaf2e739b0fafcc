#include "hw/multipliers/compressor_tree.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <utility>

#include <fmt/args.h>
#include <fmt/format.h>

namespace faultline::hw {
namespace {

const TreeCell& half_adder() {
  static const TreeCell kCell{[](uint32_t in) { return (in & 1) + (in >> 1); }, {"{0} ^ {1}", "{0} & {1}"}};
  return kCell;
}

const TreeCell& full_adder() {
  static const TreeCell kCell{[](uint32_t in) { return (in & 1) + ((in >> 1) & 1) + (in >> 2); },
                              {"{0} ^ {1} ^ {2}", "({0} & {1}) | ({0} & {2}) | ({1} & {2})"}};
  return kCell;
}

/// Builds the tree, and keeps it as a list of cells in the order of evaluation. Nets 0 to bits^2 - 1 are the
/// partial-product bits a[j] w[i], at i bits + j.
class Tree {
 public:
  Tree(int bits, int approximate_columns, TreeCell compressor)
      : bits_(bits), approximate_columns_(approximate_columns), compressor_(std::move(compressor)), nets_(bits * bits) {
    std::vector<Column> columns(static_cast<size_t>(2 * bits));
    for (int i = 0; i < bits; ++i) {
      for (int j = 0; j < bits; ++j) {
        columns[static_cast<size_t>(i + j)].push_back(i * bits + j);
      }
    }
    for (int height = bits; height > 2;) {
      height = (height + 1) / 2;
      columns = reduce(std::move(columns), height);
    }
    columns_ = std::move(columns);
  }

  uint64_t product(uint64_t a, uint64_t w) const {
    std::vector<uint8_t> values(static_cast<size_t>(nets_));
    for (int i = 0; i < bits_; ++i) {
      for (int j = 0; j < bits_; ++j) {
        values[static_cast<size_t>(i * bits_ + j)] = static_cast<uint8_t>((a >> j) & (w >> i) & 1);
      }
    }
    for (const Instance& instance : instances_) {
      uint32_t inputs = 0;
      for (size_t i = 0; i < instance.inputs.size(); ++i) {
        inputs |= static_cast<uint32_t>(values[static_cast<size_t>(instance.inputs[i])]) << i;
      }
      const uint32_t outputs = instance.cell->outputs(inputs);
      for (size_t i = 0; i < instance.cell->expressions.size(); ++i) {
        values[static_cast<size_t>(instance.first_output) + i] = static_cast<uint8_t>((outputs >> i) & 1);
      }
    }
    uint64_t sum = 0;
    for (size_t column = 0; column < columns_.size(); ++column) {
      for (const int net : columns_[column]) {
        sum += static_cast<uint64_t>(values[static_cast<size_t>(net)]) << column;
      }
    }
    return sum;
  }

  std::string statements() const {
    std::string text;
    for (int net = 0; net < bits_ * bits_; ++net) {
      text += fmt::format("  logic n{0};\n  assign n{0} = a[{1}] & w[{2}];\n", net, net % bits_, net / bits_);
    }
    for (const Instance& instance : instances_) {
      fmt::dynamic_format_arg_store<fmt::format_context> inputs;
      for (const int net : instance.inputs) {
        inputs.push_back(fmt::format("n{}", net));
      }
      for (size_t i = 0; i < instance.cell->expressions.size(); ++i) {
        text += fmt::format("  logic n{0};\n  assign n{0} = {1};\n", instance.first_output + static_cast<int>(i),
                            fmt::vformat(instance.cell->expressions[i], inputs));
      }
    }
    // Carries out of the last column are dropped.
    for (const int net : dropped_) {
      text += fmt::format("  logic unused{0};\n  assign unused{0} = n{0};\n", net);
    }
    return text + fmt::format("  assign p = {{{}}}\n    + {{{}}};\n", last_row(0), last_row(1));
  }

 private:
  using Column = std::deque<int>;  ///< nets
  struct Instance {
    const TreeCell* cell;
    std::vector<int> inputs;
    int first_output;
  };

  /// Feeds the first bits of `column` to a cell; returns its first output net.
  int place(const TreeCell& cell, Column& column, size_t inputs) {
    Instance instance{&cell, {column.begin(), column.begin() + static_cast<std::ptrdiff_t>(inputs)}, nets_};
    column.erase(column.begin(), column.begin() + static_cast<std::ptrdiff_t>(inputs));
    nets_ += static_cast<int>(cell.expressions.size());
    instances_.push_back(std::move(instance));
    return instances_.back().first_output;
  }

  /// One stage: every column of at most `height` bits, the carries into it included.
  std::vector<Column> reduce(std::vector<Column> columns, int height) {
    std::vector<Column> reduced(columns.size());
    const auto carry = [&](std::vector<Column>& into, size_t column, int net) {
      if (column + 1 < columns.size()) {
        into[column + 1].push_back(net);
      } else {
        dropped_.push_back(net);
      }
    };
    for (size_t c = 0; c < columns.size(); ++c) {
      Column& bits = columns[c];
      for (;;) {
        const int excess = static_cast<int>(bits.size() + reduced[c].size()) - height;
        if (excess <= 0) {
          break;
        }
        if (excess >= 3 && bits.size() >= 4 && static_cast<int>(c) < approximate_columns_) {
          const int sum = place(compressor_, bits, 4);
          reduced[c].push_back(sum);
          carry(reduced, c, sum + 1);
        } else if (excess >= 3 && bits.size() >= 4) {
          // The first full adder's carry is the carry chain: the next column takes it in this same stage.
          const int first = place(full_adder(), bits, 3);
          carry(columns, c, first + 1);
          bits.push_front(first);
          const bool chained = bits.size() >= 3;
          const int second = place(chained ? full_adder() : half_adder(), bits, chained ? 3 : 2);
          reduced[c].push_back(second);
          carry(reduced, c, second + 1);
        } else {
          const bool three = excess >= 2 && bits.size() >= 3;
          const int sum = place(three ? full_adder() : half_adder(), bits, three ? 3 : 2);
          reduced[c].push_back(sum);
          carry(reduced, c, sum + 1);
        }
      }
      reduced[c].insert(reduced[c].end(), bits.begin(), bits.end());
    }
    return reduced;
  }

  std::string last_row(size_t row) const {
    std::string text;
    for (auto column = columns_.rbegin(); column != columns_.rend(); ++column) {
      text += text.empty() ? "" : ", ";
      text += row < column->size() ? fmt::format("n{}", (*column)[row]) : "1'b0";
    }
    return text;
  }

  int bits_;
  int approximate_columns_;
  TreeCell compressor_;
  int nets_;
  std::vector<Instance> instances_;
  std::vector<int> dropped_;
  std::vector<Column> columns_;
};

}  // namespace

MultiplierCircuit compressor_tree(int bits, int approximate_columns, const ApproximateCompressor& compressor) {
  // The instances point at the tree's own compressor, so it must not move.
  const auto tree = std::make_shared<const Tree>(bits, approximate_columns, compressor);
  return {[tree](uint64_t a, uint64_t w) { return tree->product(a, w); }, tree->statements()};
}

std::vector<FamilyParameter> compressor_tree_parameters(int bits) {
  return {{"columns", "least significant columns whose compressors are approximate", 0, 2 * bits, bits - 1}};
}

}  // namespace faultline::hw
