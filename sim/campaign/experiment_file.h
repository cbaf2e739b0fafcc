#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "sim/config/accelerator_file.h"
#include "sim/engine/platform.h"
#include "sim/inject/fault_sampler.h"

namespace faultline::campaign {

/// An experiment file, read: what a campaign runs. Paths are relative to the current directory.
struct ExperimentConfig {
  std::string file;    ///< for messages
  std::string model;   ///< ONNX file
  std::string data;    ///< as load_dataset() takes it
  size_t images = 10;  ///< the first images of the test split
  config::AcceleratorSettings accelerator;
  std::string engine = "auto";  ///< auto, cone, cycle or structural
  /// What to draw, when `fault_list` is empty. Its seed is the campaign's.
  inject::SampleRequest sample;
  std::string fault_list;  ///< file, or empty
  double hang_factor = 2;  ///< a run of more than this times the golden cycles is a hang
};

/// Reads an experiment file. Unknown keys, missing keys and values out of range throw UserError with file and line.
ExperimentConfig read_experiment(const std::string& path);

/// The grid that an engine's name stands for; for auto and cone the one that simulates what cannot be followed. Throws
/// UserError at `where`:`line` for another name.
engine::GridKind parse_engine(const std::string& name, const std::string& where, int line = 0);

/// True for the names that let ConeEngine answer: cone, and auto, because it is exact.
bool uses_cone(const std::string& name);

/// The name of the engine: cycle or structural.
const char* to_string(engine::GridKind kind);

}  // namespace faultline::campaign
