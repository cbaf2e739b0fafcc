#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "hw/systolic/accelerator_config.h"
#include "sim/cosim/cosim_result.h"

namespace faultline::cosim {

/// Whole inferences to run on two engines that step together.
struct NetworkCosimRequest {
  hw::AcceleratorConfig config;
  std::string engines = "cycle,rtl";  ///< two names, the reference first
  std::string model;                  ///< ONNX file
  std::string data;                   ///< as load_dataset() takes it
  uint64_t images = 1;                ///< the first ones of the test split
  uint64_t faults = 0;                ///< inferences with one to three random faults, on the images in turn
  uint64_t seed = 1;
  std::optional<uint64_t> only_case = {};
  std::string fault_list = {};
  std::string wave_folder = {};
  std::string hardened = {};  ///< hardened design file, or empty; `config` has its unit
};

/// Runs every image once without faults, then once for each case with faults, up to the first difference: every
/// register, memory and wire of the accelerator's state table is compared in every cycle, and the outputs at the end.
/// A faulty inference is compared from the layer of its first fault until it has reconverged (AcceleratorEngine).
/// The reference runs in a process of its own. Once per process. Throws UserError.
CosimResult run_network_cosim(const NetworkCosimRequest& request,
                              const std::function<void(uint64_t done, uint64_t total)>& progress);

}  // namespace faultline::cosim
