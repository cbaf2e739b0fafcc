#include "sim/engine/stuck_layer.h"

#include <algorithm>
#include <utility>

#include "sim/engine/fault_cone.h"

namespace faultline::engine {

template <typename Code>
struct StuckLayer<Code>::Command {
  explicit Command(const ComputeView& of)
      : view(of), block(of.command().step->compute), tiles(of.folds() / of.folds_a_tile()), folds(of.folds_a_tile()) {}

  /// The tap that row `row` of a fold multiplies (weight- and input-stationary), or -1 when it is not valid.
  int64_t tap(int64_t fold, int row, bool upside_down) const {
    const int word = upside_down ? view.rows() - 1 - row : row;
    return word < view.valid_rows(fold) ? block.tap_begin + fold * view.rows() + word : -1;
  }

  const ComputeView& view;
  const mapping::ComputeBlock& block;
  int64_t tiles, folds;
};

template <typename Code>
StuckLayer<Code>::StuckLayer(const model::MatrixOperator& layer, std::vector<const ComputeView*> views,
                             const hw::GridConfig& grid, const std::vector<int16_t>& by_activation, bool first)
    : views_(std::move(views)),
      grid_(grid),
      by_activation_(by_activation),
      first_(first),
      channels_(static_cast<size_t>(layer.geometry.out_channels)),
      pixels_(static_cast<size_t>(layer.geometry.pixels())),
      matrix_(layer.geometry, layer.layout, layer.pad_value),
      weights_(weights_of<Code>(layer).size()),
      operands_(static_cast<size_t>(matrix_.taps()) * pixels_),
      differences_(channels_ * pixels_) {
  const auto taps = static_cast<size_t>(matrix_.taps());
  for (size_t i = 0; i < weights_.size(); ++i) {
    const size_t plane = i / taps / channels_;
    weights_[(plane * taps + i % taps) * channels_ + i / taps % channels_] = weights_of<Code>(layer)[i];
  }
}

template <typename Code>
void StuckLayer<Code>::fill_operands(const std::vector<Code>& input, int group) {
  matrix_.fill(input.data(), group, 0, matrix_.rows(), pixels_, operands_.data());
}

template <typename Code>
const std::vector<SumOf<Code>>& StuckLayer<Code>::differences(const std::vector<Code>& input, const Array& array) {
  std::fill(differences_.begin(), differences_.end(), 0);
  int filled = -1;
  for (const ComputeView* view : views_) {
    const Command command(*view);
    if (std::exchange(filled, command.block.group) != command.block.group) {
      fill_operands(input, command.block.group);
    }
    switch (grid_.dataflow) {
      case hw::Dataflow::kWeightStationary:
        weight_stationary(command, array);
        follow_columns(command, array);
        break;
      case hw::Dataflow::kInputStationary:
        input_stationary(command, array);
        follow_columns(command, array);
        break;
      case hw::Dataflow::kOutputStationary:
        output_stationary(command, array);
        follow_accumulators(command, array);
        break;
    }
  }
  return differences_;
}

/// One activation meets the weights of a row: their products lie next to each other. For 8-bit operands.
template <typename Code>
void StuckLayer<Code>::one_pixel(int64_t tap, int row, int channel, int channel_end, const Array& array) {
  const Code moving = activation(tap, 0);
  const auto products_of = [&](Code code) { return by_activation_.data() + (size_t{static_cast<uint8_t>(code)} << 8); };
  const int16_t* right = products_of(moving);
  const Code* weights = weights_.data() + static_cast<size_t>(tap) * channels_;
  for (const auto& [column, at] : array.wrong_products(row)) {
    if (channel + column >= channel_end) {
      break;
    }
    const Code held = weights[channel + column];
    const int16_t* wrong = products_of(at.eastward.of(moving));
    const auto now = at.product.of(ProductOf<Code>{wrong[static_cast<uint8_t>(at.other.of(held))]});
    add(channel + column, 0, now - right[static_cast<uint8_t>(held)]);
  }
}

template <typename Code>
void StuckLayer<Code>::weight_stationary(const Command& command, const Array& array) {
  const mapping::ComputeBlock& block = command.block;
  const hw::Multiplier& multiplier = grid_.multiplier;
  for (int64_t tile = 0; tile < command.tiles; ++tile) {
    const int channel = block.channel_begin + static_cast<int>(tile) * array.columns();
    for (int64_t fold = 0; fold < command.folds; ++fold) {
      for (int row = 0; row < array.rows(); ++row) {
        const int64_t tap = command.tap(fold, row, false);
        if (tap < 0) {
          continue;
        }
        if (pixels_ == 1 && !by_activation_.empty()) {
          one_pixel(tap, row, channel, block.channel_end, array);
          continue;
        }
        for (const auto& [column, at] : array.wrong_products(row)) {
          if (channel + column >= block.channel_end) {
            break;
          }
          const Code held = weight(tap, channel + column);
          const Code used = at.other.of(held);
          for (int64_t pixel = block.pixel_begin; pixel < block.pixel_end; ++pixel) {
            const Code moving = activation(tap, pixel);
            const Sum now = at.product.of(product_of(multiplier, at.eastward.of(moving), used));
            add(channel + column, pixel, now - product_of(multiplier, moving, held));
          }
        }
      }
    }
  }
}

template <typename Code>
void StuckLayer<Code>::input_stationary(const Command& command, const Array& array) {
  const mapping::ComputeBlock& block = command.block;
  const hw::Multiplier& multiplier = grid_.multiplier;
  for (int64_t tile = 0; tile < command.tiles; ++tile) {
    for (int64_t fold = 0; fold < command.folds; ++fold) {
      for (int row = 0; row < array.rows(); ++row) {
        const int64_t tap = command.tap(fold, row, true);
        if (tap < 0) {
          continue;
        }
        for (const auto& [column, at] : array.wrong_products(row)) {
          const int64_t pixel = block.pixel_begin + tile * array.columns() + column;
          if (pixel >= block.pixel_end) {
            break;
          }
          const Code held = activation(tap, pixel);
          const Code used = at.other.of(held);
          for (int channel = block.channel_begin; channel < block.channel_end; ++channel) {
            const Code moving = weight(tap, channel);
            const Sum now = at.product.of(product_of(multiplier, used, at.eastward.of(moving)));
            add(channel, pixel, now - product_of(multiplier, held, moving));
          }
        }
      }
    }
  }
}

template <typename Code>
void StuckLayer<Code>::output_stationary(const Command& command, const Array& array) {
  const mapping::ComputeBlock& block = command.block;
  const hw::Multiplier& multiplier = grid_.multiplier;
  const auto multiply = [&](Code east, Code other) { return product_of(multiplier, east, other); };
  for (int64_t tile = 0; tile < command.tiles; ++tile) {
    for (int row = 0; row < array.rows(); ++row) {
      const int64_t pixel = block.pixel_begin + tile * array.rows() + row;
      if (pixel >= block.pixel_end) {
        break;
      }
      for (const auto& [column, at] : array.wrong_products(row)) {
        const int channel = block.channel_begin + column;
        if (channel >= block.channel_end) {
          break;
        }
        for (int64_t tap = block.tap_begin; tap < block.tap_end; ++tap) {
          const Code east = activation(tap, pixel);
          const Code other = weight(tap, channel);
          add(channel, pixel, Sum{Array::product(at, east, other, multiply)} - multiply(east, other));
        }
      }
    }
  }
}

/// Weight- and input-stationary: sums pass all rows of their column, whether these multiply or not.
template <typename Code>
void StuckLayer<Code>::follow_columns(const Command& command, const Array& array) {
  const mapping::ComputeBlock& block = command.block;
  const bool weights_move = grid_.dataflow == hw::Dataflow::kInputStationary;
  const hw::Multiplier& multiplier = grid_.multiplier;
  const auto multiply = [&](Code east, Code other) {
    return weights_move ? product_of(multiplier, other, east) : product_of(multiplier, east, other);
  };
  const auto follow = [&](int64_t fold, int column, int channel, int64_t pixel) {
    Sum right = 0;
    Sum wrong = 0;
    for (int row = 0; row < array.rows(); ++row) {
      const StuckElement<Code>& at = array.element(row, column);
      const int64_t tap = command.tap(fold, row, weights_move);
      if (tap >= 0) {
        const Code east = weights_move ? weight(tap, channel) : activation(tap, pixel);
        const Code other = weights_move ? activation(tap, pixel) : weight(tap, channel);
        right = add_to(right, multiply(east, other));
        wrong = add_to(wrong, Array::product(at, east, other, multiply));
      }
      wrong = at.sum.of(wrong);
    }
    add(channel, pixel, sum_difference(wrong, right));
  };
  for (int64_t tile = 0; tile < command.tiles; ++tile) {
    for (int64_t fold = 0; fold < command.folds; ++fold) {
      for (const int column : array.wrong_sums()) {
        const int64_t place = tile * array.columns() + column;
        if (weights_move) {
          for (int channel = block.channel_begin; channel < block.channel_end; ++channel) {
            if (block.pixel_begin + place < block.pixel_end) {
              follow(fold, column, channel, block.pixel_begin + place);
            }
          }
        } else if (block.channel_begin + place < block.channel_end) {
          for (int64_t pixel = block.pixel_begin; pixel < block.pixel_end; ++pixel) {
            follow(fold, column, block.channel_begin + static_cast<int>(place), pixel);
          }
        }
      }
    }
  }
}

/// Output-stationary: accumulators start with what the drain before has left, and pass the rows below when drained.
template <typename Code>
void StuckLayer<Code>::follow_accumulators(const Command& command, const Array& array) {
  const mapping::ComputeBlock& block = command.block;
  const auto multiply = [&](Code east, Code other) { return product_of(grid_.multiplier, east, other); };
  for (int64_t tile = 0; tile < command.tiles; ++tile) {
    for (int row = 0; row < array.rows(); ++row) {
      const int64_t pixel = block.pixel_begin + tile * array.rows() + row;
      if (pixel >= block.pixel_end) {
        break;
      }
      for (const int column : array.wrong_sums()) {
        const int channel = block.channel_begin + column;
        if (channel >= block.channel_end) {
          break;
        }
        const StuckElement<Code>& at = array.element(row, column);
        Sum right = 0;
        Sum wrong = array.empty_accumulator(row, column, fresh(command.view, tile));
        for (int64_t tap = block.tap_begin; tap < block.tap_end; ++tap) {
          const Code east = activation(tap, pixel);
          const Code other = weight(tap, channel);
          right = add_to(right, multiply(east, other));
          wrong = at.sum.of(add_to(wrong, Array::product(at, east, other, multiply)));
        }
        add(channel, pixel, sum_difference(array.drained(row, column, wrong), right));
      }
    }
  }
}

template <typename Code>
SumOf<Code> StuckLayer<Code>::fold_sum(const ComputeView& view, int64_t fold, int64_t phase, int row, int column,
                                       const Array& array) const {
  const auto product = [&](StreamSlot slot, int at_row) -> Sum {
    const auto multiply = [&](Code a, Code b) {
      return static_cast<ProductOf<Code>>(view.product_of(a, b, at_row, column));
    };
    const ArrayOperand east = view.eastward(slot, at_row);
    const ArrayOperand other = view.other(slot, at_row, column);
    return east.valid && other.valid ? Array::product(array.element(at_row, column), static_cast<Code>(east.value),
                                                      static_cast<Code>(other.value), multiply)
                                     : ProductOf<Code>{0};
  };
  if (grid_.dataflow == hw::Dataflow::kOutputStationary) {
    const auto& stuck = array.element(row, column).sum;
    Sum sum = array.empty_accumulator(row, column, fresh(view, fold));
    for (int64_t at = 0; at < view.stream(); ++at) {
      sum = stuck.of(add_to(sum, product({fold, at}, row)));
    }
    return array.drained(row, column, sum);
  }
  Sum sum = 0;
  for (int at = 0; at < view.rows(); ++at) {
    sum = array.element(at, column).sum.of(add_to(sum, product({fold, phase}, at)));
  }
  return sum;
}

template class StuckLayer<int8_t>;
template class StuckLayer<int16_t>;

}  // namespace faultline::engine
