#include "hw/gpu/alu_pipeline.h"

#include <algorithm>
#include <string>

#include "hw/gpu/stored_wire.h"

namespace faultline::hw::gpu {

AluPipeline::AluPipeline(const SmConfig& config, StateTable& table, const FaultTaps& taps)
    : lanes_(static_cast<size_t>(config.lanes)),
      beats_(config.beats()),
      taps_(taps),
      operands_(config, table, "alu", "operands"),
      a_(table, "partition[*].alu_lane[*].a", 32, {config.partitions, config.lanes}),
      b_(table, "partition[*].alu_lane[*].b", 32, {config.partitions, config.lanes}) {
  for (int stage = 0; stage < config.alu_stages - 1; ++stage) {
    result_.emplace_back(config, table, "alu", "result" + std::to_string(stage));
  }
  value_ = StateRegister<uint32_t>(table, "partition[*].alu_stage[*].lane[*].value", 32,
                                   {config.partitions, config.alu_stages - 1, config.lanes});
  StateField wire;
  wire.path = "partition[*].alu_lane[*].result";
  wire.bits = 32;
  wire.dimensions = {config.partitions, config.lanes};
  wire.read_wire = [this](size_t element) { return result(element / lanes_, element % lanes_); };
  table.add_wire(std::move(wire));
  result_wire_ = table.fields().size() - 1;
}

uint32_t AluPipeline::result(size_t partition, size_t lane) const {
  const size_t element = partition * lanes_ + lane;
  const uint32_t a = a_.get(element);
  const uint32_t b = b_.get(element);
  const OpcodeInfo* info = opcode_info(operands_.opcode.get(partition));
  if (info != nullptr && info->evaluate != nullptr) {
    return info->evaluate(a, b);
  }
  return holds(operands_.modifier.get(partition), a, b) ? 1 : 0;
}

void AluPipeline::advance(int partition_number, uint64_t cycle, const Writeback& writeback) const {
  const auto partition = static_cast<size_t>(partition_number);
  write_back(partition, writeback);
  for (size_t stage = result_.size(); stage-- > 1;) {
    if (result_[stage].take(result_[stage - 1], partition)) {
      const uint32_t* from = value_.data() + values_of(partition, stage - 1);
      std::copy_n(from, lanes_, value_.data() + values_of(partition, stage));
    }
  }
  if (result_[0].take(operands_, partition)) {
    compute(partition, cycle);
  }
  operands_.valid.set(0, partition);
}

void AluPipeline::compute(size_t partition, uint64_t cycle) const {
  uint32_t* values = value_.data() + values_of(partition, 0);
  const OpcodeInfo* info = opcode_info(operands_.opcode.get(partition));
  if (info != nullptr && info->evaluate != nullptr) {
    const uint32_t* a = a_.data() + partition * lanes_;
    const uint32_t* b = b_.data() + partition * lanes_;
    for (size_t lane = 0; lane < lanes_; ++lane) {
      values[lane] = info->evaluate(a[lane], b[lane]);
    }
  } else {
    for (size_t lane = 0; lane < lanes_; ++lane) {
      values[lane] = result(partition, lane);
    }
  }
  if (taps_.has_wire_faults()) {
    for (size_t lane = 0; lane < lanes_; ++lane) {
      const Site site{result_wire_, partition * lanes_ + lane};
      values[lane] = static_cast<uint32_t>(stored_wire(taps_, site, values[lane], cycle));
    }
  }
}

void AluPipeline::write_back(size_t partition, const Writeback& writeback) const {
  const PipelineControl& last = result_.back();
  if (last.valid.get(partition) == 0) {
    return;
  }
  const int beat = last.beat.get(partition);
  writeback.write({last.warp.get(partition), last.opcode.get(partition), last.destination.get(partition),
                   beat * static_cast<int>(lanes_), static_cast<int>(lanes_), last.mask.get(partition),
                   value_.data() + values_of(partition, result_.size() - 1), beat == beats_ - 1});
}

void AluPipeline::accept(int partition_number, const Beat& beat) const {
  const auto partition = static_cast<size_t>(partition_number);
  set_control(operands_, partition, beat);
  std::copy_n(beat.a, lanes_, a_.data() + partition * lanes_);
  std::copy_n(beat.b, lanes_, b_.data() + partition * lanes_);
}

}  // namespace faultline::hw::gpu
