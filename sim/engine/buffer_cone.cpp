// Cones of words of the buffers: wrong from the flip until they are written again, for everything that reads them.
#include <algorithm>
#include <map>
#include <string>

#include "hw/arithmetic/requantisation.h"
#include "sim/engine/channel_parameters.h"
#include "sim/engine/fault_cone.h"
#include "sim/engine/pooling_window.h"

namespace faultline::engine {
namespace {

using hw::LoadTarget;
using hw::Opcode;

/// A word of a loaded buffer with inverted bits.
struct LoadedFlip {
  const ConeContext& context;
  int64_t address;
  uint8_t mask;
  uint64_t cycle;  ///< reads at later cycles see it

  bool seen_at(const ComputeView& view, int64_t cycles_after_start) const {
    return static_cast<int64_t>(cycle) < static_cast<int64_t>(view.command().first_cycle) + cycles_after_start;
  }
  int8_t struck(int8_t value) const { return static_cast<int8_t>(static_cast<uint8_t>(value) ^ mask); }
};

/// One operand of a row and a word of the stream is wrong, in every column.
void replace_eastward(const LoadedFlip& flip, const ComputeView& view, StreamSlot slot, int row) {
  const ArrayOperand before = view.eastward(slot, row);
  const ArrayOperand now{flip.struck(before.value), true};
  for (int column = 0; column < view.columns(); ++column) {
    const ArrayOperand other = view.other(slot, row, column);
    flip.context.effect.add_sum(view, slot, row, column,
                                sum_difference(view.product(now, other), view.product(before, other)));
  }
}

/// A stationary operand is wrong in a whole fold.
void replace_stationary(const LoadedFlip& flip, const ComputeView& view, int64_t fold, int row, int column) {
  const ArrayOperand before = view.stationary(fold, row, column);
  const ArrayOperand now{flip.struck(before.value), true};
  for (int64_t phase = 0; phase < view.stream(); ++phase) {
    const StreamSlot slot{fold, phase};
    const ArrayOperand moving = view.eastward(slot, row);
    flip.context.effect.add_sum(view, slot, row, column,
                                sum_difference(view.product(moving, now), view.product(moving, before)));
  }
}

/// An operand from the north meets all rows (output-stationary).
void replace_southward(const LoadedFlip& flip, const ComputeView& view, StreamSlot slot, int column) {
  const ArrayOperand before = view.other(slot, 0, column);
  const ArrayOperand now{flip.struck(before.value), true};
  for (int row = 0; row < view.rows(); ++row) {
    const ArrayOperand activation = view.eastward(slot, row);
    flip.context.effect.add_sum(view, slot, row, column,
                                sum_difference(view.product(activation, now), view.product(activation, before)));
  }
}

/// Words of the weight buffer that lie `pitch` apart and whose lanes reach the address: calls visit(word, lane).
template <typename Visit>
void for_words(const LoadedFlip& flip, const ComputeView& view, int64_t words, int lanes, Visit visit) {
  const int64_t offset = flip.address - view.weight_base();
  const int64_t pitch = view.weight_pitch();
  const int64_t last = std::min(offset / pitch, words - 1);
  for (int64_t word = last; word >= 0 && offset - word * pitch < lanes; --word) {
    visit(word, static_cast<int>(offset - word * pitch));
  }
}

void weight_stationary_weight(const LoadedFlip& flip, const ComputeView& view) {
  const int64_t whole = view.folds_a_tile() - 1;
  const int64_t rows_a_tile = whole * view.rows() + view.valid_rows(whole);
  const int64_t tiles = view.folds() / view.folds_a_tile();
  for_words(flip, view, tiles * rows_a_tile, view.columns(), [&](int64_t word, int lane) {
    const int64_t in_tile = word % rows_a_tile;
    const int64_t fold = word / rows_a_tile * view.folds_a_tile() + in_tile / view.rows();
    const auto row = static_cast<int>(view.valid_rows(fold) - 1 - in_tile % view.rows());
    if (flip.seen_at(view, view.shift_number(fold, view.rows() - 1 - row) + 3 + lane)) {
      replace_stationary(flip, view, fold, row, lane);
    }
  });
}

void input_stationary_weight(const LoadedFlip& flip, const ComputeView& view) {
  for_words(flip, view, view.folds_a_tile() * view.stream(), view.rows(), [&](int64_t word, int lane) {
    for (int64_t fold = word / view.stream(); fold < view.folds(); fold += view.folds_a_tile()) {
      const StreamSlot slot{fold, word % view.stream()};
      if (flip.seen_at(view, view.number_of(slot) + 3 + lane)) {
        replace_eastward(flip, view, slot, lane);
      }
    }
  });
}

void output_stationary_weight(const LoadedFlip& flip, const ComputeView& view) {
  for_words(flip, view, view.stream(), view.columns(), [&](int64_t word, int lane) {
    for (int64_t fold = 0; fold < view.folds(); ++fold) {
      const StreamSlot slot{fold, word};
      if (flip.seen_at(view, view.number_of(slot) + 3 + lane)) {
        replace_southward(flip, view, slot, lane);
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
    const auto written = context.schedule.written(commands[number], LoadTarget::kWeight, flip.address);
    if (written && *written > flip.cycle) {
      return;
    }
    const ComputeView* view = context.views[number].get();
    if (view != nullptr && flip.address >= view->weight_base()) {
      read(flip, *view);
    }
  }
}

void compute_with_input(const LoadedFlip& flip, const ComputeView& view) {
  std::vector<std::pair<size_t, size_t>> readers;
  view.window().readers(flip.address, readers);
  const auto rows = static_cast<size_t>(view.rows());
  const auto columns = static_cast<size_t>(view.columns());
  const hw::Dataflow dataflow = flip.context.grid().dataflow;
  for (const auto& [pixel, tap] : readers) {
    if (dataflow == hw::Dataflow::kOutputStationary) {
      const StreamSlot slot{static_cast<int64_t>(pixel / rows), static_cast<int64_t>(tap)};
      const auto row = static_cast<int>(pixel % rows);
      if (flip.seen_at(view, view.number_of(slot) + 3 + row)) {
        replace_eastward(flip, view, slot, row);
      }
      continue;
    }
    const auto fold_in_tile = static_cast<int64_t>(tap / rows);
    const auto word = static_cast<int>(tap % rows);
    if (dataflow == hw::Dataflow::kInputStationary) {
      const int64_t fold = static_cast<int64_t>(pixel / columns) * view.folds_a_tile() + fold_in_tile;
      const auto column = static_cast<int>(pixel % columns);
      if (word < view.valid_rows(fold) && flip.seen_at(view, view.shift_number(fold, word) + 3 + column)) {
        replace_stationary(flip, view, fold, view.rows() - 1 - word, column);
      }
      continue;
    }
    for (int64_t fold = fold_in_tile; fold < view.folds(); fold += view.folds_a_tile()) {
      const StreamSlot slot{fold, static_cast<int64_t>(pixel)};
      if (flip.seen_at(view, view.number_of(slot) + 3 + word)) {
        replace_eastward(flip, view, slot, word);
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
    view.readers(flip.address - lane, readers);
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
        int8_t code = window.golden_code(tap);
        golden.join(tap, code);
        const bool reads = std::find(readers.begin() + static_cast<std::ptrdiff_t>(first),
                                     readers.begin() + static_cast<std::ptrdiff_t>(last),
                                     std::make_pair(pixel, tap)) != readers.begin() + static_cast<std::ptrdiff_t>(last);
        const uint64_t read_at = command.first_cycle + 3 + pixel * view.tap_count() + tap;
        if (reads && flip.cycle < read_at) {
          code = flip.struck(code);
          context.effect.reach(Station::kPooling);
        }
        window.join(tap, code);
      }
      context.effect.set_output(command.layer, window.neuron(), golden.finished(), window.finished());
      first = last;
    }
  }
}

void flip_input(const LoadedFlip& flip) {
  const ConeContext& context = flip.context;
  if (context.end.in_last_window(flip.address) && flip.cycle <= context.end.pool_read) {
    context.effect.give_up();  // lanes without a neuron may read it too, and registers hold what they make of it
    return;
  }
  const auto& commands = context.schedule.commands();
  const size_t first = context.schedule.first_running(flip.cycle);
  const size_t end = first < commands.size() ? context.schedule.end_of_layer(commands[first].layer) : first;
  for (size_t number = first; number < end; ++number) {
    const ScheduledCommand& command = commands[number];
    const auto written = context.schedule.written(command, LoadTarget::kInput, flip.address);
    if (written && *written > flip.cycle) {
      return;
    }
    if (context.views[number] != nullptr) {
      compute_with_input(flip, *context.views[number]);
    } else if (command.opcode == Opcode::kPool) {
      pool_with_input(flip, command);
    }
  }
}

bool post_processes(const ScheduledCommand& command) {
  return command.opcode == Opcode::kPostProcess ||
         (command.opcode == Opcode::kPool && command.descriptor().maximum == 0);
}

/// Calls visit(row, lane, neuron, sum) for everything that a kPostProcess or a summing kPool writes.
template <typename Visit>
void for_sums(const ConeContext& context, const ScheduledCommand& command, int64_t row_begin, int64_t row_end,
              int64_t lane_begin, int64_t lane_end, Visit visit) {
  const hw::CommandDescriptor& d = command.descriptor();
  std::optional<WindowView> view;
  if (command.opcode == Opcode::kPool) {
    view.emplace(context.schedule, command, d.rows, d.stream);
  }
  for (int64_t row = row_begin; row < row_end; ++row) {
    for (int64_t lane = lane_begin; lane < lane_end; ++lane) {
      const WrittenNeuron neuron = neuron_of(*command.step, row, lane);
      if (!view) {
        visit(row, neuron, context.effect.golden_sum(command.layer, neuron));
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
  const int64_t entry = flip.address / hw::kParameterBytes;
  const int64_t byte = flip.address % hw::kParameterBytes;
  const auto& commands = context.schedule.commands();
  const size_t first = context.schedule.first_running(flip.cycle);
  const size_t end = first < commands.size() ? context.schedule.end_of_layer(commands[first].layer) : first;
  // Bias, then multiplier and residue, then shift are read one cycle after another.
  const uint64_t stage = byte < 4 ? 0 : byte < 12 ? 1 : 2;
  for (size_t number = first; number < end; ++number) {
    const ScheduledCommand& command = commands[number];
    const auto written = context.schedule.written(command, LoadTarget::kParameter, flip.address);
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
             [&](int64_t row, WrittenNeuron neuron, int32_t sum) {
               if (flip.cycle < biased_cycle(command, row) + stage) {
                 ChannelParameters parameters(context.effect.post(command.layer), neuron.channel);
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
    const auto written = context.schedule.written(command, LoadTarget::kTable, flip.address);
    if (written && *written > flip.cycle) {
      return;
    }
    const hw::CommandDescriptor& d = command.descriptor();
    if (!post_processes(command) || d.use_table == 0) {
      continue;
    }
    for_sums(context, command, 0, d.rows, 0, d.lanes, [&](int64_t row, WrittenNeuron neuron, int32_t sum) {
      const ChannelParameters parameters(context.effect.post(command.layer), neuron.channel);
      const int64_t code = parameters.code(parameters.product(parameters.biased(sum)));
      if (code + 128 == flip.address && flip.cycle < biased_cycle(command, row) + 2) {
        context.effect.flip_output(command.layer, neuron, 0, flip.mask);
      }
    });
  }
}

Cone loaded(LoadTarget target) {
  Cone cone;
  cone.strike = [target](const ConeContext& context, const hw::Fault& fault) {
    flip_loaded_byte(context, target, static_cast<int64_t>(fault.site.element), static_cast<uint8_t>(fault.mask),
                     fault.start);
  };
  return cone;
}

/// What a word of the partial-sum buffer holds in a cycle: what has been added up for this layer so far.
int32_t partial_sum_at(const ConeContext& context, size_t layer, int64_t row, int column, uint64_t cycle) {
  int32_t content = 0;
  const auto& commands = context.schedule.commands();
  const size_t begin = layer == 0 ? 0 : context.schedule.end_of_layer(layer - 1);
  for (size_t number = begin; number < commands.size() && commands[number].first_cycle <= cycle; ++number) {
    const ComputeView* view = context.views[number].get();
    const auto writer = view == nullptr ? std::nullopt : view->writer_of(row);
    if (!writer) {
      continue;
    }
    const bool by_row = context.grid().dataflow == hw::Dataflow::kOutputStationary;
    const int64_t phase = by_row ? 0 : writer->second;
    const int array_row = by_row ? static_cast<int>(writer->second) : 0;
    for (int64_t fold = 0; fold < view->folds_a_tile(); ++fold) {
      const StreamSlot slot{writer->first * view->folds_a_tile() + fold, phase};
      if (view->sum_written(slot, array_row, column) > cycle) {
        return content;
      }
      const int32_t sum = view->fold_sum(slot.fold, phase, array_row, column);
      content = fold == 0 && !view->accumulates() ? sum : hw::wrapping_add(content, sum);
    }
  }
  return content;
}

void flip_partial_sum(const ConeContext& context, const hw::Fault& fault) {
  const auto columns = static_cast<size_t>(context.grid().columns);
  const auto row = static_cast<int64_t>(fault.site.element / columns);
  const auto column = static_cast<int>(fault.site.element % columns);
  if (fault.start >= context.end.last_reset(row, column)) {
    context.effect.leave_residue();
  }
  const auto& commands = context.schedule.commands();
  const size_t first = context.schedule.first_running(fault.start);
  const size_t end = first < commands.size() ? context.schedule.end_of_layer(commands[first].layer) : first;
  const bool by_row = context.grid().dataflow == hw::Dataflow::kOutputStationary;
  for (size_t number = first; number < end; ++number) {
    const ScheduledCommand& command = commands[number];
    const hw::CommandDescriptor& d = command.descriptor();
    if (const ComputeView* view = context.views[number].get()) {
      const auto writer = view->writer_of(row);
      if (writer && !view->accumulates()) {
        const StreamSlot slot{writer->first * view->folds_a_tile(), by_row ? 0 : writer->second};
        if (view->sum_written(slot, by_row ? static_cast<int>(writer->second) : 0, column) > fault.start) {
          return;  // a new sum starts
        }
      }
    } else if (command.opcode == Opcode::kPostProcess && row >= d.psum_base && row < d.psum_base + d.rows) {
      if (fault.start < biased_cycle(command, row - d.psum_base) - 1 && column < d.lanes) {
        const int32_t sum = partial_sum_at(context, command.layer, row, column, fault.start);
        context.effect.add_sum(command.layer, neuron_of(*command.step, row - d.psum_base, column),
                               sum_difference(sum ^ static_cast<int32_t>(fault.mask), sum));
      }
      return;
    }
  }
}

void flip_output(const ConeContext& context, const hw::Fault& fault) {
  const auto address = static_cast<int64_t>(fault.site.element);
  if (fault.start >= context.end.last_output_write(address)) {
    context.effect.leave_residue();
  }
  const auto& commands = context.schedule.commands();
  const size_t first = context.schedule.first_running(fault.start);
  const size_t end = first < commands.size() ? context.schedule.end_of_layer(commands[first].layer) : first;
  for (size_t number = first; number < end; ++number) {
    const ScheduledCommand& command = commands[number];
    WrittenPlace place;
    if (command.opcode == Opcode::kPostProcess || command.opcode == Opcode::kPool) {
      if (place_of(*command.step, address, place) && biased_cycle(command, place.row) + 2 > fault.start) {
        return;
      }
    } else if (command.opcode == Opcode::kStore) {
      const auto beat = NetworkSchedule::beat_of(command.descriptor(), address, context.schedule.config().bus_bytes);
      if (beat && fault.start < command.first_cycle + 3 + static_cast<uint64_t>(*beat)) {
        flip_stored_byte(context, command, address, static_cast<uint8_t>(fault.mask));
      }
      if (beat) {
        return;
      }
    }
  }
}

}  // namespace

void flip_stored_byte(const ConeContext& context, const ScheduledCommand& store, int64_t address, uint8_t mask) {
  const hw::CommandDescriptor& d = store.descriptor();
  const mapping::LayerProgram& program = context.schedule.layer(store.layer);
  const int64_t offset = address - d.buffer_address;
  const int64_t dram = int64_t{d.dram_address} + offset / d.row_bytes * d.dram_stride + offset % d.row_bytes;
  const int64_t position = dram - program.memory.output;
  const int64_t element = position / program.output.element_bytes;
  context.effect.flip_output(
      store.layer,
      {static_cast<size_t>(element % program.output.channels), static_cast<size_t>(element / program.output.channels)},
      position % program.output.element_bytes, mask);
}

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

Cone buffer_cone(const std::string& path) {
  static const std::map<std::string, Cone> kCones = {
      {"buffer.input[*]", loaded(LoadTarget::kInput)},
      {"buffer.weight[*]", loaded(LoadTarget::kWeight)},
      {"post_processing.parameter[*]", loaded(LoadTarget::kParameter)},
      {"post_processing.table[*]", loaded(LoadTarget::kTable)},
      {"buffer.partial_sum[*][*]", {flip_partial_sum, false, nullptr}},
      {"buffer.output[*]", {flip_output, false, nullptr}},
  };
  const auto found = kCones.find(path);
  return found == kCones.end() ? Cone() : found->second;
}

}  // namespace faultline::engine
