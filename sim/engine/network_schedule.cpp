#include "sim/engine/network_schedule.h"

#include <algorithm>

namespace faultline::engine {

using hw::CommandDescriptor;
using hw::LoadTarget;

NetworkSchedule::NetworkSchedule(const mapping::CompiledNetwork& compiled, const CommandTimeline& timeline,
                                 const hw::AcceleratorConfig& config)
    : compiled_(compiled), config_(config), constants_(compiled.constants()), total_cycles_(timeline.total_cycles()) {
  last_loads_[0].resize(static_cast<size_t>(config.input_buffer_bytes));
  last_loads_[1].resize(static_cast<size_t>(config.weight_buffer_bytes));
  last_loads_[2].resize(static_cast<size_t>(config.parameter_entries) * static_cast<size_t>(config.parameter_bytes()));
  last_loads_[3].resize(256);
  for (size_t layer = 0; layer < compiled.layers.size(); ++layer) {
    const auto& steps = compiled.layers[layer].steps;
    for (size_t step = 0; step < steps.size(); ++step) {
      const CommandSpan& span = timeline.at(layer, step);
      ScheduledCommand command;
      command.number = commands_.size();
      command.layer = layer;
      command.step = &steps[step];
      command.opcode = static_cast<hw::Opcode>(steps[step].command.opcode);
      command.first_cycle = span.first_cycle;
      command.last_cycle = span.last_cycle;
      commands_.push_back(command);
    }
    layer_end_.push_back(commands_.size());
  }
  for (const ScheduledCommand& command : commands_) {
    if (command.opcode != hw::Opcode::kLoad) {
      continue;
    }
    const auto target = static_cast<size_t>(command.descriptor().target);
    loads_[target].push_back(command.number);
    const int64_t count = beats(command.descriptor(), config_.bus_bytes);
    for (int64_t beat = 0; beat < count; ++beat) {
      const Bytes bytes = bytes_of(command.descriptor(), beat, config_.bus_bytes);
      for (int64_t address = bytes.begin; address < bytes.end; ++address) {
        last_loads_[target][static_cast<size_t>(address)] = load_written(command, beat);
      }
    }
  }
}

size_t NetworkSchedule::first_running(uint64_t cycle) const {
  const auto found = std::lower_bound(commands_.begin(), commands_.end(), cycle,
                                      [](const ScheduledCommand& c, uint64_t at) { return c.last_cycle < at; });
  return static_cast<size_t>(found - commands_.begin());
}

int64_t NetworkSchedule::beats(const CommandDescriptor& transfer, int bus_bytes) {
  return int64_t{transfer.rows} * ((transfer.row_bytes + bus_bytes - 1) / bus_bytes);
}

std::optional<int64_t> NetworkSchedule::beat_of(const CommandDescriptor& transfer, int64_t address, int bus_bytes) {
  const int64_t offset = address - transfer.buffer_address;
  if (offset < 0 || offset >= int64_t{transfer.rows} * transfer.row_bytes) {
    return std::nullopt;
  }
  const int64_t beats_a_row = (transfer.row_bytes + bus_bytes - 1) / bus_bytes;
  return offset / transfer.row_bytes * beats_a_row + offset % transfer.row_bytes / bus_bytes;
}

NetworkSchedule::Bytes NetworkSchedule::bytes_of(const CommandDescriptor& transfer, int64_t beat, int bus_bytes) {
  const int64_t beats_a_row = (transfer.row_bytes + bus_bytes - 1) / bus_bytes;
  const int64_t row = beat / beats_a_row;
  if (beat < 0 || row >= transfer.rows) {
    return {};
  }
  const int64_t column = beat % beats_a_row * bus_bytes;
  const int64_t begin = transfer.buffer_address + row * transfer.row_bytes + column;
  return {begin, begin + std::min<int64_t>(bus_bytes, transfer.row_bytes - column)};
}

std::optional<uint64_t> NetworkSchedule::written(const ScheduledCommand& command, LoadTarget target,
                                                 int64_t address) const {
  const CommandDescriptor& descriptor = command.descriptor();
  if (command.opcode != hw::Opcode::kLoad || descriptor.target != static_cast<int32_t>(target)) {
    return std::nullopt;
  }
  const std::optional<int64_t> beat = beat_of(descriptor, address, config_.bus_bytes);
  return beat ? std::optional(load_written(command, *beat)) : std::nullopt;
}

const ScheduledCommand* NetworkSchedule::content_of(LoadTarget target, int64_t address, size_t before) const {
  const std::vector<size_t>& loads = loads_[static_cast<size_t>(target)];
  auto after = std::lower_bound(loads.begin(), loads.end(), before);
  while (after != loads.begin()) {
    const ScheduledCommand& load = commands_[*--after];
    const int64_t offset = address - load.descriptor().buffer_address;
    if (offset >= 0 && offset < int64_t{load.descriptor().rows} * load.descriptor().row_bytes) {
      return &load;
    }
  }
  return nullptr;
}

const ScheduledCommand* NetworkSchedule::content_at(LoadTarget target, int64_t address, uint64_t cycle) const {
  const size_t number = first_running(cycle);
  if (number < commands_.size()) {
    const std::optional<uint64_t> now = written(commands_[number], target, address);
    if (now && *now <= cycle) {
      return &commands_[number];
    }
  }
  return content_of(target, address, number);
}

uint64_t NetworkSchedule::next_write(LoadTarget target, int64_t address, uint64_t cycle) const {
  const std::vector<size_t>& loads = loads_[static_cast<size_t>(target)];
  for (auto load = std::lower_bound(loads.begin(), loads.end(), first_running(cycle)); load != loads.end(); ++load) {
    const std::optional<uint64_t> at = written(commands_[*load], target, address);
    if (at && *at > cycle) {
      return *at;
    }
  }
  return kNever;
}

const ScheduledCommand* NetworkSchedule::last_load(LoadTarget target, size_t before) const {
  const std::vector<size_t>& loads = loads_[static_cast<size_t>(target)];
  const auto after = std::lower_bound(loads.begin(), loads.end(), before);
  return after == loads.begin() ? nullptr : &commands_[*(after - 1)];
}

}  // namespace faultline::engine
