// Cones of words of the buffers: wrong from a strike until they are written again, for everything that reads them.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "sim/engine/fault_cone.h"

namespace faultline::engine {
namespace {

using hw::LoadTarget;

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

/// The place that wrote a byte of the output buffer last by `cycle`, with its command; nullptr when none.
struct OutputContent {
  const ScheduledCommand* command = nullptr;
  WrittenPlace place;
};

bool writes_outputs(const ScheduledCommand& command) {
  return command.opcode == hw::Opcode::kPostProcess || command.opcode == hw::Opcode::kPool;
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
    } else if (command.opcode == hw::Opcode::kStore) {
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

Cone holding_words(Cone::Part part, decltype(Cone::strike) strike, decltype(Cone::stay) stay) {
  Cone cone;
  cone.strike = std::move(strike);
  cone.stay = std::move(stay);
  cone.repeats = true;
  cone.holds = true;
  cone.part = part;
  return cone;
}

Cone buffer_cone(const std::string& path) {
  static const std::map<std::string, Cone> kCones = {
      {"buffer.input[*]", loaded(LoadTarget::kInput, Cone::Part::kAll)},
      {"buffer.weight[*]", loaded(LoadTarget::kWeight, Cone::Part::kSums)},
      {"post_processing.parameter[*]", loaded(LoadTarget::kParameter, Cone::Part::kOutputs)},
      {"post_processing.table[*]", loaded(LoadTarget::kTable, Cone::Part::kOutputs)},
      {"buffer.partial_sum[*][*]", partial_sum_cone()},
      {"buffer.output[*]", holding_words(Cone::Part::kOutputs, strike_output, stay_of_output)},
  };
  const auto found = kCones.find(path);
  return found == kCones.end() ? Cone() : found->second;
}

}  // namespace faultline::engine