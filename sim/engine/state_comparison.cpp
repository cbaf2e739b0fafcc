#include "sim/engine/state_comparison.h"

#include <algorithm>
#include <cstring>

#include "hw/protection/report_registers.h"
#include "hw/systolic/neuron_unit_core.h"

namespace faultline::engine {
namespace {

/// Between two layers the controller is idle and no word is on its way (their valid, read and write bits are compared).
/// Of what these fields hold then, a later layer's results and cycles do not depend on, because the programs of
/// sim/mapping write each place before they read it:
const char* const kData[] = {
    // Buffers. A layer reads only input rows that it has loaded (rows are counted from the first one loaded, so that
    // everything else is padding), weights and parameters that it has loaded, sums that its first fold has written, and
    // stores only outputs that it has written. Lanes without a neuron may read what lies there, but nothing reads them.
    "buffer.input[*]",
    "buffer.weight[*]",
    "buffer.output[*]",
    "buffer.partial_sum[*][*]",
    "post_processing.parameter[*]",
    "post_processing.table[*]",
    // Check bits are written with their words. AcceleratorEngine makes sure that none contradicts its word.
    "protection.input.check[*]",
    "protection.weight.check[*]",
    "protection.output.check[*]",
    "protection.partial_sum.check[*][*]",
    // Operands and sums on their way. The operands that stay are shifted out by the R words that every command shifts
    // in before its first load; those that move, and the sums with them, advance every cycle, and only sums that
    // started
    // from 0 in the top row, after the command's first word, are written to the buffer.
    "array.pe[*][*].weight_next",
    "array.pe[*][*].activation_next",
    "array.pe[*][*].weight",
    "array.pe[*][*].activation",
    "array.pe[*][*].psum",
    // Data registers of pipelines whose valid bits are 0.
    "input_feeder.pool_data[*]",
    "partial_sum.read_data[*]",
    "post_processing.window[*]",
    "post_processing.biased[*]",
    "post_processing.product[*]",
    "post_processing.read_data[*]",
    "post_processing.neuron_word",
    "dma.write.data[*]",
    "dma.request.data[*]",
};

bool is_data(const std::string& path) {
  return std::find(std::begin(kData), std::end(kData), path) != std::end(kData) ||
         hw::NeuronUnitCore::is_rewritten(path);
}

bool is_compared(const hw::StateField& field) {
  return field.kind == hw::StateKind::kRegister || field.kind == hw::StateKind::kMemory ||
         field.path == "dram.in_flight";
}

}  // namespace

StateComparison::StateComparison(const hw::StateTable& table) : table_(table) {
  for (const hw::StateField& field : table.fields()) {
    if (is_compared(field)) {
      const bool report = hw::ReportRegisters::contain(field.path);
      append(report ? reports_ : is_data(field.path) ? data_ : lasting_, field);
    }
  }
}

/// Rows of the innermost dimension, without the padding after them; neighbours are joined.
void StateComparison::append(std::vector<Range>& ranges, const hw::StateField& field) {
  const size_t row = field.dimensions.empty() ? 1 : static_cast<size_t>(field.dimensions.back());
  const size_t bytes = row * static_cast<size_t>(field.element_bytes);
  for (size_t element = 0; element < field.element_count(); element += row) {
    const size_t begin = field.byte_of(element);
    if (!ranges.empty() && ranges.back().end == begin) {
      ranges.back().end = begin + bytes;
    } else {
      ranges.push_back({begin, begin + bytes});
    }
  }
}

bool StateComparison::equal(const std::vector<Range>& ranges, const std::vector<std::byte>& saved) const {
  return std::all_of(ranges.begin(), ranges.end(), [&](const Range& range) {
    return std::memcmp(table_.arena() + range.begin, saved.data() + range.begin, range.end - range.begin) == 0;
  });
}

bool StateComparison::equal_for_later_layers(const std::vector<std::byte>& saved) const {
  return equal(lasting_, saved);
}

bool StateComparison::equal_but_for_reports(const std::vector<std::byte>& saved) const {
  return equal(lasting_, saved) && equal(data_, saved);
}

bool StateComparison::equal(const std::vector<std::byte>& saved) const {
  return equal_but_for_reports(saved) && equal(reports_, saved);
}

}  // namespace faultline::engine
