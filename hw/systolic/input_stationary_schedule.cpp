#include "hw/systolic/compute_schedule.h"

namespace faultline::hw {
namespace {

class InputStationarySchedule : public ComputeSchedule {
 public:
  bool has_prologue() const override { return true; }

  ComputeWords issue(const ComputePhase& phase, ComputeHeads& heads) const override {
    ComputeWords words;
    stream_weights(phase, heads, words);
    shift_activations(phase, heads, words);
    words.weight.control = phase.load();
    const bool next_tile = !phase.prologue && phase.last_fold_of_tile && phase.another_fold;
    if (next_tile && phase.phase < static_cast<uint32_t>(phase.columns)) {
      heads.pixel = next_pixel(heads.pixel, phase.command);
    }
    return words;
  }

  void enter_fold(const CommandDescriptor& command, bool first_of_tile, bool last_of_tile,
                  ComputeHeads& heads) const override {
    // The shift words of the fold that is entered have all been issued: if it is the last of its tile, the next ones
    // belong to the next tile and start at the first tap.
    if (last_of_tile) {
      heads.tap = first_tap(command);
    }
    if (first_of_tile && command.weight_tile_reset != 0) {
      heads.weight_address = static_cast<uint32_t>(command.weight_base);
    }
  }

 private:
  static void stream_weights(const ComputePhase& phase, ComputeHeads& heads, ComputeWords& words) {
    if (!phase.streaming()) {
      return;
    }
    words.weight.read = true;
    words.weight.address = heads.weight_address;
    heads.weight_address += static_cast<uint32_t>(phase.command.weight_pitch);
    words.sum.write = true;
    words.sum.accumulate = phase.fold > 0 || phase.command.accumulate != 0;
    words.sum.row = static_cast<uint16_t>(phase.sum_base + phase.phase);
  }

  static void shift_activations(const ComputePhase& phase, ComputeHeads& heads, ComputeWords& words) {
    const int word = phase.shift_word();
    if (word < 0) {
      return;
    }
    words.input.control = true;
    words.input.first = word == 0;
    words.input.read = word < phase.next_fold_rows();
    words.input.pixel = heads.pixel;
    words.input.tap = heads.tap;
    if (words.input.read) {
      heads.tap = next_tap(heads.tap, phase.command);
    }
  }
};

}  // namespace

std::unique_ptr<ComputeSchedule> make_input_stationary_schedule() {
  return std::make_unique<InputStationarySchedule>();
}

}  // namespace faultline::hw
