// Cones of the data registers between buffers: each holds one word of a row, window or beat for one cycle, and the last
// one until the next command of its kind.
#include <algorithm>
#include <map>
#include <string>

#include "sim/engine/channel_parameters.h"
#include "sim/engine/fault_cone.h"
#include "sim/engine/pooling_window.h"

namespace faultline::engine {
namespace {

void leave_residue_after(const ConeContext& context, const hw::Fault& fault, uint64_t last_write) {
  if (fault.start >= last_write) {
    context.effect.leave_residue(fault);
  }
}

int64_t struck_word(const ConeContext& context, const hw::Fault& fault, int64_t word) {
  return struck_signed(fault, word, context.format().sum_bits());
}

/// Cycles of a command; negative before it.
int64_t since(const ScheduledCommand& command, uint64_t cycle) {
  return static_cast<int64_t>(cycle) - static_cast<int64_t>(command.first_cycle);
}

/// The row of a kPostProcess or kPool whose biased sums are there in a cycle, with its command.
struct RowAt {
  const ScheduledCommand* command = nullptr;
  int64_t row = 0;
};

RowAt biased_row(const ConeContext& context, uint64_t cycle) {
  if (const ScheduledCommand* command = context.running(hw::Opcode::kPostProcess, cycle)) {
    const int64_t row = since(*command, cycle) - 4;
    return row >= 0 && row < command->descriptor().rows ? RowAt{command, row} : RowAt{};
  }
  if (const ScheduledCommand* command = context.running(hw::Opcode::kPool, cycle)) {
    const int64_t taps = command->descriptor().stream;
    const int64_t tap = since(*command, cycle) - 5;
    const bool last = tap >= 0 && tap % taps == taps - 1;
    return last && tap / taps < command->descriptor().rows ? RowAt{command, tap / taps} : RowAt{};
  }
  return {};
}

void strike_row(const ConeContext& context, const hw::Fault& fault) {
  leave_residue_after(context, fault, context.end.row_read);
  const ScheduledCommand* command = context.running(hw::Opcode::kPostProcess, fault.start);
  const auto lane = static_cast<int64_t>(fault.site.element);
  const int64_t row = command == nullptr ? -1 : since(*command, fault.start) - 3;
  if (row < 0 || row >= command->descriptor().rows || lane >= command->descriptor().lanes) {
    return;
  }
  const WrittenNeuron neuron = neuron_of(*command->step, row, lane);
  const ChannelParameters parameters = context.effect.parameters(command->layer, neuron.channel);
  const int64_t sum = context.effect.sum(command->layer, neuron);
  context.effect.set_output(command->layer, neuron, parameters.finished(sum),
                            parameters.finished(struck_word(context, fault, sum)));
}

/// A window of pooling that a strike changes after tap `tap` has been joined or while it is.
struct StruckWindow {
  const ScheduledCommand* command = nullptr;
  size_t pixel = 0;
  size_t tap = 0;
};

StruckWindow window_at(const ConeContext& context, uint64_t cycle, int64_t stage) {
  const ScheduledCommand* command = context.running(hw::Opcode::kPool, cycle);
  const int64_t tap = command == nullptr ? -1 : since(*command, cycle) - stage;
  if (tap < 0 || tap >= int64_t{command->descriptor().rows} * command->descriptor().stream) {
    return {};
  }
  return {command, static_cast<size_t>(tap / command->descriptor().stream),
          static_cast<size_t>(tap % command->descriptor().stream)};
}

/// Registers hold what the last window of all becomes, in lanes without a neuron too.
bool is_last_window(const ConeContext& context, const StruckWindow& window) {
  return window.command->number + 1 == context.end.last_pool &&
         window.pixel + 1 == static_cast<size_t>(window.command->descriptor().rows);
}

/// Pools a window that strikes change in one lane, `stage` cycles after the request of the tap in whose cycle they act:
/// `join` takes each tap into the window.
template <typename Join>
void strike_in_window(const ConeContext& context, const hw::Fault& fault, int64_t stage, Join join) {
  const StruckWindow struck = window_at(context, fault.start, stage);
  if (struck.command == nullptr) {
    return;
  }
  if (is_last_window(context, struck)) {
    context.effect.doubt_end();
  }
  const hw::CommandDescriptor& d = struck.command->descriptor();
  const auto lane = static_cast<int>(fault.site.element);
  if (lane >= d.lanes) {
    return;
  }
  const WindowView view(context.schedule, *struck.command, d.rows, d.stream);
  PoolingWindow golden(context, *struck.command, view, struck.pixel, lane);
  PoolingWindow window = golden;
  const uint64_t first_tap = fault.start - struck.tap;
  for (size_t tap = 0; tap < view.tap_count(); ++tap) {
    golden.join(tap, golden.golden_code(tap));
    join(window, tap, context.acts(first_tap + tap));
  }
  context.effect.set_output(struck.command->layer, window.neuron(), golden.finished(), window.finished());
}

/// A register that takes a word in each cycle of a command - for the windows of pooling: of a window - and holds its
/// last word in between.
template <typename Find>
HeldWord stay_in_pipeline(const ConeContext& context, uint64_t cycle, Find finds) {
  const auto& commands = context.schedule.commands();
  const size_t number = context.schedule.first_running(cycle);
  const bool busy = number < commands.size() && commands[number].first_cycle <= cycle && finds(commands[number]);
  if (busy) {
    return {cycle, cycle + 1};
  }
  const auto next = std::find_if(commands.begin() + static_cast<std::ptrdiff_t>(number), commands.end(), finds);
  const uint64_t until = next == commands.end() ? kNever : next->first_cycle;
  return {kNever - static_cast<uint64_t>(next - commands.begin()), until};
}

HeldWord stay_of_window(const ConeContext& context, uint64_t cycle, int64_t stage) {
  const StruckWindow window = window_at(context, cycle, stage);
  if (window.command == nullptr) {
    return stay_in_pipeline(context, cycle, [](const ScheduledCommand& c) { return c.opcode == hw::Opcode::kPool; });
  }
  const auto taps = static_cast<size_t>(window.command->descriptor().stream);
  return {cycle - window.tap, cycle - window.tap + taps};
}

void strike_pool_data(const ConeContext& context, const hw::Fault& fault) {
  leave_residue_after(context, fault, context.end.pool_read);
  strike_in_window(context, fault, 3, [&](PoolingWindow& window, size_t tap, bool strikes) {
    const int16_t code = window.golden_code(tap);
    const auto now = static_cast<int16_t>(strikes ? struck_signed(fault, code, context.format().operand_bits) : code);
    if (now != code && window.uses(tap)) {
      context.effect.reach(Station::kPooling);
    }
    window.join(tap, now);
  });
}

void strike_window(const ConeContext& context, const hw::Fault& fault) {
  leave_residue_after(context, fault, context.end.window);
  strike_in_window(context, fault, 4, [&](PoolingWindow& window, size_t tap, bool strikes) {
    window.join(tap, window.golden_code(tap));
    if (strikes) {
      window.set_joined(struck_word(context, fault, window.joined()));
    }
  });
}

/// Applies `change` to the stages of one row and lane: to the biased sum, or to the product.
template <typename ChangeBiased, typename ChangeProduct>
void finish_row(const ConeContext& context, const RowAt& at, int64_t lane, ChangeBiased change_biased,
                ChangeProduct change_product) {
  if (at.command == nullptr || lane >= at.command->descriptor().lanes) {
    return;
  }
  const WrittenNeuron neuron = neuron_of(*at.command->step, at.row, lane);
  const auto finish = [&](const auto& stages, int64_t biased) {
    const hw::WideProduct product = change_product(stages.product(change_biased(biased)));
    context.effect.set_output(at.command->layer, neuron, stages.processed(stages.product(biased)),
                              stages.processed(product));
  };
  if (at.command->opcode == hw::Opcode::kPostProcess) {
    const ChannelParameters parameters = context.effect.parameters(at.command->layer, neuron.channel);
    finish(parameters, parameters.biased(context.effect.sum(at.command->layer, neuron)));
    return;
  }
  const hw::CommandDescriptor& d = at.command->descriptor();
  const WindowView view(context.schedule, *at.command, d.rows, d.stream);
  PoolingWindow window(context, *at.command, view, static_cast<size_t>(at.row), static_cast<int>(lane));
  for (size_t tap = 0; tap < view.tap_count(); ++tap) {
    window.join(tap, window.golden_code(tap));
  }
  finish(window, window.biased());
}

void strike_biased(const ConeContext& context, const hw::Fault& fault) {
  leave_residue_after(context, fault, context.end.biased);
  finish_row(
      context, biased_row(context, fault.start), static_cast<int64_t>(fault.site.element),
      [&](int64_t biased) { return struck_word(context, fault, biased); },
      [](hw::WideProduct product) { return product; });
}

/// `change` makes of a product what the strike leaves of it.
template <typename Change>
void strike_scaled(const ConeContext& context, const hw::Fault& fault, Change change) {
  leave_residue_after(context, fault, context.end.product);
  if (fault.start == 0) {
    return;
  }
  // The product is there one cycle after the biased sum.
  finish_row(
      context, biased_row(context, fault.start - 1), static_cast<int64_t>(fault.site.element),
      [](int64_t biased) { return biased; }, change);
}

/// The low 64 bits of a product, and what lies above them where operands are wide.
hw::WideProduct joined_product(int64_t high, uint64_t low) {
  return hw::WideProduct{high} * (hw::WideProduct{1} << 64) + low;
}

void strike_product_low(const ConeContext& context, const hw::Fault& fault) {
  strike_scaled(context, fault, [&](hw::WideProduct product) {
    return joined_product(static_cast<int64_t>(product >> 64), struck(fault, static_cast<uint64_t>(product)));
  });
}

void strike_product_high(const ConeContext& context, const hw::Fault& fault) {
  strike_scaled(context, fault, [&](hw::WideProduct product) {
    const int64_t high = struck_signed(fault, static_cast<int64_t>(product >> 64), 16);
    return joined_product(high, static_cast<uint64_t>(product));
  });
}

void strike_beat_of_store(const ConeContext& context, const hw::Fault& fault, int64_t stage) {
  const ScheduledCommand* command = context.running(hw::Opcode::kStore, fault.start);
  if (command == nullptr) {
    return;
  }
  const auto byte = static_cast<int64_t>(fault.site.element);
  const auto bytes = NetworkSchedule::bytes_of(command->descriptor(), since(*command, fault.start) - stage,
                                               context.schedule.config().bus_bytes);
  if (bytes.begin + byte >= bytes.end) {
    return;
  }
  const uint8_t held = stored_byte(context, *command, bytes.begin + byte);
  if (const auto mask = static_cast<uint8_t>(struck(fault, held) ^ held)) {
    context.effect.spare_output_buffer(command->layer);
    flip_stored_byte(context, *command, bytes.begin + byte, mask);
  }
}

void strike_read_data(const ConeContext& context, const hw::Fault& fault) {
  leave_residue_after(context, fault, context.end.store_read);
  strike_beat_of_store(context, fault, 3);
}

void strike_request_data(const ConeContext& context, const hw::Fault& fault) {
  leave_residue_after(context, fault, context.end.store_request);
  strike_beat_of_store(context, fault, 4);
}

void strike_write_data(const ConeContext& context, const hw::Fault& fault) {
  leave_residue_after(context, fault, context.end.load_write);
  const ScheduledCommand* command = context.running(hw::Opcode::kLoad, fault.start);
  if (command == nullptr) {
    return;
  }
  const int64_t beat = since(*command, fault.start) - 3 - context.schedule.config().dram_latency;
  const auto byte = static_cast<int64_t>(fault.site.element);
  const auto bytes = NetworkSchedule::bytes_of(command->descriptor(), beat, context.schedule.config().bus_bytes);
  if (bytes.begin + byte < bytes.end) {
    flip_loaded_byte(context, static_cast<hw::LoadTarget>(command->descriptor().target), bytes.begin + byte,
                     static_cast<uint8_t>(fault.mask), fault.start + 1);
  }
}

bool is_post_process(const ScheduledCommand& command) {
  return command.opcode == hw::Opcode::kPostProcess;
}
bool writes_outputs(const ScheduledCommand& command) {
  return is_post_process(command) || command.opcode == hw::Opcode::kPool;
}
bool is_store(const ScheduledCommand& command) {
  return command.opcode == hw::Opcode::kStore;
}

using StrikeData = void (*)(const ConeContext&, const hw::Fault&);

Cone in_pipeline(StrikeData strike, bool (*takes_words)(const ScheduledCommand&)) {
  Cone cone;
  cone.strike = strike;
  cone.repeats = true;
  cone.part = Cone::Part::kOutputs;
  cone.stay = [takes_words](const ConeContext& context, const hw::Fault& fault) {
    return stay_in_pipeline(context, fault.start, takes_words);
  };
  return cone;
}

Cone in_windows(StrikeData strike, int64_t stage) {
  Cone cone = in_pipeline(strike, writes_outputs);
  cone.stay = [stage](const ConeContext& context, const hw::Fault& fault) {
    return stay_of_window(context, fault.start, stage);
  };
  return cone;
}

Cone flips_only(StrikeData strike) {
  Cone cone;
  cone.strike = strike;
  return cone;
}

}  // namespace

Cone post_processing_cone(const std::string& path) {
  static const std::map<std::string, Cone> kCones = {
      {"partial_sum.read_data[*]", in_pipeline(strike_row, is_post_process)},
      {"input_feeder.pool_data[*]", in_windows(strike_pool_data, 3)},
      {"post_processing.window[*]", in_windows(strike_window, 4)},
      {"post_processing.biased[*]", in_pipeline(strike_biased, writes_outputs)},
      {"post_processing.product[*]", in_pipeline(strike_product_low, writes_outputs)},
      {"post_processing.product_high[*]", in_pipeline(strike_product_high, writes_outputs)},
      {"post_processing.read_data[*]", in_pipeline(strike_read_data, is_store)},
      {"dma.request.data[*]", in_pipeline(strike_request_data, is_store)},
      {"dma.write.data[*]", flips_only(strike_write_data)},
  };
  const auto found = kCones.find(path);
  return found == kCones.end() ? Cone() : found->second;
}

}  // namespace faultline::engine
