#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sim/engine/machine_settings.h"
#include "sim/inject/sample_request.h"

namespace faultline::campaign {

/// A campaign that stops as soon as its margin is reached.
struct SequentialStop {
  uint64_t batch = 500;         ///< experiments between two looks
  std::optional<uint64_t> max;  ///< experiments; default: twice a fixed sample's
};

/// An experiment file, read: what a campaign runs. Paths are relative to the current directory.
struct ExperimentConfig {
  std::string file;    ///< for messages
  std::string model;   ///< ONNX file
  std::string data;    ///< as load_dataset() takes it
  size_t images = 10;  ///< the first images of the test split
  std::shared_ptr<const engine::MachineSettings> accelerator = engine::default_machine();
  std::string engine = "auto";  ///< auto, cone, neuron, or an engine that simulates the accelerator
  bool remap_weights = false;   ///< replace weights by those that err least with the multiplier
  size_t calibrate = 0;         ///< training images that biases are calibrated on; 0: they are not
  std::string clip;             ///< clip design file, or empty
  std::string hardened;         ///< hardened design file, or empty; only with the engine neuron
  /// What to draw, when `fault_list` is empty. Its seed is the campaign's.
  inject::SampleRequest sample;
  std::string fault_list;  ///< file, or empty
  /// Half the width of the interval to reach, instead of a sample size.
  std::optional<double> margin;
  double confidence = 0.95;
  std::optional<SequentialStop> sequential;  ///< only with a margin
  std::string question = "critical";         ///< the metric that pilots and sequential stopping look at
  double hang_factor = 2;                    ///< a run of more than this times the golden cycles is a hang

  /// Draws so many experiments whatever the file says. Throws UserError at `where` when it lists or counts them itself.
  void set_sample_size(uint64_t size, const std::string& where);
};

/// Reads an experiment file. Unknown keys, missing keys and values out of range throw UserError with file and line.
ExperimentConfig read_experiment(const std::string& path);

/// The design and the hang factor of an experiment given as text, such as the effective experiment that a result store
/// keeps (JSON is YAML); what it says about faults is not read. `file` is the name for messages. Throws UserError.
ExperimentConfig read_design_of(const std::string& experiment, const std::string& file);

/// Throws UserError at `where`:`line` unless some accelerator has an engine of this name that takes faults, or it is
/// neuron.
void check_engine(const std::string& name, const std::string& where, int line = 0);

/// True for the name that strikes stored neuron outputs of the network instead of the accelerator.
bool strikes_neurons(const std::string& name);

}  // namespace faultline::campaign
