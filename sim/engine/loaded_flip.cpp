// Flips of words of the buffers that transfers load: wrong until they are loaded again, for everything that reads them.
#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "sim/engine/channel_parameters.h"
#include "sim/engine/fault_cone.h"
#include "sim/engine/pooling_window.h"

namespace faultline::engine {
namespace {

using hw::LoadTarget;

/// A byte of a loaded buffer with inverted bits.
struct LoadedFlip {
  const ConeContext& context;
  int64_t byte;  ///< its address
  uint8_t mask;
  uint64_t cycle;  ///< reads at later cycles see it

  /// The operand that the byte belongs to, by address in operands.
  int64_t address() const { return byte / context.format().operand_bytes(); }

  bool seen_at(const ComputeView& view, int64_t cycles_after_start) const {
    return static_cast<int64_t>(cycle) < static_cast<int64_t>(view.command().first_cycle) + cycles_after_start;
  }
  /// That operand with the flip; bits of the byte beyond the operand's width do not count.
  int16_t struck(int16_t value) const {
    const auto place = static_cast<int>(byte % context.format().operand_bytes());
    return static_cast<int16_t>(hw::wrap_to(value ^ (mask << (8 * place)), context.format().operand_bits));
  }
  /// What the array gets for the weight with the flip.
  int16_t struck_weight(const ComputeView& view) const {
    return view.passed_weight(struck(view.stored_weight(address())));
  }
};

/// One operand of a row and a word of the stream is wrong, in every column.
void replace_eastward(const LoadedFlip& flip, const ComputeView& view, StreamSlot slot, int row, int16_t value) {
  const ArrayOperand before = view.eastward(slot, row);
  const ArrayOperand now{value, true};
  for (int column = 0; column < view.columns(); ++column) {
    const ArrayOperand other = view.other(slot, row, column);
    flip.context.effect.add_sum(
        view, slot, row, column,
        sum_difference(view.product(now, other, row, column), view.product(before, other, row, column)));
  }
}

/// A stationary operand is wrong in a whole fold.
void replace_stationary(const LoadedFlip& flip, const ComputeView& view, int64_t fold, int row, int column,
                        int16_t value) {
  const ArrayOperand before = view.stationary(fold, row, column);
  const ArrayOperand now{value, true};
  for (int64_t phase = 0; phase < view.stream(); ++phase) {
    const StreamSlot slot{fold, phase};
    const ArrayOperand moving = view.eastward(slot, row);
    flip.context.effect.add_sum(
        view, slot, row, column,
        sum_difference(view.product(moving, now, row, column), view.product(moving, before, row, column)));
  }
}

/// An operand from the north meets all rows (output-stationary).
void replace_southward(const LoadedFlip& flip, const ComputeView& view, StreamSlot slot, int column, int16_t value) {
  const ArrayOperand before = view.other(slot, 0, column);
  const ArrayOperand now{value, true};
  for (int row = 0; row < view.rows(); ++row) {
    const ArrayOperand activation = view.eastward(slot, row);
    flip.context.effect.add_sum(
        view, slot, row, column,
        sum_difference(view.product(activation, now, row, column), view.product(activation, before, row, column)));
  }
}

/// Words of the weight buffer that lie `pitch` apart and whose lanes reach the address: calls visit(word, lane).
template <typename Visit>
void for_words(const LoadedFlip& flip, const ComputeView& view, int64_t words, int lanes, Visit visit) {
  const int64_t offset = flip.address() - view.weight_base();
  const int64_t pitch = view.weight_pitch();
  const int64_t last = std::min(offset / pitch, words - 1);
  for (int64_t word = last; word >= 0 && offset - word * pitch < lanes; --word) {
    visit(word, static_cast<int>(offset - word * pitch));
  }
}

void weight_stationary_weight(const LoadedFlip& flip, const ComputeView& view) {
  const int16_t now = flip.struck_weight(view);
  const int64_t whole = view.folds_a_tile() - 1;
  const int64_t rows_a_tile = whole * view.rows() + view.valid_rows(whole);
  const int64_t tiles = view.folds() / view.folds_a_tile();
  for_words(flip, view, tiles * rows_a_tile, view.used_columns(), [&](int64_t word, int lane) {
    const int column = view.column_map().physical(lane);
    const int64_t in_tile = word % rows_a_tile;
    const int64_t fold = word / rows_a_tile * view.folds_a_tile() + in_tile / view.rows();
    const auto row = static_cast<int>(view.valid_rows(fold) - 1 - in_tile % view.rows());
    if (flip.seen_at(view, view.shift_number(fold, view.rows() - 1 - row) + 3 + column)) {
      replace_stationary(flip, view, fold, row, column, now);
    }
  });
}

void input_stationary_weight(const LoadedFlip& flip, const ComputeView& view) {
  const int16_t now = flip.struck_weight(view);
  for_words(flip, view, view.folds_a_tile() * view.stream(), view.rows(), [&](int64_t word, int lane) {
    for (int64_t fold = word / view.stream(); fold < view.folds(); fold += view.folds_a_tile()) {
      const StreamSlot slot{fold, word % view.stream()};
      if (flip.seen_at(view, view.number_of(slot) + 3 + lane)) {
        replace_eastward(flip, view, slot, lane, now);
      }
    }
  });
}

void output_stationary_weight(const LoadedFlip& flip, const ComputeView& view) {
  const int16_t now = flip.struck_weight(view);
  for_words(flip, view, view.stream(), view.used_columns(), [&](int64_t word, int lane) {
    const int column = view.column_map().physical(lane);
    for (int64_t fold = 0; fold < view.folds(); ++fold) {
      const StreamSlot slot{fold, word};
      if (flip.seen_at(view, view.number_of(slot) + 3 + column)) {
        replace_southward(flip, view, slot, column, now);
      }
    }
  });
}

void flip_weight(const LoadedFlip& flip) {
  const ConeContext& context = flip.context;
  const auto read = context.grid().dataflow == hw::Dataflow::kWeightStationary  ? weight_stationary_weight
                    : context.grid().dataflow == hw::Dataflow::kInputStationary ? input_stationary_weight
                                                                                : output_stationary_weight;
  const auto& commands = context.schedule.commands();
  for (size_t number = context.schedule.first_running(flip.cycle); number < commands.size(); ++number) {
    const auto written = context.schedule.written(commands[number], LoadTarget::kWeight, flip.byte);
    if (written && *written > flip.cycle) {
      return;
    }
    const ComputeView* view = context.views[number].get();
    if (view != nullptr && flip.address() >= view->weight_base()) {
      read(flip, *view);
    }
  }
}

void compute_with_input(const LoadedFlip& flip, const ComputeView& view) {
  std::vector<std::pair<size_t, size_t>> readers;
  view.window().readers(flip.address(), readers);
  if (readers.empty()) {
    return;
  }
  const int16_t now = flip.struck(view.window().operand(flip.address(), view.input()));
  const auto rows = static_cast<size_t>(view.rows());
  const auto columns = static_cast<size_t>(view.used_columns());
  const hw::Dataflow dataflow = flip.context.grid().dataflow;
  for (const auto& [pixel, tap] : readers) {
    if (dataflow == hw::Dataflow::kOutputStationary) {
      const StreamSlot slot{static_cast<int64_t>(pixel / rows), static_cast<int64_t>(tap)};
      const auto row = static_cast<int>(pixel % rows);
      if (flip.seen_at(view, view.number_of(slot) + 3 + row)) {
        replace_eastward(flip, view, slot, row, now);
      }
      continue;
    }
    const auto fold_in_tile = static_cast<int64_t>(tap / rows);
    const auto word = static_cast<int>(tap % rows);
    if (dataflow == hw::Dataflow::kInputStationary) {
      const int64_t fold = static_cast<int64_t>(pixel / columns) * view.folds_a_tile() + fold_in_tile;
      const int column = view.column_map().physical(static_cast<int>(pixel % columns));
      if (word < view.valid_rows(fold) && flip.seen_at(view, view.shift_number(fold, word) + 3 + column)) {
        replace_stationary(flip, view, fold, view.rows() - 1 - word, column, now);
      }
      continue;
    }
    for (int64_t fold = fold_in_tile; fold < view.folds(); fold += view.folds_a_tile()) {
      const StreamSlot slot{fold, static_cast<int64_t>(pixel)};
      if (flip.seen_at(view, view.number_of(slot) + 3 + word)) {
        replace_eastward(flip, view, slot, word, now);
      }
    }
  }
}

/// What pooling gives with the flipped byte; the part of the window that was read before the flip is as it was.
void pool_with_input(const LoadedFlip& flip, const ScheduledCommand& command) {
  const hw::CommandDescriptor& d = command.descriptor();
  const ConeContext& context = flip.context;
  const WindowView view(context.schedule, command, d.rows, d.stream);
  std::vector<std::pair<size_t, size_t>> readers;
  for (int lane = 0; lane < d.lanes; ++lane) {
    view.readers(flip.address() - lane, readers);
    std::sort(readers.begin(), readers.end());
    for (size_t first = 0; first < readers.size();) {
      const size_t pixel = readers[first].first;
      size_t last = first;
      while (last < readers.size() && readers[last].first == pixel) {
        ++last;
      }
      PoolingWindow golden(context, command, view, pixel, lane);
      PoolingWindow window = golden;
      for (size_t tap = 0; tap < view.tap_count(); ++tap) {
        int16_t code = window.golden_code(tap);
        golden.join(tap, code);
        const bool reads = std::find(readers.begin() + static_cast<std::ptrdiff_t>(first),
                                     readers.begin() + static_cast<std::ptrdiff_t>(last),
                                     std::make_pair(pixel, tap)) != readers.begin() + static_cast<std::ptrdiff_t>(last);
        const uint64_t read_at = command.first_cycle + 3 + pixel * view.tap_count() + tap;
        const int16_t now = reads && flip.cycle < read_at ? flip.struck(code) : code;
        if (now != code) {
          context.effect.reach(Station::kPooling);
        }
        window.join(tap, now);
      }
      context.effect.set_output(command.layer, window.neuron(), golden.finished(), window.finished());
      first = last;
    }
  }
}

/// The operand that the input buffer holds at an address while a command runs.
int16_t input_operand(const ConeContext& context, const ScheduledCommand& command, int64_t address) {
  std::array<uint8_t, 2> found{};
  const int bytes = context.format().operand_bytes();
  for (int byte = 0; byte < bytes; ++byte) {
    const int64_t at = address * bytes + byte;
    if (const ScheduledCommand* load = context.schedule.content_of(LoadTarget::kInput, at, command.number)) {
      found[static_cast<size_t>(byte)] = context.loaded_byte(*load, at);
    }
  }
  return operand_in(found.data(), context.format());
}

/// True when registers that hold what the last window of all fetched and joined, lane by lane, differ at the end. Lanes
/// without a neuron read the buffer too.
bool last_window_differs(const LoadedFlip& flip) {
  const ConeContext& context = flip.context;
  const ScheduledCommand& pool = context.schedule.commands()[context.end.last_pool - 1];
  if (context.schedule.content_at(LoadTarget::kInput, flip.byte, flip.cycle) !=
      context.schedule.content_of(LoadTarget::kInput, flip.byte, pool.number)) {
    return false;  // overwritten before it is read
  }
  const hw::CommandDescriptor& d = pool.descriptor();
  const WindowView view(context.schedule, pool, d.rows, d.stream);
  const auto pixel = static_cast<size_t>(d.rows) - 1;
  for (int lane = 0; lane < context.grid().used_columns(); ++lane) {
    PoolingWindow golden(context, pool, view, pixel, lane);
    PoolingWindow window = golden;
    for (size_t tap = 0; tap < view.tap_count(); ++tap) {
      const int64_t address = view.address(pixel, tap) + lane;
      const int16_t code = input_operand(context, pool, address);
      const uint64_t read_at = pool.first_cycle + 3 + pixel * view.tap_count() + tap;
      const int16_t now = address == flip.address() && flip.cycle < read_at ? flip.struck(code) : code;
      if (now != code && tap + 1 == view.tap_count()) {
        return true;  // still in the register that fetched it
      }
      golden.join(tap, code);
      window.join(tap, now);
    }
    if (golden.joined() != window.joined()) {
      return true;
    }
  }
  return false;
}

void flip_input(const LoadedFlip& flip) {
  const ConeContext& context = flip.context;
  if (context.end.in_last_window(flip.address()) && flip.cycle <= context.end.pool_read) {
    if (!context.effect.alone()) {
      context.effect.doubt_end();  // other faults, or what became of this one, may have changed the window already
    } else if (last_window_differs(flip)) {
      context.effect.leave_residue();
    }
  }
  const auto& commands = context.schedule.commands();
  const size_t first = context.schedule.first_running(flip.cycle);
  const size_t end = first < commands.size() ? context.schedule.end_of_layer(commands[first].layer) : first;
  for (size_t number = first; number < end; ++number) {
    const ScheduledCommand& command = commands[number];
    const auto written = context.schedule.written(command, LoadTarget::kInput, flip.byte);
    if (written && *written > flip.cycle) {
      return;
    }
    if (context.views[number] != nullptr) {
      compute_with_input(flip, *context.views[number]);
    } else if (command.opcode == hw::Opcode::kPool) {
      pool_with_input(flip, command);
    }
  }
}

bool post_processes(const ScheduledCommand& command) {
  return command.opcode == hw::Opcode::kPostProcess ||
         (command.opcode == hw::Opcode::kPool && command.descriptor().maximum == 0);
}

/// Calls visit(row, lane, neuron, sum) for everything that a kPostProcess or a summing kPool writes.
template <typename Visit>
void for_sums(const ConeContext& context, const ScheduledCommand& command, int64_t row_begin, int64_t row_end,
              int64_t lane_begin, int64_t lane_end, Visit visit) {
  const hw::CommandDescriptor& d = command.descriptor();
  std::optional<WindowView> view;
  if (command.opcode == hw::Opcode::kPool) {
    view.emplace(context.schedule, command, d.rows, d.stream);
  }
  for (int64_t row = row_begin; row < row_end; ++row) {
    for (int64_t lane = lane_begin; lane < lane_end; ++lane) {
      const WrittenNeuron neuron = neuron_of(*command.step, row, lane);
      if (!view) {
        visit(row, neuron, context.effect.sum(command.layer, neuron));
        continue;
      }
      PoolingWindow window(context, command, *view, static_cast<size_t>(row), static_cast<int>(lane));
      for (size_t tap = 0; tap < view->tap_count(); ++tap) {
        window.join(tap, window.golden_code(tap));
      }
      visit(row, neuron, window.joined());
    }
  }
}

void flip_parameter(const LoadedFlip& flip) {
  const ConeContext& context = flip.context;
  const int entry_bytes = context.schedule.config().parameter_bytes();
  const int64_t entry = flip.byte / entry_bytes;
  const int64_t byte = flip.byte % entry_bytes;
  const auto& commands = context.schedule.commands();
  const size_t first = context.schedule.first_running(flip.cycle);
  const size_t end = first < commands.size() ? context.schedule.end_of_layer(commands[first].layer) : first;
  // Bias, then multiplier and residue, then shift and bounds are read one cycle after another.
  const int64_t after_bias = byte - context.format().sum_bytes();
  const uint64_t stage = after_bias < 0 ? 0 : after_bias < 8 ? 1 : 2;
  for (size_t number = first; number < end; ++number) {
    const ScheduledCommand& command = commands[number];
    const auto written = context.schedule.written(command, LoadTarget::kParameter, flip.byte);
    if (written && *written > flip.cycle) {
      return;
    }
    const hw::CommandDescriptor& d = command.descriptor();
    const int64_t place = entry - d.parameter_base;
    const bool by_row = d.parameter_by_row != 0;
    if (!post_processes(command) || place < 0 || place >= (by_row ? d.rows : d.lanes)) {
      continue;
    }
    const int64_t row_begin = by_row ? place : 0;
    const int64_t row_end = by_row ? place + 1 : d.rows;
    for_sums(context, command, row_begin, row_end, by_row ? 0 : place, by_row ? d.lanes : place + 1,
             [&](int64_t row, WrittenNeuron neuron, int64_t sum) {
               if (flip.cycle < biased_cycle(command, row) + stage) {
                 ChannelParameters parameters = context.effect.parameters(command.layer, neuron.channel);
                 const ProcessedValue golden = parameters.finished(sum);
                 parameters.flip(byte, flip.mask);
                 context.effect.set_output(command.layer, neuron, golden, parameters.finished(sum));
               }
             });
  }
}

void flip_table(const LoadedFlip& flip) {
  const ConeContext& context = flip.context;
  const auto& commands = context.schedule.commands();
  const size_t first = context.schedule.first_running(flip.cycle);
  const size_t end = first < commands.size() ? context.schedule.end_of_layer(commands[first].layer) : first;
  for (size_t number = first; number < end; ++number) {
    const ScheduledCommand& command = commands[number];
    const auto written = context.schedule.written(command, LoadTarget::kTable, flip.byte);
    if (written && *written > flip.cycle) {
      return;
    }
    const hw::CommandDescriptor& d = command.descriptor();
    if (!post_processes(command) || d.use_table == 0) {
      continue;
    }
    for_sums(context, command, 0, d.rows, 0, d.lanes, [&](int64_t row, WrittenNeuron neuron, int64_t sum) {
      const ChannelParameters parameters = context.effect.parameters(command.layer, neuron.channel);
      const int64_t code = parameters.code(parameters.product(parameters.biased(sum)));
      if (code + 128 == flip.byte && flip.cycle < biased_cycle(command, row) + 2) {
        context.effect.flip_output(command.layer, neuron, 0, flip.mask);
      }
    });
  }
}

}  // namespace

void flip_loaded_byte(const ConeContext& context, LoadTarget target, int64_t address, uint8_t mask, uint64_t cycle) {
  if (cycle >= context.schedule.last_written(target, address)) {
    context.effect.leave_residue();
  }
  using Flip = void (*)(const LoadedFlip&);
  static const std::map<LoadTarget, Flip> kFlips = {{LoadTarget::kInput, flip_input},
                                                    {LoadTarget::kWeight, flip_weight},
                                                    {LoadTarget::kParameter, flip_parameter},
                                                    {LoadTarget::kTable, flip_table}};
  kFlips.at(target)({context, address, mask, cycle});
}

}  // namespace faultline::engine
