#include "sim/engine/stuck_layer.h"

#include <algorithm>
#include <utility>

#include "hw/arithmetic/requantisation.h"
#include "sim/engine/fault_cone.h"

namespace faultline::engine {

struct StuckLayer::Command {
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

StuckLayer::StuckLayer(const model::MatrixOperator& layer, std::vector<const ComputeView*> views,
                       const hw::GridConfig& grid, const std::vector<int16_t>& by_activation, bool first)
    : views_(std::move(views)),
      grid_(grid),
      by_activation_(by_activation),
      first_(first),
      channels_(static_cast<size_t>(layer.geometry.out_channels)),
      pixels_(static_cast<size_t>(layer.geometry.pixels())),
      matrix_(layer.geometry, layer.layout, layer.pad_value),
      weights_(layer.weights.size()),
      operands_(static_cast<size_t>(matrix_.taps()) * pixels_),
      differences_(channels_ * pixels_) {
  const auto taps = static_cast<size_t>(matrix_.taps());
  for (size_t i = 0; i < weights_.size(); ++i) {
    const size_t plane = i / taps / channels_;
    weights_[(plane * taps + i % taps) * channels_ + i / taps % channels_] = layer.weights[i];
  }
}

void StuckLayer::fill_operands(const std::vector<int8_t>& input, int group) {
  matrix_.fill(input.data(), group, 0, matrix_.rows(), pixels_, operands_.data());
}

const std::vector<int32_t>& StuckLayer::differences(const std::vector<int8_t>& input, const StuckArray& array) {
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

/// One activation meets the weights of a row: their products lie next to each other.
void StuckLayer::one_pixel(int64_t tap, int row, int channel, int channel_end, const StuckArray& array) {
  const int8_t moving = activation(tap, 0);
  const auto products_of = [&](int8_t code) {
    return by_activation_.data() + (size_t{static_cast<uint8_t>(code)} << 8);
  };
  const int16_t* right = products_of(moving);
  const int8_t* weights = weights_.data() + static_cast<size_t>(tap) * channels_;
  for (const auto& [column, at] : array.wrong_products(row)) {
    if (channel + column >= channel_end) {
      break;
    }
    const int8_t held = weights[channel + column];
    const int16_t* wrong = products_of(at.eastward.of(moving));
    const int16_t now = at.product.of(wrong[static_cast<uint8_t>(at.other.of(held))]);
    add(channel + column, 0, now - right[static_cast<uint8_t>(held)]);
  }
}

void StuckLayer::weight_stationary(const Command& command, const StuckArray& array) {
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
        if (pixels_ == 1) {
          one_pixel(tap, row, channel, block.channel_end, array);
          continue;
        }
        for (const auto& [column, at] : array.wrong_products(row)) {
          if (channel + column >= block.channel_end) {
            break;
          }
          const int8_t held = weight(tap, channel + column);
          const int8_t used = at.other.of(held);
          for (int64_t pixel = block.pixel_begin; pixel < block.pixel_end; ++pixel) {
            const int8_t moving = activation(tap, pixel);
            const int16_t now = at.product.of(multiplier.product(at.eastward.of(moving), used));
            add(channel + column, pixel, now - multiplier.product(moving, held));
          }
        }
      }
    }
  }
}

void StuckLayer::input_stationary(const Command& command, const StuckArray& array) {
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
          const int8_t held = activation(tap, pixel);
          const int8_t used = at.other.of(held);
          for (int channel = block.channel_begin; channel < block.channel_end; ++channel) {
            const int8_t moving = weight(tap, channel);
            const int16_t now = at.product.of(multiplier.product(used, at.eastward.of(moving)));
            add(channel, pixel, now - multiplier.product(held, moving));
          }
        }
      }
    }
  }
}

void StuckLayer::output_stationary(const Command& command, const StuckArray& array) {
  const mapping::ComputeBlock& block = command.block;
  const hw::Multiplier& multiplier = grid_.multiplier;
  const auto multiply = [&](int8_t east, int8_t other) { return multiplier.product(east, other); };
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
          const int8_t east = activation(tap, pixel);
          const int8_t other = weight(tap, channel);
          add(channel, pixel, StuckArray::product(at, east, other, multiply) - multiply(east, other));
        }
      }
    }
  }
}

/// Weight- and input-stationary: sums pass all rows of their column, whether these multiply or not.
void StuckLayer::follow_columns(const Command& command, const StuckArray& array) {
  const mapping::ComputeBlock& block = command.block;
  const bool weights_move = grid_.dataflow == hw::Dataflow::kInputStationary;
  const hw::Multiplier& multiplier = grid_.multiplier;
  const auto multiply = [&](int8_t east, int8_t other) {
    return weights_move ? multiplier.product(other, east) : multiplier.product(east, other);
  };
  const auto follow = [&](int64_t fold, int column, int channel, int64_t pixel) {
    int32_t right = 0;
    int32_t wrong = 0;
    for (int row = 0; row < array.rows(); ++row) {
      const StuckElement& at = array.element(row, column);
      const int64_t tap = command.tap(fold, row, weights_move);
      if (tap >= 0) {
        const int8_t east = weights_move ? weight(tap, channel) : activation(tap, pixel);
        const int8_t other = weights_move ? activation(tap, pixel) : weight(tap, channel);
        right = hw::wrapping_add(right, multiply(east, other));
        wrong = hw::wrapping_add(wrong, StuckArray::product(at, east, other, multiply));
      }
      wrong = at.sum.of(wrong);
    }
    add(channel, pixel, static_cast<int32_t>(sum_difference(wrong, right)));
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
void StuckLayer::follow_accumulators(const Command& command, const StuckArray& array) {
  const mapping::ComputeBlock& block = command.block;
  const auto multiply = [&](int8_t east, int8_t other) { return grid_.multiplier.product(east, other); };
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
        const StuckElement& at = array.element(row, column);
        int32_t right = 0;
        int32_t wrong = array.empty_accumulator(row, column, fresh(command.view, tile));
        for (int64_t tap = block.tap_begin; tap < block.tap_end; ++tap) {
          const int8_t east = activation(tap, pixel);
          const int8_t other = weight(tap, channel);
          right = hw::wrapping_add(right, multiply(east, other));
          wrong = at.sum.of(hw::wrapping_add(wrong, StuckArray::product(at, east, other, multiply)));
        }
        add(channel, pixel, static_cast<int32_t>(sum_difference(array.drained(row, column, wrong), right)));
      }
    }
  }
}

int32_t StuckLayer::fold_sum(const ComputeView& view, int64_t fold, int64_t phase, int row, int column,
                             const StuckArray& array) const {
  const auto product = [&](StreamSlot slot, int at_row) -> int32_t {
    const auto multiply = [&](int8_t a, int8_t b) {
      return static_cast<int16_t>(view.product_of(a, b, at_row, column));
    };
    const ArrayOperand east = view.eastward(slot, at_row);
    const ArrayOperand other = view.other(slot, at_row, column);
    return east.valid && other.valid
               ? StuckArray::product(array.element(at_row, column), static_cast<int8_t>(east.value),
                                     static_cast<int8_t>(other.value), multiply)
               : 0;
  };
  if (grid_.dataflow == hw::Dataflow::kOutputStationary) {
    const StuckBits<uint32_t>& stuck = array.element(row, column).sum;
    int32_t sum = array.empty_accumulator(row, column, fresh(view, fold));
    for (int64_t at = 0; at < view.stream(); ++at) {
      sum = stuck.of(hw::wrapping_add(sum, product({fold, at}, row)));
    }
    return array.drained(row, column, sum);
  }
  int32_t sum = 0;
  for (int at = 0; at < view.rows(); ++at) {
    sum = array.element(at, column).sum.of(hw::wrapping_add(sum, product({fold, phase}, at)));
  }
  return sum;
}

}  // namespace faultline::engine
