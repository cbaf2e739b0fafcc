// The cone of the partial-sum buffer: a word is wrong from a strike until a new sum starts in it.
#include <algorithm>
#include <optional>

#include "sim/engine/fault_cone.h"

namespace faultline::engine {
namespace {

/// A word of the partial-sum buffer.
struct SumWord {
  const ConeContext& context;
  int64_t row;
  int bank;    ///< the column of the program
  int column;  ///< of the array, whose sums the bank takes

  bool by_row() const { return context.grid().dataflow == hw::Dataflow::kOutputStationary; }
  /// The sum that the word starts, or the first that is added to it, in a command that writes it.
  StreamSlot first_slot(const ComputeView& view, std::pair<int64_t, int64_t> writer) const {
    return {writer.first * view.folds_a_tile(), by_row() ? 0 : writer.second};
  }
  int array_row(std::pair<int64_t, int64_t> writer) const { return by_row() ? static_cast<int>(writer.second) : 0; }
};

SumWord sum_word(const ConeContext& context, const hw::Fault& fault) {
  const auto banks = static_cast<size_t>(context.grid().used_columns());
  const auto bank = static_cast<int>(fault.site.element % banks);
  return {context, static_cast<int64_t>(fault.site.element / banks), bank, context.grid().column_map.physical(bank)};
}

/// What the word holds in a cycle: what has been added up so far in commands [begin, end), and how often.
struct SumContent {
  int64_t sum = 0;
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
      const int64_t sum = view->fold_sum(slot.fold, slot.phase, row, word.column);
      content.sum = fold == 0 && !view->accumulates() ? sum : word.context.effect.wrapped_sum(content.sum + sum);
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
    } else if (commands[number].opcode == hw::Opcode::kPostProcess && word.row >= d.psum_base &&
               word.row < d.psum_base + d.rows) {
      const bool reads = cycle < biased_cycle(commands[number], word.row - d.psum_base) - 1 && word.bank < d.lanes;
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
  const int64_t before = neuron ? context.effect.sum_difference(content.last->command().layer, *neuron)
                                : context.effect.unused_difference(word.row, word.column);
  const int64_t now = context.effect.wrapped_sum(content.sum + before);
  const int64_t difference = sum_difference(struck_signed(fault, now, context.format().sum_bits()), now);
  if (reader.command != nullptr) {
    context.effect.add_sum(reader.command->layer, neuron_of(*reader.command->step, reader.row, word.bank), difference);
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

}  // namespace

Cone partial_sum_cone() {
  return holding_words(Cone::Part::kSums, strike_partial_sum, stay_of_partial_sum);
}

}  // namespace faultline::engine
