#include <string>
#include <vector>

#include "hw/systolic/neuron_unit_core.h"
#include "sim/engine/state_comparison.h"

namespace faultline::engine {

StateComparison array_comparison(const hw::StateTable& table) {
  /// Between two layers the controller is idle and no word is on its way (their valid, read and write bits are
  /// compared). Of what these fields hold then, a later layer's results and cycles do not depend on, because the
  /// programs of sim/mapping write each place before they read it:
  static const std::vector<std::string> kTransient = {
      // Buffers. A layer reads only input rows that it has loaded (rows are counted from the first one loaded, so that
      // everything else is padding), weights and parameters that it has loaded, sums that its first fold has written,
      // and stores only outputs that it has written. Lanes without a neuron may read what lies there, but nothing reads
      // them.
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
      // started from 0 in the top row, after the command's first word, are written to the buffer.
      "array.pe[*][*].weight_next",
      "array.pe[*][*].activation_next",
      "array.pe[*][*].weight",
      "array.pe[*][*].activation",
      "array.pe[*][*].psum",
      // The checksum unit's column is one more column of the array.
      "protection.checksum.plain.next[*]",
      "protection.checksum.plain.held[*]",
      "protection.checksum.weighted.next[*]",
      "protection.checksum.weighted.held[*]",
      // Data registers of pipelines whose valid bits are 0.
      "input_feeder.pool_data[*]",
      "partial_sum.read_data[*]",
      "post_processing.window[*]",
      "post_processing.biased[*]",
      "post_processing.product[*]",
      "post_processing.product_high[*]",
      "post_processing.read_data[*]",
      "post_processing.neuron_word",
      "dma.write.data[*]",
      "dma.request.data[*]",
  };
  std::vector<std::string> transient = kTransient;
  for (const hw::StateField& field : table.fields()) {
    if (hw::NeuronUnitCore::is_rewritten(field.path)) {
      transient.push_back(field.path);
    }
  }
  return {table, transient};
}

}  // namespace faultline::engine
