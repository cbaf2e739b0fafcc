#include "program_interpreter.h"

#include <algorithm>
#include <stdexcept>

#include "hw/arithmetic/requantisation.h"

namespace faultline::test {
namespace {

uint8_t read(const std::vector<uint8_t>& memory, int64_t address) {
  return address >= 0 && address < static_cast<int64_t>(memory.size()) ? memory[static_cast<size_t>(address)]
                                                                       : uint8_t{0};
}

void write(std::vector<uint8_t>& memory, int64_t address, uint8_t value) {
  if (address >= 0 && address < static_cast<int64_t>(memory.size())) {
    memory[static_cast<size_t>(address)] = value;
  }
}

int32_t read_word(const std::vector<uint8_t>& memory, int64_t address) {
  uint32_t word = 0;
  for (int i = 3; i >= 0; --i) {
    word = (word << 8) | read(memory, address + i);
  }
  return static_cast<int32_t>(word);
}

void require(bool condition, const char* what) {
  if (!condition) {
    throw std::invalid_argument(what);
  }
}

}  // namespace

ProgramInterpreter::ProgramInterpreter(const hw::AcceleratorConfig& config)
    : dram(static_cast<size_t>(config.dram_bytes)),
      config_(config),
      input_(static_cast<size_t>(config.input_buffer_bytes)),
      weight_(static_cast<size_t>(config.weight_buffer_bytes)),
      output_(static_cast<size_t>(config.output_buffer_bytes)),
      parameter_(static_cast<size_t>(config.parameter_entries) * hw::kParameterBytes),
      table_(256),
      sums_(static_cast<size_t>(config.psum_rows), std::vector<int32_t>(static_cast<size_t>(config.grid.columns))) {}

void ProgramInterpreter::run(const std::vector<Command>& program) {
  for (const Command& command : program) {
    check(command);
    switch (static_cast<hw::Opcode>(command.opcode)) {
      case hw::Opcode::kLoad:
        move(command, true);
        break;
      case hw::Opcode::kStore:
        move(command, false);
        break;
      case hw::Opcode::kCompute:
        config_.grid.dataflow == hw::Dataflow::kWeightStationary  ? weight_stationary(command)
        : config_.grid.dataflow == hw::Dataflow::kInputStationary ? input_stationary(command)
                                                                  : output_stationary(command);
        break;
      case hw::Opcode::kPostProcess:
        post_process(command);
        break;
      case hw::Opcode::kPool:
        pool(command);
        break;
      default:
        throw std::invalid_argument("opcode");
    }
  }
}

void ProgramInterpreter::check(const Command& command) const {
  for (const hw::CommandField& field : hw::command_fields()) {
    const int64_t value = command.*field.member;
    const int64_t span = int64_t{1} << (field.is_signed ? field.bits - 1 : field.bits);
    require(value < span && value >= (field.is_signed ? -span : 0), field.name.c_str());
  }
  if (static_cast<hw::Opcode>(command.opcode) != hw::Opcode::kCompute) {
    return;
  }
  const hw::GridConfig& grid = config_.grid;
  const bool several = command.tiles > 1;
  require(command.tiles >= 1 && command.folds >= 1 && command.stream >= 1, "loops");
  if (grid.dataflow == hw::Dataflow::kOutputStationary) {
    require(command.folds == 1, "folds");
    require(command.period >= command.stream - 1 + 2 * grid.rows, "period");
    require(command.final_period >= command.stream - 1 + 2 * grid.rows + grid.columns + 3, "final_period");
    return;
  }
  const bool input = grid.dataflow == hw::Dataflow::kInputStationary;
  const int shift = input && several ? std::max(grid.rows - 1, grid.columns) : grid.rows - 1;
  require(command.shift_start >= shift, "shift_start");
  require(command.period >= std::max(command.stream, command.shift_start + grid.rows + 1), "period");
  require(command.final_period >= command.stream + grid.rows + grid.columns + 3, "final_period");
  require(command.last_fold_rows >= 1 && command.last_fold_rows <= grid.rows, "last_fold_rows");
}

void ProgramInterpreter::move(const Command& command, bool load) {
  std::vector<uint8_t>* const targets[] = {&input_, &weight_, &parameter_, &table_};
  std::vector<uint8_t>& buffer = load ? *targets[command.target] : output_;
  for (int64_t row = 0; row < command.rows; ++row) {
    for (int64_t byte = 0; byte < command.row_bytes; ++byte) {
      const int64_t address = static_cast<uint32_t>(command.dram_address) + row * command.dram_stride + byte;
      const int64_t place = command.buffer_address + row * command.buffer_stride + byte;
      if (load) {
        write(buffer, place, dram.at(static_cast<size_t>(address)));
      } else {
        dram.at(static_cast<size_t>(address)) = read(buffer, place);
      }
    }
  }
}

int8_t ProgramInterpreter::activation(const hw::Pixel& pixel, const hw::Tap& tap, const Command& command) const {
  if (!hw::inside_input(pixel.y, pixel.x, tap.y, tap.x, command)) {
    return static_cast<int8_t>(command.pad_value);
  }
  return static_cast<int8_t>(read(input_, hw::input_address(pixel.offset, tap.offset, command)));
}

int32_t ProgramInterpreter::product(const hw::Pixel& pixel, const hw::Tap& tap, int64_t weight_address,
                                    const Command& command) const {
  return config_.grid.multiplier.product(activation(pixel, tap, command),
                                         static_cast<int8_t>(read(weight_, weight_address)));
}

void ProgramInterpreter::add(int row, int lane, int32_t sum, bool accumulate) {
  if (row < config_.psum_rows) {
    int32_t& held = sums_[static_cast<size_t>(row)][static_cast<size_t>(lane)];
    held = accumulate ? hw::wrapping_add(held, sum) : sum;
  }
}

void ProgramInterpreter::weight_stationary(const Command& command) {
  int64_t weights = command.weight_base;
  for (int tile = 0; tile < command.tiles; ++tile) {
    weights = command.weight_tile_reset != 0 ? command.weight_base : weights;
    hw::Tap head = hw::first_tap(command);
    for (int fold = 0; fold < command.folds; ++fold) {
      const int rows = fold + 1 == command.folds ? command.last_fold_rows : config_.grid.rows;
      std::vector<hw::Tap> taps;
      for (int row = 0; row < config_.grid.rows; ++row, head = hw::next_tap(head, command)) {
        taps.push_back(head);
      }
      hw::Pixel pixel = hw::first_pixel(command);
      for (int p = 0; p < command.stream; ++p, pixel = hw::next_pixel(pixel, command)) {
        for (int lane = 0; lane < config_.grid.columns; ++lane) {
          int32_t sum = 0;
          for (int row = 0; row < rows; ++row) {  // the highest row's word comes first
            const int64_t address = weights + int64_t{rows - 1 - row} * command.weight_pitch + lane;
            sum = hw::wrapping_add(sum, product(pixel, taps[static_cast<size_t>(row)], address, command));
          }
          add(command.psum_base + tile * command.psum_tile_step + p, lane, sum, fold > 0 || command.accumulate != 0);
        }
      }
      weights += int64_t{rows} * command.weight_pitch;
    }
  }
}

void ProgramInterpreter::input_stationary(const Command& command) {
  const int rows = config_.grid.rows;
  int64_t weights = command.weight_base;
  hw::Pixel head = hw::first_pixel(command);
  for (int tile = 0; tile < command.tiles; ++tile) {
    weights = command.weight_tile_reset != 0 ? command.weight_base : weights;
    std::vector<hw::Pixel> pixels;
    for (int lane = 0; lane < config_.grid.columns; ++lane, head = hw::next_pixel(head, command)) {
      pixels.push_back(head);
    }
    hw::Tap tap = hw::first_tap(command);
    for (int fold = 0; fold < command.folds; ++fold) {
      const int valid = fold + 1 == command.folds ? command.last_fold_rows : rows;
      std::vector<hw::Tap> taps;  // tap k0 + j sits in row R-1-j
      for (int j = 0; j < valid; ++j, tap = hw::next_tap(tap, command)) {
        taps.push_back(tap);
      }
      for (int word = 0; word < command.stream; ++word, weights += command.weight_pitch) {
        for (int lane = 0; lane < config_.grid.columns; ++lane) {
          int32_t sum = 0;
          for (int j = 0; j < valid; ++j) {
            sum = hw::wrapping_add(sum, product(pixels[static_cast<size_t>(lane)], taps[static_cast<size_t>(j)],
                                                weights + rows - 1 - j, command));
          }
          add(command.psum_base + tile * command.psum_tile_step + word, lane, sum, fold > 0 || command.accumulate != 0);
        }
      }
    }
  }
}

void ProgramInterpreter::output_stationary(const Command& command) {
  const int rows = config_.grid.rows;
  int64_t weights = command.weight_base;
  hw::Pixel head = hw::first_pixel(command);
  for (int tile = 0; tile < command.tiles; ++tile) {
    weights = command.weight_tile_reset != 0 ? command.weight_base : weights;
    for (int row = 0; row < rows; ++row, head = hw::next_pixel(head, command)) {
      for (int lane = 0; lane < config_.grid.columns; ++lane) {
        int32_t sum = 0;
        hw::Tap tap = hw::first_tap(command);
        for (int word = 0; word < command.stream; ++word, tap = hw::next_tap(tap, command)) {
          sum =
              hw::wrapping_add(sum, product(head, tap, weights + int64_t{word} * command.weight_pitch + lane, command));
        }
        add(command.psum_base + tile * command.psum_tile_step + row, lane, sum, command.accumulate != 0);
      }
    }
    weights += int64_t{command.stream} * command.weight_pitch;
  }
}

void ProgramInterpreter::write_output(const Command& command, int row, int lane, int32_t sum) {
  const int64_t entry = command.parameter_base + (command.parameter_by_row != 0 ? row : lane);
  const int64_t address =
      command.output_base + int64_t{row} * command.output_row_stride + int64_t{lane} * command.output_lane_stride;
  const int32_t value = hw::wrapping_add(sum, read_word(parameter_, entry * hw::kParameterBytes));
  if (command.raw != 0) {
    for (int byte = 0; byte < 4; ++byte) {
      write(output_, address + byte, static_cast<uint8_t>(static_cast<uint32_t>(value) >> (8 * byte)));
    }
    return;
  }
  const hw::FixedPointFactor factor{read_word(parameter_, entry * hw::kParameterBytes + 4),
                                    read(parameter_, entry * hw::kParameterBytes + 12)};
  const int32_t residue = read_word(parameter_, entry * hw::kParameterBytes + 8);
  const int32_t code = hw::clamp(hw::scale(value, factor, residue) + command.zero_point, command.low, command.high);
  write(output_, address, command.use_table != 0 ? read(table_, code + 128) : static_cast<uint8_t>(code));
}

void ProgramInterpreter::post_process(const Command& command) {
  for (int row = 0; row < command.rows; ++row) {
    for (int lane = 0; lane < command.lanes; ++lane) {
      write_output(command, row, lane,
                   sums_.at(static_cast<size_t>(command.psum_base + row)).at(static_cast<size_t>(lane)));
    }
  }
}

void ProgramInterpreter::pool(const Command& command) {
  hw::Pixel pixel = hw::first_pixel(command);
  for (int row = 0; row < command.rows; ++row, pixel = hw::next_pixel(pixel, command)) {
    for (int lane = 0; lane < command.lanes; ++lane) {
      int32_t sum = 0;
      int32_t largest = -128;
      hw::Tap tap = hw::first_tap(command);
      for (int j = 0; j < command.stream; ++j, tap = hw::next_tap(tap, command)) {
        hw::Tap shifted = tap;
        shifted.offset += lane;
        const int8_t value = activation(pixel, shifted, command);
        sum += value;
        largest =
            hw::inside_input(pixel.y, pixel.x, tap.y, tap.x, command) ? std::max<int32_t>(largest, value) : largest;
      }
      if (command.maximum != 0) {
        write(
            output_,
            command.output_base + int64_t{row} * command.output_row_stride + int64_t{lane} * command.output_lane_stride,
            static_cast<uint8_t>(largest));
      } else {
        write_output(command, row, lane, sum);
      }
    }
  }
}

}  // namespace faultline::test
