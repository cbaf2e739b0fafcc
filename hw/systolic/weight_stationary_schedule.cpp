#include "hw/systolic/compute_schedule.h"

namespace faultline::hw {
namespace {

class WeightStationarySchedule : public ComputeSchedule {
 public:
  bool has_prologue() const override { return true; }

  ComputeWords issue(const ComputePhase& phase, ComputeHeads& heads) const override {
    ComputeWords words;
    stream_pixels(phase, heads, words);
    shift_weights(phase, heads, words);
    words.input.control = phase.load();
    return words;
  }

  void enter_fold(const CommandDescriptor& command, bool first_of_tile, bool, ComputeHeads& heads) const override {
    heads.pixel = first_pixel(command);
    if (first_of_tile) {
      heads.tap = first_tap(command);
      if (command.weight_tile_reset != 0) {
        heads.weight_address = static_cast<uint32_t>(command.weight_base);
      }
    }
  }

 private:
  static void stream_pixels(const ComputePhase& phase, ComputeHeads& heads, ComputeWords& words) {
    if (!phase.streaming()) {
      return;
    }
    words.input.read = true;
    words.input.first = phase.phase == 0;
    words.input.pixel = heads.pixel;
    words.input.tap = heads.tap;
    words.sum.write = true;
    words.sum.accumulate = phase.fold > 0 || phase.command.accumulate != 0;
    words.sum.row = static_cast<uint16_t>(phase.sum_base + phase.phase);
    heads.pixel = next_pixel(heads.pixel, phase.command);
  }

  static void shift_weights(const ComputePhase& phase, ComputeHeads& heads, ComputeWords& words) {
    const int word = phase.shift_word();
    if (word < 0) {
      return;
    }
    words.weight.control = true;
    words.weight.read = phase.rows - 1 - word < phase.next_fold_rows();
    words.weight.address = heads.weight_address;
    if (words.weight.read) {
      heads.weight_address += static_cast<uint32_t>(phase.command.weight_pitch);
    }
    if (!phase.prologue) {
      heads.tap = next_tap(heads.tap, phase.command);
    }
  }
};

}  // namespace

std::unique_ptr<ComputeSchedule> make_weight_stationary_schedule() {
  return std::make_unique<WeightStationarySchedule>();
}

}  // namespace faultline::hw
