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
    flip.context.effect.add_sum(
        view, slot, row, column,
        sum_difference(view.product(now, other, row, column), view.product(before, other, row, column)));
  }
}

/// A stationary operand is wrong in a whole fold.
void replace_stationary(const LoadedFlip& flip, const ComputeView& view, int64_t fold, int row, int column) {
  const ArrayOperand before = view.stationary(fold, row, column);
  const ArrayOperand now{flip.struck(before.value), true};
  for (int64_t phase = 0; phase < view.stream(); ++phase) {
    const StreamSlot slot{fold, phase};
    const ArrayOperand moving = view.eastward(slot, row);
    flip.context.effect.add_sum(
        view, slot, row, column,
        sum_difference(view.product(moving, now, row, column), view.product(moving, before, row, column)));
  }
}

/// An operand from the north meets all rows (output-stationary).
void replace_southward(const LoadedFlip& flip, const ComputeView& view, StreamSlot slot, int column) {
  const ArrayOperand before = view.other(slot, 0, column);
  const ArrayOperand now{flip.struck(before.value), true};
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
    context.effect.doubt_end();  // lanes without a neuron may read it too, and registers hold what they make of it
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

/// A buffer whose words change only when they are written.
Cone holding_words(Cone::Part part, decltype(Cone::strike) strike, decltype(Cone::stay) stay) {
  Cone cone;
  cone.strike = std::move(strike);
  cone.stay = std::move(stay);
  cone.repeats = true;
  cone.holds = true;
  cone.part = part;
  return cone;
}

Cone loaded(LoadTarget target, Cone::Part part) {
  const auto strike = [target](const ConeContext& context, const hw::Fault& fault) {
    const auto address = static_cast<int64_t>(fault.site.element);
    const ScheduledCommand* load = context.schedule.content_at(target, address, fault.start);
    const uint8_t held = load == nullptr ? 0 : context.loaded_byte(*load, address);
    if (const auto changed = static_cast<uint8_t>(struck(fault, held) ^ held)) {
      flip_loaded_byte(context, target, address, changed, fault.start);
    }
  };
  const auto stay = [target](const ConeContext& context, const hw::Fault& fault) {
    const auto address = static_cast<int64_t>(fault.site.element);
    const ScheduledCommand* load = context.schedule.content_at(target, address, fault.start);
    return HeldWord{load == nullptr ? 0 : load->number + 1, context.schedule.next_write(target, address, fault.start)};
  };
  return holding_words(part, strike, stay);
}

/// A word of the partial-sum buffer.
struct SumWord {
  const ConeContext& context;
  int64_t row;
  int column;

  bool by_row() const { return context.grid().dataflow == hw::Dataflow::kOutputStationary; }
  /// The sum that the word starts, or the first that is added to it, in a command that writes it.
  StreamSlot first_slot(const ComputeView& view, std::pair<int64_t, int64_t> writer) const {
    return {writer.first * view.folds_a_tile(), by_row() ? 0 : writer.second};
  }
  int array_row(std::pair<int64_t, int64_t> writer) const { return by_row() ? static_cast<int>(writer.second) : 0; }
};

SumWord sum_word(const ConeContext& context, const hw::Fault& fault) {
  const auto columns = static_cast<size_t>(context.grid().columns);
  return {context, static_cast<int64_t>(fault.site.element / columns), static_cast<int>(fault.site.element % columns)};
}

/// What the word holds in a cycle: what has been added up so far in commands [begin, end), and how often.
struct SumContent {
  int32_t sum = 0;
  uint64_t writes = 0;
  uint64_t next_write = kNever;
  const ComputeView* last = nullptr;  ///< that wrote it
};

SumContent content_of(const SumWord& word, size_t begin, size_t end, uint64_t cycle) {
  SumContent content;
  for (size_t number = begin; number < end; ++number) {
    const ComputeView* view = word.context.views[number].get();
    const auto writer = view == nullptr ? std::nullopt : view->writer_of(word.row);
    if (!writer) {
      continue;
    }
    StreamSlot slot = word.first_slot(*view, *writer);
    for (int64_t fold = 0; fold < view->folds_a_tile(); ++fold, ++slot.fold) {
      const int row = word.array_row(*writer);
      const uint64_t written = view->sum_written(slot, row, word.column);
      if (written > cycle) {
        content.next_write = written;
        return content;
      }
      const int32_t sum = view->fold_sum(slot.fold, slot.phase, row, word.column);
      content.sum = fold == 0 && !view->accumulates() ? sum : hw::wrapping_add(content.sum, sum);
      content.last = view;
      ++content.writes;
    }
  }
  return content;
}

/// The commands of the layer that wrote the word last by `cycle`: [first, second).
std::pair<size_t, size_t> writing_layer(const SumWord& word, uint64_t cycle) {
  const NetworkSchedule& schedule = word.context.schedule;
  for (size_t number = std::min(schedule.first_running(cycle) + 1, schedule.commands().size()); number-- > 0;) {
    const ComputeView* view = word.context.views[number].get();
    const auto writer = view == nullptr ? std::nullopt : view->writer_of(word.row);
    if (writer && view->sum_written(word.first_slot(*view, *writer), word.array_row(*writer), word.column) <= cycle) {
      const size_t layer = view->command().layer;
      return {layer == 0 ? 0 : schedule.end_of_layer(layer - 1), schedule.end_of_layer(layer)};
    }
  }
  return {0, 0};
}

/// A row of a kPostProcess.
struct RowOfSum {
  const ScheduledCommand* command = nullptr;
  int64_t row = 0;
};

/// The one that reads the word in a later cycle before a new sum starts in it, or none.
RowOfSum reader_of(const SumWord& word, uint64_t cycle) {
  const NetworkSchedule& schedule = word.context.schedule;
  const auto& commands = schedule.commands();
  const size_t first = schedule.first_running(cycle);
  const size_t end = first < commands.size() ? schedule.end_of_layer(commands[first].layer) : first;
  for (size_t number = first; number < end; ++number) {
    const hw::CommandDescriptor& d = commands[number].descriptor();
    if (const ComputeView* view = word.context.views[number].get()) {
      const auto writer = view->writer_of(word.row);
      if (writer && !view->accumulates() &&
          view->sum_written(word.first_slot(*view, *writer), word.array_row(*writer), word.column) > cycle) {
        return {};
      }
    } else if (commands[number].opcode == Opcode::kPostProcess && word.row >= d.psum_base &&
               word.row < d.psum_base + d.rows) {
      const bool reads = cycle < biased_cycle(commands[number], word.row - d.psum_base) - 1 && word.column < d.lanes;
      return reads ? RowOfSum{&commands[number], word.row - d.psum_base} : RowOfSum{};
    }
  }
  return {};
}

/// The neuron whose sum the word holds after a command, or nothing.
std::optional<WrittenNeuron> neuron_in(const SumWord& word, const ComputeView* view) {
  const auto writer = view == nullptr ? std::nullopt : view->writer_of(word.row);
  if (!writer) {
    return std::nullopt;
  }
  const SumTarget target = view->target(word.first_slot(*view, *writer), word.array_row(*writer), word.column);
  return target.neuron ? std::optional(WrittenNeuron{target.channel, target.pixel}) : std::nullopt;
}

void strike_partial_sum(const ConeContext& context, const hw::Fault& fault) {
  const SumWord word = sum_word(context, fault);
  const bool last_sum = fault.start >= context.end.last_reset(word.row, word.column);
  const RowOfSum reader = reader_of(word, fault.start);
  if (reader.command == nullptr && (!last_sum || fault.model == hw::FaultModel::kFlip)) {
    if (last_sum) {
      context.effect.leave_residue();
    }
    return;
  }
  const auto [begin, end] = writing_layer(word, fault.start);
  const SumContent content = content_of(word, begin, end, fault.start);
  const std::optional<WrittenNeuron> neuron = neuron_in(word, content.last);
  const int32_t before = neuron ? context.effect.sum_difference(content.last->command().layer, *neuron)
                                : context.effect.unused_difference(word.row, word.column);
  const int32_t now = hw::wrapping_add(content.sum, before);
  const int32_t difference = sum_difference(static_cast<int32_t>(struck(fault, static_cast<uint32_t>(now))), now);
  if (reader.command != nullptr) {
    context.effect.add_sum(reader.command->layer, neuron_of(*reader.command->step, reader.row, word.column),
                           difference);
  } else if (!neuron) {
    context.effect.add_unused(word.row, word.column, difference);
  } else if (difference != 0) {
    before == 0 ? context.effect.leave_residue() : context.effect.doubt_end();
  }
}

HeldWord stay_of_partial_sum(const ConeContext& context, const hw::Fault& fault) {
  const SumWord word = sum_word(context, fault);
  const auto& commands = context.schedule.commands();
  const auto [begin, end] = writing_layer(word, fault.start);
  const SumContent content = content_of(word, begin, end, fault.start);
  const uint64_t number = (static_cast<uint64_t>(begin) << 32) + content.writes;
  if (content.next_write != kNever) {
    return {number, content.next_write};
  }
  return {number, content_of(word, end, commands.size(), fault.start).next_write};
}

/// The place that wrote a byte of the output buffer last by `cycle`, with its command; nullptr when none.
struct OutputContent {
  const ScheduledCommand* command = nullptr;
  WrittenPlace place;
};

bool writes_outputs(const ScheduledCommand& command) {
  return command.opcode == Opcode::kPostProcess || command.opcode == Opcode::kPool;
}

OutputContent output_content(const ConeContext& context, int64_t address, uint64_t cycle) {
  const auto& commands = context.schedule.commands();
  for (size_t number = std::min(context.schedule.first_running(cycle) + 1, commands.size()); number-- > 0;) {
    WrittenPlace place;
    if (writes_outputs(commands[number]) && place_of(*commands[number].step, address, place) &&
        biased_cycle(commands[number], place.row) + 2 <= cycle) {
      return {&commands[number], place};
    }
  }
  return {};
}

uint8_t byte_of(const ConeContext& context, const OutputContent& content) {
  if (content.command == nullptr) {
    return 0;
  }
  const WrittenNeuron neuron = neuron_of(*content.command->step, content.place.row, content.place.lane);
  return context.effect.stored_byte(content.command->layer, neuron, content.place.byte);
}

void strike_output(const ConeContext& context, const hw::Fault& fault) {
  const auto address = static_cast<int64_t>(fault.site.element);
  const uint8_t held = byte_of(context, output_content(context, address, fault.start));
  const auto mask = static_cast<uint8_t>(struck(fault, held) ^ held);
  if (mask == 0) {
    return;
  }
  if (fault.start >= context.end.last_output_write(address)) {
    context.effect.leave_residue();
  }
  const auto& commands = context.schedule.commands();
  const size_t first = context.schedule.first_running(fault.start);
  const size_t end = first < commands.size() ? context.schedule.end_of_layer(commands[first].layer) : first;
  for (size_t number = first; number < end; ++number) {
    const ScheduledCommand& command = commands[number];
    WrittenPlace place;
    if (writes_outputs(command)) {
      if (place_of(*command.step, address, place) && biased_cycle(command, place.row) + 2 > fault.start) {
        return;
      }
    } else if (command.opcode == Opcode::kStore) {
      const auto beat = NetworkSchedule::beat_of(command.descriptor(), address, context.schedule.config().bus_bytes);
      if (beat && fault.start < command.first_cycle + 3 + static_cast<uint64_t>(*beat)) {
        flip_stored_byte(context, command, address, mask);
      }
      if (beat) {
        return;
      }
    }
  }
}

HeldWord stay_of_output(const ConeContext& context, const hw::Fault& fault) {
  const auto address = static_cast<int64_t>(fault.site.element);
  const OutputContent content = output_content(context, address, fault.start);
  HeldWord word{content.command == nullptr ? 0 : content.command->number + 1, kNever};
  const auto& commands = context.schedule.commands();
  for (size_t number = context.schedule.first_running(fault.start); number < commands.size(); ++number) {
    WrittenPlace place;
    if (writes_outputs(commands[number]) && place_of(*commands[number].step, address, place)) {
      const uint64_t written = biased_cycle(commands[number], place.row) + 2;
      if (written > fault.start) {
        word.until = written;
        break;
      }
    }
  }
  return word;
}

}  // namespace

namespace {

/// The neuron that a store moves from an address of the output buffer, and which of its bytes.
std::pair<WrittenNeuron, int64_t> stored_from(const ConeContext& context, const ScheduledCommand& store,
                                              int64_t address) {
  const hw::CommandDescriptor& d = store.descriptor();
  const mapping::LayerProgram& program = context.schedule.layer(store.layer);
  const int64_t offset = address - d.buffer_address;
  const int64_t dram = int64_t{d.dram_address} + offset / d.row_bytes * d.dram_stride + offset % d.row_bytes;
  const int64_t position = dram - program.memory.output;
  const int64_t element = position / program.output.element_bytes;
  const int64_t channels = program.output.channels;
  return {{static_cast<size_t>(element % channels), static_cast<size_t>(element / channels)},
          position % program.output.element_bytes};
}

}  // namespace

void flip_stored_byte(const ConeContext& context, const ScheduledCommand& store, int64_t address, uint8_t mask) {
  const auto [neuron, byte] = stored_from(context, store, address);
  context.effect.flip_output(store.layer, neuron, byte, mask);
}

uint8_t stored_byte(const ConeContext& context, const ScheduledCommand& store, int64_t address) {
  const auto [neuron, byte] = stored_from(context, store, address);
  return context.effect.stored_byte(store.layer, neuron, byte);
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
      {"buffer.input[*]", loaded(LoadTarget::kInput, Cone::Part::kAll)},
      {"buffer.weight[*]", loaded(LoadTarget::kWeight, Cone::Part::kSums)},
      {"post_processing.parameter[*]", loaded(LoadTarget::kParameter, Cone::Part::kOutputs)},
      {"post_processing.table[*]", loaded(LoadTarget::kTable, Cone::Part::kOutputs)},
      {"buffer.partial_sum[*][*]", holding_words(Cone::Part::kSums, strike_partial_sum, stay_of_partial_sum)},
      {"buffer.output[*]", holding_words(Cone::Part::kOutputs, strike_output, stay_of_output)},
  };
  const auto found = kCones.find(path);
  return found == kCones.end() ? Cone() : found->second;
}

}  // namespace faultline::engine
