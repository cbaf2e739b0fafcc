#include "sim/train/trainer.h"

#include "sim/config/component_module.h"
#include "sim/config/user_error.h"

namespace faultline::train {

TrainFunction load_trainer() {
  void* function = config::load_component("faultline_torch_trainer.so", "faultline_train",
                                          "install LibTorch (libtorch-dev) and build again");
  if (function == nullptr) {
    throw UserError("train", 0, "this build lacks LibTorch",
                    "install libtorch-dev, configure with -DFAULTLINE_TRAIN=ON and build again");
  }
  return reinterpret_cast<TrainFunction>(function);  // NOLINT: what POSIX says to do with dlsym's result
}

}  // namespace faultline::train
