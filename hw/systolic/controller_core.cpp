#include "hw/systolic/controller_core.h"

namespace faultline::hw {

PixelRegisters::PixelRegisters(StateTable& table, const std::string& path)
    : y(table, path + "_y", 16), x(table, path + "_x", 16), offset(table, path + "_offset", 32) {}

void PixelRegisters::set(const Pixel& pixel) const {
  y.set(pixel.y);
  x.set(pixel.x);
  offset.set(pixel.offset);
}

TapRegisters::TapRegisters(StateTable& table, const std::string& path)
    : y(table, path + "_y", 16),
      x(table, path + "_x", 16),
      c(table, path + "_c", 16),
      offset(table, path + "_offset", 32) {}

void TapRegisters::set(const Tap& tap) const {
  y.set(tap.y);
  x.set(tap.x);
  c.set(tap.c);
  offset.set(tap.offset);
}

ControllerCore::ControllerCore(const AcceleratorConfig& config, StateTable& table, FaultTaps& taps)
    : rows_(config.grid.rows),
      columns_(config.grid.used_columns()),
      fields_(command_fields(config.grid.format().operand_bits)),
      taps_(taps),
      schedule_(make_schedule(config.grid.dataflow)),
      state_(table, "controller.state", 3),
      tile_(table, "controller.tile", 16),
      fold_(table, "controller.fold", 16),
      phase_(table, "controller.phase", 24),
      weight_address_(table, "controller.weight_address", 24),
      sum_base_(table, "controller.sum_base", 16),
      pixel_(table, "controller.pixel"),
      tap_(table, "controller.tap"),
      dma_start_(table, "controller.dma_start", 1),
      post_start_(table, "controller.post_start", 1),
      input_read_(table, "controller.input_word.read", 1),
      input_first_(table, "controller.input_word.first", 1),
      input_control_(table, "controller.input_word.control", 1),
      input_pixel_(table, "controller.input_word.pixel"),
      input_tap_(table, "controller.input_word.tap"),
      weight_read_(table, "controller.weight_word.read", 1),
      weight_control_(table, "controller.weight_word.control", 1),
      weight_word_address_(table, "controller.weight_word.address", 24),
      sum_write_(table, "controller.sum_word.write", 1),
      sum_accumulate_(table, "controller.sum_word.accumulate", 1),
      sum_row_(table, "controller.sum_word.row", 16) {
  for (const CommandField& field : fields_) {
    const std::string path = "controller.command." + field.name;
    if (field.is_signed) {
      signed_fields_.emplace_back(table, path, field.bits);
    } else {
      unsigned_fields_.emplace_back(table, path, field.bits);
    }
  }
  if (!config.protection.neuron_unit.empty()) {
    correct_start_.emplace(table, "controller.correct_start", 1);
  }
  state_changed();
}

void ControllerCore::state_changed() {
  size_t next_signed = 0;
  size_t next_unsigned = 0;
  for (const CommandField& field : fields_) {
    command_.*field.member = field.is_signed ? signed_fields_[next_signed++].get()
                                             : static_cast<int32_t>(unsigned_fields_[next_unsigned++].get());
  }
}

void ControllerCore::step(const Inputs& inputs, uint64_t cycle) {
  dma_start_.set(0);
  post_start_.set(0);
  if (correct_start_) {
    correct_start_->set(0);
  }
  const uint8_t state = state_.get();
  if (state == kPrologue || state == kStream) {
    compute();
  } else {
    issue({});
    if (state == kIdle && inputs.command_valid) {
      accept(inputs.descriptor);
    } else if (state == kWait) {
      wait(inputs);
    } else if (state > kTrap) {
      state_.set(kTrap);
    }
  }
  if (!taps_.empty() && taps_.apply_registers(cycle) > 0) {
    state_changed();
  }
}

void ControllerCore::accept(const CommandDescriptor& descriptor) {
  size_t next_signed = 0;
  size_t next_unsigned = 0;
  for (const CommandField& field : fields_) {
    const int32_t value = descriptor.*field.member;
    if (field.is_signed) {
      signed_fields_[next_signed++].set(value);
    } else {
      unsigned_fields_[next_unsigned++].set(value);
    }
  }
  state_changed();
  switch (static_cast<Opcode>(command_.opcode)) {
    case Opcode::kLoad:
    case Opcode::kStore:
      dma_start_.set(1);
      state_.set(kWait);
      break;
    case Opcode::kPostProcess:
    case Opcode::kPool:
      post_start_.set(1);
      state_.set(kWait);
      break;
    case Opcode::kCompute:
      start_compute();
      break;
    case Opcode::kCorrect:
      if (correct_start_) {
        correct_start_->set(1);
      }
      state_.set(correct_start_ ? kWait : kTrap);
      break;
    default:
      state_.set(kTrap);
  }
}

void ControllerCore::start_compute() {
  const bool prologue = schedule_->has_prologue();
  state_.set(prologue ? kPrologue : kStream);
  tile_.set(0);
  fold_.set(0);
  phase_.set(prologue ? command_.shift_start : 0);
  weight_address_.set(command_.weight_base);
  sum_base_.set(command_.psum_base);
  pixel_.set(first_pixel(command_));
  tap_.set(first_tap(command_));
}

void ControllerCore::compute() {
  const bool prologue = state_.get() == kPrologue;
  const uint32_t folds = static_cast<uint32_t>(command_.folds);
  const uint32_t phase = phase_.get();
  const bool last_fold = fold_.get() + 1U >= folds;
  const bool last_tile = tile_.get() + 1U >= static_cast<uint32_t>(command_.tiles);
  const bool another = prologue || !(last_fold && last_tile);
  const uint32_t next_fold = prologue || last_fold ? 0 : fold_.get() + 1U;
  const ComputePhase where{command_,        rows_,    columns_,  phase,   fold_.get(),
                           sum_base_.get(), prologue, last_fold, another, next_fold + 1 >= folds};
  ComputeHeads heads{pixel_.get(), tap_.get(), weight_address_.get()};
  issue(schedule_->issue(where, heads));

  const auto end = static_cast<uint32_t>(prologue  ? command_.shift_start + rows_ + 1
                                         : another ? command_.period
                                                   : command_.final_period);
  if (phase + 1 < end) {
    phase_.set(phase + 1);
  } else if (prologue) {
    schedule_->enter_fold(command_, true, folds <= 1, heads);
    phase_.set(0);
    state_.set(kStream);
  } else {
    end_of_fold(last_fold, another, heads);
  }
  pixel_.set(heads.pixel);
  tap_.set(heads.tap);
  weight_address_.set(heads.weight_address);
}

void ControllerCore::end_of_fold(bool last_fold, bool another, ComputeHeads& heads) {
  phase_.set(0);
  if (!another) {
    state_.set(kIdle);
    return;
  }
  if (last_fold) {
    fold_.set(0);
    tile_.set(tile_.get() + 1);
    sum_base_.set(sum_base_.get() + command_.psum_tile_step);
  } else {
    fold_.set(fold_.get() + 1);
  }
  schedule_->enter_fold(command_, last_fold, fold_.get() + 1U >= static_cast<uint32_t>(command_.folds), heads);
}

void ControllerCore::issue(const ComputeWords& words) {
  input_read_.set(words.input.read);
  input_first_.set(words.input.first);
  input_control_.set(words.input.control);
  input_pixel_.set(words.input.pixel);
  input_tap_.set(words.input.tap);
  weight_read_.set(words.weight.read);
  weight_control_.set(words.weight.control);
  weight_word_address_.set(words.weight.address);
  sum_write_.set(words.sum.write);
  sum_accumulate_.set(words.sum.accumulate);
  sum_row_.set(words.sum.row);
}

void ControllerCore::wait(const Inputs& inputs) {
  if (inputs.dma.error || inputs.post.error) {
    state_.set(kTrap);
  } else if (inputs.dma.done || inputs.post.done || inputs.neurons.done) {
    state_.set(kIdle);
  }
}

InputWord ControllerCore::input_word() const {
  return {input_read_.get() != 0, input_first_.get() != 0, input_control_.get() != 0, input_pixel_.get(),
          input_tap_.get()};
}

WeightWord ControllerCore::weight_word() const {
  return {weight_read_.get() != 0, weight_control_.get() != 0, weight_word_address_.get()};
}

SumWord ControllerCore::sum_word() const {
  return {sum_write_.get() != 0, sum_accumulate_.get() != 0, sum_row_.get()};
}

}  // namespace faultline::hw
