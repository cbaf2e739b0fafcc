#include "sim/engine/end_of_run.h"

#include <algorithm>

namespace faultline::engine {

using hw::CommandDescriptor;
using hw::LoadTarget;

namespace {

/// All bytes of an element.
constexpr uint8_t kWholeElement = 0xff;

}  // namespace

size_t host_element(const mapping::ActivationFormat& format, int64_t position) {
  if (format.layout == model::Layout::kChannelsLast) {
    return static_cast<size_t>(position);
  }
  return static_cast<size_t>(position % format.channels * format.pixels + position / format.channels);
}

WrittenNeuron neuron_of(const mapping::Step& step, int64_t row, int64_t lane) {
  const bool by_row = step.command.parameter_by_row != 0;
  return {static_cast<size_t>(step.output.channel_begin + (by_row ? row : lane)),
          static_cast<size_t>(step.output.pixel_begin + (by_row ? lane : row))};
}

uint64_t biased_cycle(const ScheduledCommand& command, int64_t row) {
  const bool pool = command.opcode == hw::Opcode::kPool;
  const int64_t taps = command.descriptor().stream;
  return command.first_cycle + static_cast<uint64_t>(pool ? 5 + (row + 1) * taps - 1 : 4 + row);
}

bool place_of(const mapping::Step& step, int64_t address, WrittenPlace& place) {
  const CommandDescriptor& d = step.command;
  const int64_t offset = address - d.output_base;
  if (offset < 0) {
    return false;
  }
  const bool rows_outside = d.output_row_stride >= d.output_lane_stride;
  const int64_t outer = rows_outside ? d.output_row_stride : d.output_lane_stride;
  const int64_t inner = rows_outside ? d.output_lane_stride : d.output_row_stride;
  const int64_t bytes = step.output.element_bytes;
  int64_t first = offset / outer;
  int64_t second = offset % outer / inner;
  if (inner == outer) {  // one of the extents is 1
    second = 0;
    if ((rows_outside ? d.rows : d.lanes) == 1) {
      std::swap(first, second);
    }
  }
  place.byte = offset - first * outer - second * inner;
  place.row = rows_outside ? first : second;
  place.lane = rows_outside ? second : first;
  return place.byte < bytes && place.row < d.rows && place.lane < d.lanes;
}

EndOfRun::EndOfRun(const NetworkSchedule& schedule, const std::vector<std::unique_ptr<ComputeView>>& views)
    : reset_command_(static_cast<size_t>(schedule.config().psum_rows)),
      reset_cycle_(static_cast<size_t>(schedule.config().psum_rows)),
      output_cycle_(static_cast<size_t>(schedule.config().output_buffer_bytes)),
      inputs_(schedule.layers()),
      outputs_(schedule.layers()),
      sums_(schedule.layers()),
      unused_(schedule.layers()) {
  for (const ScheduledCommand& command : schedule.commands()) {
    const CommandDescriptor& d = command.descriptor();
    if (const ComputeView* view = views[command.number].get()) {
      last_compute = view;
      const bool by_row = schedule.config().grid.dataflow == hw::Dataflow::kOutputStationary;
      const int64_t extent = by_row ? view->rows() : view->stream();
      for (int64_t fold = 0; fold < view->folds() && !view->accumulates(); fold += view->folds_a_tile()) {
        for (int64_t i = 0; i < extent; ++i) {
          const StreamSlot slot{fold, by_row ? 0 : i};
          const int row = by_row ? static_cast<int>(i) : 0;
          const auto at = static_cast<size_t>(view->target(slot, row, 0).row);
          reset_command_[at] = command.number;
          reset_cycle_[at] = view->sum_written(slot, row, 0);
        }
      }
    }
    if (command.opcode == hw::Opcode::kPostProcess || command.opcode == hw::Opcode::kPool) {
      for (int64_t row = 0; row < d.rows; ++row) {
        for (int64_t lane = 0; lane < d.lanes; ++lane) {
          for (int64_t byte = 0; byte < command.step->output.element_bytes; ++byte) {
            const int64_t address = d.output_base + row * d.output_row_stride + lane * d.output_lane_stride + byte;
            output_cycle_[static_cast<size_t>(address)] = biased_cycle(command, row) + 2;
          }
        }
      }
    }
  }
  find_registers(schedule);
  mark_inputs(schedule);
  mark_outputs(schedule);
  mark_sums(schedule, views);
  mark_stationary(schedule);
  mark_last_window(schedule);
}

void EndOfRun::find_registers(const NetworkSchedule& schedule) {
  const int bus = schedule.config().bus_bytes;
  for (const ScheduledCommand& command : schedule.commands()) {
    const CommandDescriptor& d = command.descriptor();
    const uint64_t first = command.first_cycle;
    switch (command.opcode) {
      case hw::Opcode::kPostProcess:
        row_read = first + 3 + static_cast<uint64_t>(d.rows) - 1;
        break;
      case hw::Opcode::kPool:
        pool_read = first + 3 + static_cast<uint64_t>(int64_t{d.rows} * d.stream) - 1;
        window = pool_read + 1;
        last_pool = command.number + 1;
        break;
      case hw::Opcode::kStore:
        store_read = first + 3 + static_cast<uint64_t>(NetworkSchedule::beats(d, bus)) - 1;
        store_request = store_read + 1;
        break;
      case hw::Opcode::kLoad:
        load_write = schedule.load_written(command, NetworkSchedule::beats(d, bus) - 1) - 1;
        break;
      default:
        break;
    }
    if (command.opcode == hw::Opcode::kPostProcess || command.opcode == hw::Opcode::kPool) {
      biased = biased_cycle(command, d.rows - 1);
      product = biased + 1;
    }
  }
}

void EndOfRun::mark_inputs(const NetworkSchedule& schedule) {
  const int bus = schedule.config().bus_bytes;
  for (size_t layer = 0; layer < schedule.layers(); ++layer) {
    const mapping::ActivationFormat& format = schedule.layer(layer).input;
    inputs_[layer].resize(static_cast<size_t>(format.pixels * format.channels));
  }
  for (const ScheduledCommand& command : schedule.commands()) {
    const CommandDescriptor& d = command.descriptor();
    if (command.opcode != hw::Opcode::kLoad || d.target != static_cast<int32_t>(LoadTarget::kInput)) {
      continue;
    }
    const mapping::LayerProgram& program = schedule.layer(command.layer);
    for (int64_t beat = 0; beat < NetworkSchedule::beats(d, bus); ++beat) {
      const NetworkSchedule::Bytes bytes = NetworkSchedule::bytes_of(d, beat, bus);
      for (int64_t address = bytes.begin; address < bytes.end; ++address) {
        if (schedule.last_written(LoadTarget::kInput, address) == schedule.load_written(command, beat)) {
          const int64_t place = d.dram_address - program.memory.input + address - d.buffer_address;
          const int bytes_each = program.input.element_bytes;
          inputs_[command.layer][host_element(program.input, place / bytes_each)] |=
              static_cast<uint8_t>(1 << place % bytes_each);
        }
      }
    }
  }
}

void EndOfRun::mark_outputs(const NetworkSchedule& schedule) {
  for (size_t layer = 0; layer < schedule.layers(); ++layer) {
    const mapping::ActivationFormat& format = schedule.layer(layer).output;
    outputs_[layer].resize(static_cast<size_t>(format.pixels * format.channels));
  }
  for (const ScheduledCommand& command : schedule.commands()) {
    if (command.opcode != hw::Opcode::kPostProcess && command.opcode != hw::Opcode::kPool) {
      continue;
    }
    const CommandDescriptor& d = command.descriptor();
    const mapping::ActivationFormat& format = schedule.layer(command.layer).output;
    for (int64_t row = 0; row < d.rows; ++row) {
      for (int64_t lane = 0; lane < d.lanes; ++lane) {
        const WrittenNeuron neuron = neuron_of(*command.step, row, lane);
        for (int64_t byte = 0; byte < format.element_bytes; ++byte) {
          const int64_t address = d.output_base + row * d.output_row_stride + lane * d.output_lane_stride + byte;
          if (last_output_write(address) == biased_cycle(command, row) + 2) {
            const auto position =
                static_cast<int64_t>(neuron.pixel) * format.channels + static_cast<int64_t>(neuron.channel);
            outputs_[command.layer][host_element(format, position)] |= static_cast<uint8_t>(1 << byte);
          }
        }
      }
    }
  }
}

void EndOfRun::mark_sums(const NetworkSchedule& schedule, const std::vector<std::unique_ptr<ComputeView>>& views) {
  const bool by_row = schedule.config().grid.dataflow == hw::Dataflow::kOutputStationary;
  for (const ScheduledCommand& command : schedule.commands()) {
    const ComputeView* view = views[command.number].get();
    if (view == nullptr) {
      continue;
    }
    const mapping::ActivationFormat& format = schedule.layer(command.layer).output;
    const int64_t extent = by_row ? view->rows() : view->stream();
    for (int64_t tile = 0; tile < command.descriptor().tiles; ++tile) {
      for (int64_t i = 0; i < extent; ++i) {
        const StreamSlot slot{tile * view->folds_a_tile(), by_row ? 0 : i};
        const int row = by_row ? static_cast<int>(i) : 0;
        if (last_reset_command(view->target(slot, row, 0).row) > command.number) {
          continue;
        }
        for (int column = 0; column < view->columns(); ++column) {
          const SumTarget target = view->target(slot, row, column);
          if (!target.written) {
            continue;
          }
          if (!target.neuron) {
            unused_[command.layer].push_back({view, tile, by_row ? 0 : i, row, column});
            continue;
          }
          std::vector<uint8_t>& marks = sums_[command.layer];
          marks.resize(static_cast<size_t>(format.pixels * format.channels));
          marks[target.pixel * static_cast<size_t>(format.channels) + target.channel] = 1;
        }
      }
    }
  }
}

/// Input-stationary: the activations that the array holds.
void EndOfRun::mark_stationary(const NetworkSchedule& schedule) {
  if (last_compute == nullptr || schedule.config().grid.dataflow != hw::Dataflow::kInputStationary) {
    return;
  }
  const ComputeView& view = *last_compute;
  const mapping::ActivationFormat& format = schedule.layer(view.command().layer).input;
  const int64_t fold = view.folds() - 1;
  for (int word = 0; word < view.valid_rows(fold); ++word) {
    for (int column = 0; column < view.columns(); ++column) {
      const int own = view.column_map().logical(column);
      if (own == hw::ColumnMap::kUnused) {
        continue;
      }
      const auto pixel = static_cast<size_t>(fold / view.folds_a_tile() * view.used_columns() + own);
      const auto tap = static_cast<size_t>(fold % view.folds_a_tile() * view.rows() + word);
      if (view.window().inside(pixel, tap)) {
        const int64_t position = view.window().position(view.window().address(pixel, tap));
        inputs_[view.command().layer][host_element(format, position)] = kWholeElement;
      }
    }
  }
}

bool EndOfRun::source_of(const NetworkSchedule& schedule, int64_t address, size_t before, Source& source) const {
  const int64_t byte = address * schedule.config().grid.format().operand_bytes();
  const ScheduledCommand* load = schedule.content_of(LoadTarget::kInput, byte, before);
  if (load == nullptr) {
    return false;
  }
  const mapping::LayerProgram& program = schedule.layer(load->layer);
  const CommandDescriptor& d = load->descriptor();
  const int64_t place = d.dram_address - program.memory.input + byte - d.buffer_address;
  source = {load->layer, host_element(program.input, place / program.input.element_bytes)};
  return true;
}

/// pool_data holds one operand a lane, of the last tap; window what the taps of the last window join.
void EndOfRun::mark_last_window(const NetworkSchedule& schedule) {
  if (last_pool == 0) {
    return;
  }
  const ScheduledCommand& pool = schedule.commands()[last_pool - 1];
  const CommandDescriptor& d = pool.descriptor();
  const WindowView view(schedule, pool, d.rows, d.stream);
  last_window_is_maximum_ = d.maximum != 0;
  const auto pixel = static_cast<size_t>(d.rows) - 1;
  for (int lane = 0; lane < schedule.config().grid.used_columns(); ++lane) {
    std::vector<Source> sources;
    for (size_t tap = 0; tap < view.tap_count(); ++tap) {
      const int64_t address = view.address(pixel, tap) + lane;
      last_window_addresses_.push_back(address);
      Source source{};
      if (!source_of(schedule, address, pool.number, source)) {
        continue;
      }
      if (tap + 1 == view.tap_count()) {
        inputs_[source.layer][source.element] = kWholeElement;
      }
      if (view.inside(pixel, tap)) {
        sources.push_back(source);
      }
    }
    last_window_.push_back(std::move(sources));
  }
  std::sort(last_window_addresses_.begin(), last_window_addresses_.end());
}

bool EndOfRun::in_last_window(int64_t address) const {
  return std::binary_search(last_window_addresses_.begin(), last_window_addresses_.end(), address);
}

}  // namespace faultline::engine
