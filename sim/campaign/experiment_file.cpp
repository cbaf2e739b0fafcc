#include "sim/campaign/experiment_file.h"

#include <algorithm>
#include <vector>

#include "sim/campaign/metric.h"
#include "sim/config/user_error.h"
#include "sim/config/yaml_reader.h"
#include "sim/inject/fault_sampler.h"

namespace faultline::campaign {
namespace {

using config::YamlValue;

constexpr int64_t kMost = int64_t{1} << 40;

void read_data(const YamlValue& section, ExperimentConfig& experiment) {
  section.check_keys("data", {"source", "images"});
  experiment.data = section.require("source").text("source");
  if (const auto images = section.find("images")) {
    experiment.images = static_cast<size_t>(images->integer("images", 1, 1'000'000));
  }
}

std::shared_ptr<const engine::MachineSettings> read_accelerator_section(const YamlValue& section) {
  return section.is_scalar() ? engine::read_machine_file(section.text("accelerator")) : engine::read_machine(section);
}

const std::vector<std::string> kTermKeys = {"margin", "confidence", "sequential", "question"};

void read_list(const YamlValue& section, ExperimentConfig& experiment) {
  const std::vector<std::string> beside = {"list", "confidence"};
  for (const std::string& key : section.keys()) {
    if (std::find(beside.begin(), beside.end(), key) == beside.end()) {
      section.require(key).fail("'" + key + "' stands beside a fault list",
                                "a list says all of its faults; keep one of them");
    }
  }
  experiment.fault_list = section.require("list").text("list");
}

SequentialStop read_sequential(const YamlValue& section) {
  section.check_keys("sequential", {"batch", "max"});
  SequentialStop stop;
  if (const auto batch = section.find("batch")) {
    stop.batch = static_cast<uint64_t>(batch->integer("batch", 1, kMost));
  }
  if (const auto max = section.find("max")) {
    stop.max = static_cast<uint64_t>(max->integer("max", 1, kMost));
  }
  return stop;
}

/// What the estimates are to reach.
void read_terms(const YamlValue& section, ExperimentConfig& experiment) {
  const auto margin = section.find("margin");
  const auto sequential = section.find("sequential");
  if (margin && section.find("sample")) {
    margin->fail("'margin' and 'sample' contradict each other", "keep one of them");
  }
  if (sequential && !margin) {
    sequential->fail("'sequential' means nothing without 'margin'", "say when to stop");
  }
  if (margin) {
    experiment.margin = margin->number("margin", 1e-6, 0.5);
  }
  if (sequential) {
    experiment.sequential = read_sequential(*sequential);
  }
  if (const auto confidence = section.find("confidence")) {
    experiment.confidence = confidence->number("confidence", 0.5, 0.9999);
  }
  if (const auto question = section.find("question")) {
    experiment.question = question->text("question");
    metric_index(experiment.question, section.file(), question->line());
  }
}

void read_faults(const YamlValue& section, ExperimentConfig& experiment) {
  std::vector<std::string> keys = inject::sample_keys();
  keys.insert(keys.end(), kTermKeys.begin(), kTermKeys.end());
  keys.push_back("list");
  section.check_keys("faults", keys);
  read_terms(section, experiment);
  if (section.find("list")) {
    read_list(section, experiment);
  } else {
    experiment.sample = inject::read_sample(section, experiment.margin.has_value());
  }
}

/// What names the design.
void read_design(const YamlValue& root, ExperimentConfig& experiment) {
  experiment.file = root.file();
  experiment.model = root.require("model").text("model");
  read_data(root.require("data"), experiment);
  if (const auto accelerator = root.find("accelerator")) {
    experiment.accelerator = read_accelerator_section(*accelerator);
  }
  if (const auto engine = root.find("engine")) {
    experiment.engine = engine->text("engine");
    check_engine(experiment.engine, root.file(), engine->line());
  }
  if (const auto remap = root.find("remap_weights")) {
    experiment.remap_weights = remap->boolean("remap_weights");
  }
  if (const auto calibrate = root.find("calibrate")) {
    experiment.calibrate = static_cast<size_t>(calibrate->integer("calibrate", 0, 1'000'000));
  }
  if (const auto clip = root.find("clip")) {
    experiment.clip = clip->text("clip");
  }
  if (const auto hardened = root.find("hardened")) {
    experiment.hardened = hardened->text("hardened");
  }
  if (const auto factor = root.find("hang_factor")) {
    experiment.hang_factor = factor->number("hang_factor", 1, 1000);
  }
}

}  // namespace

void ExperimentConfig::set_sample_size(uint64_t size, const std::string& where) {
  if (!fault_list.empty()) {
    throw UserError(where, 0, "the experiment runs a fault list, which has no sample size", "leave the option out");
  }
  if (!sample.sampler->has_sample_size()) {
    throw UserError(where, 0, "the experiment draws every fault once", "leave the option out");
  }
  sample.size = size;
  margin.reset();
  sequential.reset();
}

ExperimentConfig read_experiment(const std::string& path) {
  const YamlValue root = config::read_yaml(path);
  root.check_keys("an experiment", {"model", "data", "accelerator", "engine", "remap_weights", "calibrate", "clip",
                                    "hardened", "faults", "seed", "hang_factor"});
  ExperimentConfig experiment;
  read_design(root, experiment);
  read_faults(root.require("faults"), experiment);
  if (const auto seed = root.find("seed")) {
    experiment.sample.seed = static_cast<uint64_t>(seed->integer("seed", 0, kMost));
  }
  return experiment;
}

ExperimentConfig read_design_of(const std::string& experiment, const std::string& file) {
  ExperimentConfig design;
  read_design(config::parse_yaml(experiment, file), design);
  return design;
}

void check_engine(const std::string& name, const std::string& where, int line) {
  static const std::vector<std::string> kNames = {"auto", "cone", "cycle", "structural", "rtl", "rtl_grid", "neuron"};
  if (std::find(kNames.begin(), kNames.end(), name) == kNames.end()) {
    throw UserError(where, line, "no engine '" + name + "' that takes faults",
                    "use auto, cone, cycle, structural, rtl, rtl_grid or neuron");
  }
}

bool strikes_neurons(const std::string& name) {
  return name == "neuron";
}

}  // namespace faultline::campaign
