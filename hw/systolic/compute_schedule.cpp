#include "hw/systolic/compute_schedule.h"

#include <map>

namespace faultline::hw {

std::unique_ptr<ComputeSchedule> make_schedule(Dataflow dataflow) {
  using Maker = std::unique_ptr<ComputeSchedule> (*)();
  static const std::map<Dataflow, Maker> kMakers = {
      {Dataflow::kWeightStationary, make_weight_stationary_schedule},
      {Dataflow::kInputStationary, make_input_stationary_schedule},
      {Dataflow::kOutputStationary, make_output_stationary_schedule},
  };
  return kMakers.at(dataflow)();
}

}  // namespace faultline::hw
