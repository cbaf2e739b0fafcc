#include "hw/systolic/compute_schedule.h"

namespace faultline::hw {
namespace {

class OutputStationarySchedule : public ComputeSchedule {
 public:
  bool has_prologue() const override { return false; }

  ComputeWords issue(const ComputePhase& phase, ComputeHeads& heads) const override {
    ComputeWords words;
    if (phase.streaming()) {
      words.input.read = true;
      words.input.first = phase.phase == 0;
      words.input.pixel = heads.pixel;
      words.input.tap = heads.tap;
      words.weight.read = true;
      words.weight.address = heads.weight_address;
      heads.tap = next_tap(heads.tap, phase.command);
      heads.weight_address += static_cast<uint32_t>(phase.command.weight_pitch);
    }
    drain(phase, heads, words);
    return words;
  }

  void enter_fold(const CommandDescriptor& command, bool first_of_tile, bool, ComputeHeads& heads) const override {
    heads.tap = first_tap(command);
    if (first_of_tile && command.weight_tile_reset != 0) {
      heads.weight_address = static_cast<uint32_t>(command.weight_base);
    }
  }

 private:
  static void drain(const ComputePhase& phase, ComputeHeads& heads, ComputeWords& words) {
    const int64_t word = static_cast<int64_t>(phase.phase) - (phase.command.stream - 1);
    if (word < 0 || word >= phase.rows) {
      return;
    }
    words.sum.write = true;
    words.sum.accumulate = phase.command.accumulate != 0;
    words.sum.row = static_cast<uint16_t>(phase.sum_base + phase.rows - 1 - word);
    heads.pixel = next_pixel(heads.pixel, phase.command);
  }
};

}  // namespace

std::unique_ptr<ComputeSchedule> make_output_stationary_schedule() {
  return std::make_unique<OutputStationarySchedule>();
}

}  // namespace faultline::hw
