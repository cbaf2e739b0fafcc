#include "hw/gpu/mac_pipeline.h"

#include <algorithm>
#include <string>

#include "hw/gpu/mac_arithmetic.h"
#include "hw/gpu/stored_wire.h"

namespace faultline::hw::gpu {
MacPipeline::MacPipeline(const SmConfig& config, StateTable& table, const FaultTaps& taps)
    : lanes_(static_cast<size_t>(config.lanes)),
      beats_(config.beats()),
      multiplier_(config.multiplier),
      taps_(taps),
      operands_(config, table, "mac", "operands"),
      a_(table, "partition[*].mac_lane[*].a", 32, {config.partitions, config.lanes}),
      b_(table, "partition[*].mac_lane[*].b", 32, {config.partitions, config.lanes}),
      c_(table, "partition[*].mac_lane[*].c", 32, {config.partitions, config.lanes}),
      d_(table, "partition[*].mac_lane[*].d", 32, {config.partitions, config.lanes}),
      products_(config, table, "mac", "products"),
      partial_(table, "partition[*].mac_lane[*].partial[*]", Multiplier::kProductBits,
               {config.partitions, config.lanes, static_cast<int>(kProducts)}),
      wide_(table, "partition[*].mac_lane[*].wide", 64, {config.partitions, config.lanes}),
      addend_(table, "partition[*].mac_lane[*].addend", 32, {config.partitions, config.lanes}),
      shift_(table, "partition[*].mac_lane[*].shift", 6, {config.partitions, config.lanes}) {
  for (int stage = 0; stage < config.mac_stages - 2; ++stage) {
    result_.emplace_back(config, table, "mac", "result" + std::to_string(stage));
  }
  value_ = StateRegister<uint32_t>(table, "partition[*].mac_stage[*].lane[*].value", 32,
                                   {config.partitions, config.mac_stages - 2, config.lanes});
  add_wires(config, table);
}

void MacPipeline::add_wires(const SmConfig& config, StateTable& table) {
  const auto wire = [&](const char* path, int bits, std::vector<int> dimensions, auto read) {
    StateField field;
    field.path = path;
    field.bits = bits;
    field.dimensions = std::move(dimensions);
    field.read_wire = std::move(read);
    table.add_wire(std::move(field));
    return table.fields().size() - 1;
  };
  const int products = static_cast<int>(kProducts);
  product_wire_ =
      wire("partition[*].mac_lane[*].product[*]", Multiplier::kProductBits, {config.partitions, config.lanes, products},
           [this](size_t element) { return static_cast<uint64_t>(product(element / kProducts, element % kProducts)); });
  wide_wire_ = wire("partition[*].mac_lane[*].wide_product", 64, {config.partitions, config.lanes},
                    [this](size_t element) { return static_cast<uint64_t>(wide_product(element)); });
  sum_wire_ = wire("partition[*].mac_lane[*].sum", 32, {config.partitions, config.lanes}, [this](size_t element) {
    return sum(static_cast<Opcode>(products_.opcode.get(element / lanes_)), element);
  });
}

int16_t MacPipeline::product(size_t lane, size_t byte) const {
  return byte_product(multiplier_, a_.get(lane), b_.get(lane), byte);
}

int64_t MacPipeline::wide_product(size_t lane) const {
  return gpu::wide_product(a_.get(lane), b_.get(lane));
}

uint32_t MacPipeline::sum(Opcode opcode, size_t lane) const {
  MacTerms terms;
  std::copy_n(partial_.data() + lane * kProducts, kProducts, terms.partial.begin());
  terms.wide = wide_.get(lane);
  terms.addend = addend_.get(lane);
  terms.shift = shift_.get(lane);
  return mac_sum(opcode, terms);
}

void MacPipeline::advance(int partition_number, uint64_t cycle, const Writeback& writeback) const {
  const auto partition = static_cast<size_t>(partition_number);
  write_back(partition, writeback);
  for (size_t stage = result_.size(); stage-- > 1;) {
    if (result_[stage].take(result_[stage - 1], partition)) {
      const uint32_t* from = value_.data() + values_of(partition, stage - 1);
      std::copy_n(from, lanes_, value_.data() + values_of(partition, stage));
    }
  }
  if (result_[0].take(products_, partition)) {
    add(partition, cycle);
  }
  if (products_.take(operands_, partition)) {
    multiply(partition, cycle);
  }
  operands_.valid.set(0, partition);
}

void MacPipeline::add(size_t partition, uint64_t cycle) const {
  uint32_t* values = value_.data() + values_of(partition, 0);
  const auto opcode = static_cast<Opcode>(products_.opcode.get(partition));
  for (size_t lane = 0; lane < lanes_; ++lane) {
    values[lane] = sum(opcode, partition * lanes_ + lane);
  }
  if (taps_.has_wire_faults()) {
    for (size_t lane = 0; lane < lanes_; ++lane) {
      const Site site{sum_wire_, partition * lanes_ + lane};
      values[lane] = static_cast<uint32_t>(stored_wire(taps_, site, values[lane], cycle));
    }
  }
}

void MacPipeline::multiply(size_t partition, uint64_t cycle) const {
  const bool bytes = is_byte_product(static_cast<Opcode>(operands_.opcode.get(partition)));
  const bool wires = taps_.has_wire_faults();
  for (size_t lane = partition * lanes_; lane < (partition + 1) * lanes_; ++lane) {
    addend_.data()[lane] = c_.get(lane);
    shift_.set(d_.get(lane), lane);
    if (!bytes) {
      const int64_t wide = wide_product(lane);
      wide_.data()[lane] =
          wires ? static_cast<int64_t>(stored_wire(taps_, {wide_wire_, lane}, static_cast<uint64_t>(wide), cycle))
                : wide;
      continue;
    }
    for (size_t byte = 0; byte < kProducts; ++byte) {
      const size_t element = lane * kProducts + byte;
      const int16_t value = product(lane, byte);
      partial_.data()[element] =
          wires
              ? static_cast<int16_t>(stored_wire(taps_, {product_wire_, element}, static_cast<uint16_t>(value), cycle))
              : value;
    }
  }
}

void MacPipeline::write_back(size_t partition, const Writeback& writeback) const {
  const PipelineControl& last = result_.back();
  if (last.valid.get(partition) == 0) {
    return;
  }
  const int beat = last.beat.get(partition);
  writeback.write({last.warp.get(partition), last.opcode.get(partition), last.destination.get(partition),
                   beat * static_cast<int>(lanes_), static_cast<int>(lanes_), last.mask.get(partition),
                   value_.data() + values_of(partition, result_.size() - 1), beat == beats_ - 1});
}

void MacPipeline::accept(int partition_number, const Beat& beat) const {
  const auto partition = static_cast<size_t>(partition_number);
  set_control(operands_, partition, beat);
  const size_t first = partition * lanes_;
  std::copy_n(beat.a, lanes_, a_.data() + first);
  std::copy_n(beat.b, lanes_, b_.data() + first);
  std::copy_n(beat.c, lanes_, c_.data() + first);
  std::copy_n(beat.d, lanes_, d_.data() + first);
}

}  // namespace faultline::hw::gpu
