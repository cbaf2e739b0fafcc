#include <string>
#include <vector>

#include "sim/engine/state_comparison.h"

namespace faultline::engine {

StateComparison sm_comparison(const hw::StateTable& table) {
  // Between two layers the multiprocessor is idle: no warp is resident, no instruction and no transaction is under way
  // (the bits that say so are compared). What these fields hold then makes no difference to a later layer's results and
  // cycles:
  static const std::vector<std::string> kTransient = {
      // The shipped kernels write what they read, but for threads and rows outside their matrices, whose values reach
      // no address, predicate or store.
      "register_file.entry[*].lane[*]",
      "shared_memory.word[*]",
      // A launch writes all of its registers, the start of a warp all of these.
      "launch.entry",
      "launch.grid_x",
      "launch.grid_y",
      "launch.threads",
      "launch.registers",
      "launch.shared_bytes",
      "launch.parameter[*]",
      "warp[*].block",
      "warp[*].first_thread",
      "warp[*].threads",
      "warp[*].exited",
      "warp[*].predicate[*]",
      "warp[*].thread[*].program_counter",
      // Data of stages that hold nothing valid; an instruction that enters one writes it before it is read. A collector
      // reads the operands that its instruction has; the others reach lanes that do not use them.
      "partition[*].collector[*].operand[*].lane[*]",
      "partition[*].mac_lane[*].a",
      "partition[*].mac_lane[*].b",
      "partition[*].mac_lane[*].c",
      "partition[*].mac_lane[*].d",
      "partition[*].mac_lane[*].partial[*]",
      "partition[*].mac_lane[*].wide",
      "partition[*].mac_lane[*].addend",
      "partition[*].mac_lane[*].shift",
      "partition[*].mac_stage[*].lane[*].value",
      "partition[*].alu_lane[*].a",
      "partition[*].alu_lane[*].b",
      "partition[*].alu_stage[*].lane[*].value",
      "load_store.entry[*].lane[*].address",
      "load_store.entry[*].lane[*].data",
      "global_queue.transaction[*].data[*]",
      "global_request.data[*]",
  };
  return {table, kTransient};
}

}  // namespace faultline::engine
