#include "sim/campaign/experiment_file.h"

#include "sim/config/user_error.h"
#include "sim/config/yaml_reader.h"

namespace faultline::campaign {
namespace {

using config::YamlValue;

constexpr int64_t kMost = int64_t{1} << 40;

inject::TextPlace place_of(const YamlValue& value) {
  return {value.file(), value.line()};
}

void read_data(const YamlValue& section, ExperimentConfig& experiment) {
  section.check_keys("data", {"source", "images"});
  experiment.data = section.require("source").text("source");
  if (const auto images = section.find("images")) {
    experiment.images = static_cast<size_t>(images->integer("images", 1, 1'000'000));
  }
}

config::AcceleratorSettings read_accelerator_section(const YamlValue& section) {
  return section.is_scalar() ? config::read_accelerator_file(section.text("accelerator"))
                             : config::read_accelerator(section);
}

void read_list(const YamlValue& section, ExperimentConfig& experiment) {
  for (const std::string& key : section.keys()) {
    if (key != "list") {
      section.require(key).fail("'" + key + "' stands beside a fault list",
                                "a list says all of its faults; keep one of them");
    }
  }
  experiment.fault_list = section.require("list").text("list");
}

void read_sample(const YamlValue& section, inject::SampleRequest& sample) {
  const YamlValue model = section.require("model");
  sample.model = inject::parse_sample_model(model.text("model"), place_of(model));
  sample.size = static_cast<uint64_t>(section.require("sample").integer("sample", 1, kMost));
  for (const YamlValue& pattern : section.require("where").items("where")) {
    sample.where.push_back(pattern.text("an entry of where"));
  }
  sample.place = place_of(section.require("where"));
  if (sample.where.empty()) {
    sample.place.fail("where is empty", "name at least one site or pattern");
  }
  if (const auto population = section.find("population")) {
    sample.population = inject::parse_population(population->text("population"), place_of(*population));
  }
  if (const auto bits = section.find("bits")) {
    sample.bits = static_cast<int>(bits->integer("bits", 1, 64));
  }
  sample.duration = sample.model == inject::SampleModel::kFlip ? 1 : 0;
  if (const auto duration = section.find("duration")) {
    sample.duration = static_cast<uint64_t>(duration->integer("duration", 0, kMost));
  }
  if (const auto period = section.find("period")) {
    sample.period = static_cast<uint64_t>(period->integer("period", 0, kMost));
  }
}

void read_faults(const YamlValue& section, ExperimentConfig& experiment) {
  section.check_keys("faults", {"model", "sample", "where", "population", "bits", "duration", "period", "list"});
  if (section.find("list")) {
    read_list(section, experiment);
  } else {
    read_sample(section, experiment.sample);
  }
}

}  // namespace

ExperimentConfig read_experiment(const std::string& path) {
  const YamlValue root = config::read_yaml(path);
  root.check_keys("an experiment", {"model", "data", "accelerator", "engine", "faults", "seed", "hang_factor"});
  ExperimentConfig experiment;
  experiment.file = path;
  experiment.model = root.require("model").text("model");
  read_data(root.require("data"), experiment);
  if (const auto accelerator = root.find("accelerator")) {
    experiment.accelerator = read_accelerator_section(*accelerator);
  }
  if (const auto engine = root.find("engine")) {
    experiment.engine = engine->text("engine");
    parse_engine(experiment.engine, path, engine->line());
  }
  read_faults(root.require("faults"), experiment);
  if (const auto seed = root.find("seed")) {
    experiment.sample.seed = static_cast<uint64_t>(seed->integer("seed", 0, kMost));
  }
  if (const auto factor = root.find("hang_factor")) {
    experiment.hang_factor = factor->number("hang_factor", 1, 1000);
  }
  return experiment;
}

engine::GridKind parse_engine(const std::string& name, const std::string& where, int line) {
  if (uses_cone(name) || name == to_string(engine::GridKind::kCycle)) {
    return engine::GridKind::kCycle;
  }
  if (name == to_string(engine::GridKind::kStructural)) {
    return engine::GridKind::kStructural;
  }
  throw UserError(where, line, "no engine '" + name + "' that takes faults", "use auto, cone, cycle or structural");
}

bool uses_cone(const std::string& name) {
  return name == "auto" || name == "cone";
}

const char* to_string(engine::GridKind kind) {
  return kind == engine::GridKind::kCycle ? "cycle" : "structural";
}

}  // namespace faultline::campaign
