// Cones of the data registers between buffers: each holds one word of a row, window or beat for one cycle, and the last
// one until the next command of its kind.
#include <map>
#include <string>

#include "sim/engine/channel_parameters.h"
#include "sim/engine/fault_cone.h"
#include "sim/engine/pooling_window.h"

namespace faultline::engine {
namespace {

using hw::Opcode;

void leave_residue_after(const ConeContext& context, const hw::Fault& fault, uint64_t last_write) {
  if (fault.start >= last_write) {
    context.effect.leave_residue();
  }
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
  if (const ScheduledCommand* command = context.running(Opcode::kPostProcess, cycle)) {
    const int64_t row = since(*command, cycle) - 4;
    return row >= 0 && row < command->descriptor().rows ? RowAt{command, row} : RowAt{};
  }
  if (const ScheduledCommand* command = context.running(Opcode::kPool, cycle)) {
    const int64_t taps = command->descriptor().stream;
    const int64_t tap = since(*command, cycle) - 5;
    const bool last = tap >= 0 && tap % taps == taps - 1;
    return last && tap / taps < command->descriptor().rows ? RowAt{command, tap / taps} : RowAt{};
  }
  return {};
}

void strike_row(const ConeContext& context, const hw::Fault& fault) {
  leave_residue_after(context, fault, context.end.row_read);
  const ScheduledCommand* command = context.running(Opcode::kPostProcess, fault.start);
  const auto lane = static_cast<int64_t>(fault.site.element);
  const int64_t row = command == nullptr ? -1 : since(*command, fault.start) - 3;
  if (row < 0 || row >= command->descriptor().rows || lane >= command->descriptor().lanes) {
    return;
  }
  const WrittenNeuron neuron = neuron_of(*command->step, row, lane);
  const ChannelParameters parameters(context.effect.post(command->layer), neuron.channel);
  const int32_t sum = context.effect.golden_sum(command->layer, neuron);
  context.effect.set_output(command->layer, neuron, parameters.finished(sum),
                            parameters.finished(sum ^ static_cast<int32_t>(fault.mask)));
}

/// A window of pooling that a strike changes after tap `tap` has been joined or while it is.
struct StruckWindow {
  const ScheduledCommand* command = nullptr;
  size_t pixel = 0;
  size_t tap = 0;
};

StruckWindow window_at(const ConeContext& context, uint64_t cycle, int64_t stage) {
  const ScheduledCommand* command = context.running(Opcode::kPool, cycle);
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

/// Pools a window that a strike at `stage` cycles after its tap's request changes in one lane: `join` takes each tap
/// into the window.
template <typename Join>
void strike_in_window(const ConeContext& context, const hw::Fault& fault, int64_t stage, Join join) {
  const StruckWindow struck = window_at(context, fault.start, stage);
  if (struck.command == nullptr) {
    return;
  }
  if (is_last_window(context, struck)) {
    context.effect.give_up();
    return;
  }
  const hw::CommandDescriptor& d = struck.command->descriptor();
  const auto lane = static_cast<int>(fault.site.element);
  if (lane >= d.lanes) {
    return;
  }
  const WindowView view(context.schedule, *struck.command, d.rows, d.stream);
  PoolingWindow golden(context, *struck.command, view, struck.pixel, lane);
  PoolingWindow window = golden;
  for (size_t tap = 0; tap < view.tap_count(); ++tap) {
    golden.join(tap, golden.golden_code(tap));
    join(window, tap, tap == struck.tap);
  }
  context.effect.set_output(struck.command->layer, window.neuron(), golden.finished(), window.finished());
}

void strike_pool_data(const ConeContext& context, const hw::Fault& fault) {
  leave_residue_after(context, fault, context.end.pool_read);
  strike_in_window(context, fault, 3, [&](PoolingWindow& window, size_t tap, bool strikes) {
    const int8_t code = window.golden_code(tap);
    if (strikes && window.uses(tap)) {
      context.effect.reach(Station::kPooling);
    }
    window.join(tap, strikes ? static_cast<int8_t>(static_cast<uint8_t>(code) ^ fault.mask) : code);
  });
}

void strike_window(const ConeContext& context, const hw::Fault& fault) {
  leave_residue_after(context, fault, context.end.window);
  strike_in_window(context, fault, 4, [&](PoolingWindow& window, size_t tap, bool strikes) {
    window.join(tap, window.golden_code(tap));
    if (strikes) {
      window.set_joined(window.joined() ^ static_cast<int32_t>(fault.mask));
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
  const auto finish = [&](const auto& stages, int32_t biased) {
    const int64_t product = change_product(stages.product(change_biased(biased)));
    context.effect.set_output(at.command->layer, neuron, stages.processed(stages.product(biased)),
                              stages.processed(product));
  };
  if (at.command->opcode == Opcode::kPostProcess) {
    const ChannelParameters parameters(context.effect.post(at.command->layer), neuron.channel);
    finish(parameters, parameters.biased(context.effect.golden_sum(at.command->layer, neuron)));
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
      [&](int32_t biased) { return biased ^ static_cast<int32_t>(fault.mask); },
      [](int64_t product) { return product; });
}

void strike_scaled(const ConeContext& context, const hw::Fault& fault) {
  leave_residue_after(context, fault, context.end.product);
  if (fault.start == 0) {
    return;
  }
  // The product is there one cycle after the biased sum.
  finish_row(
      context, biased_row(context, fault.start - 1), static_cast<int64_t>(fault.site.element),
      [](int32_t biased) { return biased; },
      [&](int64_t product) { return product ^ static_cast<int64_t>(fault.mask); });
}

void strike_beat_of_store(const ConeContext& context, const hw::Fault& fault, int64_t stage) {
  const ScheduledCommand* command = context.running(Opcode::kStore, fault.start);
  if (command == nullptr) {
    return;
  }
  const auto byte = static_cast<int64_t>(fault.site.element);
  const auto bytes = NetworkSchedule::bytes_of(command->descriptor(), since(*command, fault.start) - stage,
                                               context.schedule.config().bus_bytes);
  if (bytes.begin + byte < bytes.end) {
    context.effect.spare_output_buffer();
    flip_stored_byte(context, *command, bytes.begin + byte, static_cast<uint8_t>(fault.mask));
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
  const ScheduledCommand* command = context.running(Opcode::kLoad, fault.start);
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

}  // namespace

Cone post_processing_cone(const std::string& path) {
  static const std::map<std::string, Cone> kCones = {
      {"partial_sum.read_data[*]", {strike_row, false, nullptr}},
      {"input_feeder.pool_data[*]", {strike_pool_data, false, nullptr}},
      {"post_processing.window[*]", {strike_window, false, nullptr}},
      {"post_processing.biased[*]", {strike_biased, false, nullptr}},
      {"post_processing.product[*]", {strike_scaled, false, nullptr}},
      {"post_processing.read_data[*]", {strike_read_data, false, nullptr}},
      {"dma.request.data[*]", {strike_request_data, false, nullptr}},
      {"dma.write.data[*]", {strike_write_data, false, nullptr}},
  };
  const auto found = kCones.find(path);
  return found == kCones.end() ? Cone() : found->second;
}

}  // namespace faultline::engine
