#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "hw/common/signed_bits.h"
#include "hw/common/state_table.h"
#include "hw/fault/fault.h"
#include "sim/engine/channel_parameters.h"
#include "sim/engine/checked_sums.h"
#include "sim/engine/compute_view.h"
#include "sim/engine/end_of_run.h"
#include "sim/engine/incremental_inference.h"
#include "sim/engine/network_schedule.h"
#include "sim/engine/processed_value.h"

namespace faultline::engine {

/// Bits of a register as a fault leaves them that acts in this cycle.
uint64_t struck(const hw::Fault& fault, uint64_t bits);
/// The same of a signed value in a register of `bits` bits.
inline int64_t struck_signed(const hw::Fault& fault, int64_t value, int bits) {
  return hw::wrap_to(static_cast<int64_t>(struck(fault, hw::low_bits(value, bits))), bits);
}

/// What faults do to the layers that they strike, in terms of sums and outputs.
///
/// A fault that acts in many cycles is followed layer by layer, each in two parts: first what it does to sums, then,
/// when the sums are known, what it does to post-processing and to what is stored.
class ConeEffect {
 public:
  enum class Part { kAll, kSums, kOutputs };

  ConeEffect(const model::Network& network, const NetworkSchedule& schedule, const EndOfRun& end,
             IncrementalInference& inference)
      : network_(network), schedule_(schedule), end_(end), inference_(inference), checks_(schedule.config()) {}

  void clear();

  /// From here on only this part of strikes on this layer counts. Of several faults, no two may change one sum or
  /// output of a layer; that is watched when `several`.
  void begin_part(size_t layer, Part part, size_t fault, bool several);
  Part part() const { return part_; }
  /// A lone fault that acts once; what others do to the same words need not be thought of.
  bool alone() const { return part_ == Part::kAll; }

  /// Adds to the sum that a slot's product at (row, column) belongs to.
  void add_sum(const ComputeView& view, StreamSlot slot, int row, int column, int64_t difference);
  /// Adds to a neuron's sum.
  void add_sum(size_t layer, WrittenNeuron neuron, int64_t difference);
  /// What post-processing makes of a neuron becomes `now` instead of `golden`.
  void set_output(size_t layer, WrittenNeuron neuron, const ProcessedValue& golden, const ProcessedValue& now);
  /// A wrong value came this far, whatever it becomes there.
  void reach(Station station) {
    if (part_ != Part::kSums) {
      inference_.reach(station);
    }
  }
  /// Inverts bits of one stored byte of a neuron.
  void flip_output(size_t layer, WrittenNeuron neuron, int64_t byte, uint8_t mask);

  /// The accelerator differs from the golden one at the end, whatever the outputs are.
  void leave_residue() { (several_ ? doubted_ : residue_) = true; }
  /// As leave_residue(), by a fault that acts on the last word of its register.
  void leave_residue(const hw::Fault& fault);
  /// Not known: the fault must be simulated.
  void give_up() { known_ = false; }
  /// While `checked`, sums that differ are seen by the array's checksums.
  void check_sums(bool checked) { checked_ = checked; }
  /// Adds what the checksums leave of the sums that they have seen. Before sums are used.
  void settle_checks();
  /// What the checksums say.
  const std::optional<hw::DetectionRecord>& detection() const { return checks_.detection(); }
  /// Not known is only whether the accelerator differs at the end.
  void doubt_end() { doubted_ = true; }
  /// Not known is only how far wrong values came that were not stored.
  void doubt_trace() { trace_doubted_ = true; }
  /// The output buffer keeps a layer's right values although wrong ones are stored.
  void spare_output_buffer(size_t layer);

  bool known() const { return known_; }
  bool output_buffer_spared(size_t layer) const { return spared_.count(layer) != 0; }
  bool residue() const { return residue_; }
  bool end_doubted() const { return doubted_; }
  bool trace_doubted() const { return trace_doubted_; }
  /// Stuck-ats of registers that differ at the end if these faults change what the registers hold then.
  const std::vector<hw::Fault>& at_end() const { return at_end_; }
  /// By how much sums without a neuron differ that the buffer still holds at the end, by row and column.
  using UnusedSums = std::map<std::pair<int64_t, int>, int64_t>;
  const UnusedSums& unused() const { return unused_; }
  /// The first layer that is struck; schedule.layers() when none.
  size_t layer() const { return layer_; }

  /// The sum as it stands: with what was added to it, and in Part::kOutputs with what other inputs make of it.
  int64_t sum(size_t layer, WrittenNeuron neuron) const;
  int64_t sum_difference(size_t layer, WrittenNeuron neuron) const;
  /// The byte that is stored for a neuron as things stand.
  uint8_t stored_byte(size_t layer, WrittenNeuron neuron, int64_t byte) const;
  /// The difference of a sum without a neuron so far.
  int64_t unused_difference(int64_t row, int column) const;
  void add_unused(int64_t row, int column, int64_t difference);
  /// `value` as a register of sums holds it.
  int64_t wrapped_sum(int64_t value) const { return hw::wrap_to(value, network_.format.sum_bits()); }
  /// How the layer post-processes a channel.
  ChannelParameters parameters(size_t layer, size_t channel) const { return {post(layer), network_.format, channel}; }

 private:
  const model::PostProcessing& post(size_t layer) const;
  size_t operator_of(size_t layer) const { return schedule_.layer(layer).operator_index; }
  size_t element_of(size_t layer, WrittenNeuron neuron) const;
  void set_element(size_t layer, size_t element, int64_t value);
  void touch(size_t layer, uint64_t place);
  bool foreign(size_t layer) const { return part_ != Part::kAll && layer != part_layer_; }

  const model::Network& network_;
  const NetworkSchedule& schedule_;
  const EndOfRun& end_;
  IncrementalInference& inference_;
  CheckedSums checks_;
  bool known_ = true;
  bool checked_ = false;
  bool residue_ = false;
  std::set<size_t> spared_;  ///< layers
  bool doubted_ = false;
  bool trace_doubted_ = false;
  bool several_ = false;
  Part part_ = Part::kAll;
  size_t part_layer_ = 0;
  size_t part_fault_ = 0;
  size_t layer_ = 0;
  UnusedSums unused_;
  std::vector<hw::Fault> at_end_;
  std::map<std::pair<size_t, uint64_t>, size_t> touched_;  ///< of several faults: by layer and place, which changed it
};

/// Everything that a cone needs to know.
struct ConeContext {
  const NetworkSchedule& schedule;
  const std::vector<std::unique_ptr<ComputeView>>& views;  ///< by command; nullptr where it is no kCompute
  const EndOfRun& end;
  const LayerInputs& inputs;
  ConeEffect& effect;
  const hw::Fault* armed = nullptr;  ///< the whole fault of which a strike is one act

  const hw::GridConfig& grid() const { return schedule.config().grid; }
  hw::OperandFormat format() const { return grid().format(); }
  /// The kCompute that began last at `cycle`, or nullptr.
  const ComputeView* compute_at(uint64_t cycle) const;
  /// The first kCompute that begins after `cycle`, or nullptr.
  const ComputeView* compute_after(uint64_t cycle) const;
  /// The command of a kind that runs in a cycle, or nullptr.
  const ScheduledCommand* running(hw::Opcode opcode, uint64_t cycle) const;
  /// The armed fault acts on a register in this cycle.
  bool acts(uint64_t cycle) const {
    return armed->model == hw::FaultModel::kFlip ? armed->opens(cycle) : armed->active(cycle);
  }
  /// What a load brought to an address of its buffer, as things stand.
  uint8_t loaded_byte(const ScheduledCommand& load, int64_t address) const;
};

/// A word that an element holds.
struct HeldWord {
  uint64_t number = 0;  ///< any that tells it from those before and after it
  uint64_t until = 0;   ///< it is held up to this cycle at least, exclusive
};

/// How a field's faults are followed.
struct Cone {
  using Part = ConeEffect::Part;

  /// The consequences of a fault of one element that acts in the cycle of its start and in no other.
  std::function<void(const ConeContext& context, const hw::Fault& fault)> strike;
  /// Set where a fault that acts in many cycles is no more than one strike in each of them, because every word stays
  /// for one cycle; or one in the first cycle of each `stay`, when that is set too.
  bool repeats = false;
  /// The word that the element holds in the fault's first cycle.
  std::function<HeldWord(const ConeContext& context, const hw::Fault& fault)> stay;
  /// What strikes change.
  Part part = Part::kAll;
  /// A second flip of the same word takes the first one back, which strikes do not know of.
  bool holds = false;
  /// Strikes make operands valid or invalid.
  bool enables = false;

  explicit operator bool() const { return static_cast<bool>(strike); }
};

/// One fault of the array that acts in one cycle, at a place: column -1 is the west edge, row -1 the north edge.
struct ArrayStrike {
  const ConeContext& context;
  const hw::Fault& fault;
  int row;
  int column;
  bool valid_bit;  ///< of an operand: its valid bit, not its value

  /// Nothing that the element multiplies is added to a sum.
  bool bypassed() const { return context.grid().bypassed(row, column); }
  /// True when the fault changes a register that holds 0.
  bool changes_zero() const { return fault.model != hw::FaultModel::kStuckAt0; }
  /// The fault in a value.
  uint64_t struck_bits(uint64_t bits) const { return engine::struck(fault, bits); }
  /// Leaves a residue when what was struck in a register that hands it on - over the columns, or over the rows - is
  /// still on its way at the end of the run. For words without a sum; the others have arrived by the end of their
  /// command.
  void travels_east() const;
  void travels_south() const;
  /// The phase count of the word whose product was made here in the cycle before.
  int64_t number(const ComputeView& view) const { return view.since_start(fault.start) - 4 - row - column; }
  ArrayOperand struck(ArrayOperand operand) const;
  int64_t struck_sum(int64_t sum) const;
  int64_t struck_product(int64_t product) const;
};

/// By how much a sum changes when one of its products, or what it was so far, does; not wrapped.
inline int64_t sum_difference(int64_t now, int64_t before) {
  return now - before;
}

using Strike = void (*)(const ArrayStrike&);
using Stay = HeldWord (*)(const ArrayStrike&);
/// The cone of a field with an element for each processing element, and of one with an element for each lane of an
/// edge.
Cone in_element(Strike strike, bool valid_bit);
Cone holding_element(Strike strike, Stay stay, bool valid_bit);
Cone at_edge(Strike strike, bool west, bool valid_bit);
/// The same for flips only.
Cone flips_of_element(Strike strike);
Cone flips_at_west_edge(Strike strike);

/// The cone of a field, or nothing when its faults must be simulated.
Cone cone_of(const hw::StateField& field, const hw::GridConfig& grid);

/// The cone in an accelerator with checksums of the array, which see what it does to sums. `path` is the field's.
Cone beside_checksums(Cone cone, const std::string& path);

/// By group of fields; nothing for a path of another group.
Cone array_cone(const std::string& path, const hw::GridConfig& grid);
Cone output_stationary_cone(const std::string& path);
Cone buffer_cone(const std::string& path);
Cone post_processing_cone(const std::string& path);
Cone partial_sum_cone();
/// The cone of a buffer whose words change only when they are written.
Cone holding_words(Cone::Part part, decltype(Cone::strike) strike, decltype(Cone::stay) stay);

/// A byte on its way from the output buffer to DRAM, with bits inverted.
void flip_stored_byte(const ConeContext& context, const ScheduledCommand& store, int64_t address, uint8_t mask);
/// That byte as things stand.
uint8_t stored_byte(const ConeContext& context, const ScheduledCommand& store, int64_t address);
/// A flip of a byte of a loaded buffer right after the edge that begins `cycle`.
void flip_loaded_byte(const ConeContext& context, hw::LoadTarget target, int64_t address, uint8_t mask, uint64_t cycle);

}  // namespace faultline::engine
