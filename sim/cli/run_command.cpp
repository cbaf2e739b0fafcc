#include <memory>
#include <set>

#include <fmt/core.h>

#include "sim/cli/accelerator_options.h"
#include "sim/cli/command.h"
#include "sim/cli/effective_configuration.h"
#include "sim/cli/progress_line.h"
#include "sim/config/user_error.h"
#include "sim/engine/inference_run.h"
#include "sim/harden/hardened_design.h"
#include "sim/harden/network_changes.h"
#include "sim/harden/neuron_protection.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/npy.h"
#include "sim/model/weight_range.h"

namespace faultline::cli {
namespace {

using nlohmann::ordered_json;

struct RunOptions {
  std::string model;
  std::string data;
  size_t images = 100;
  std::string input, output;
  std::string engine = "cycle";
  AcceleratorOptions accelerator;
  bool remap_weights = false;
  size_t calibrate = 0;
  std::string clip;
  std::string hardened;
  bool json = false;
};

/// The samples that the options name, and what keeps them alive.
engine::Samples samples_of(const RunOptions& options, const model::Network& network) {
  engine::Samples samples;
  if (!options.input.empty()) {
    const auto inputs = std::make_shared<const std::vector<model::Values>>(
        model::network_inputs(network, model::read_npy(options.input), options.input));
    samples.count = inputs->size();
    samples.input = [inputs](size_t index) { return (*inputs)[index]; };
    return samples;
  }
  if (options.data.empty()) {
    throw UserError("command line", 0, "neither --data nor --input is given", "give one of them");
  }
  const auto dataset =
      std::make_shared<const model::Dataset>(model::load_dataset(options.data, model::Split::kTest, options.images));
  model::check_dataset_fits(network, *dataset);
  samples.count = dataset->size();
  samples.input = [dataset, &network](size_t index) { return model::network_input(network, dataset->image(index)); };
  samples.label = [dataset](size_t index) { return int{dataset->labels[index]}; };
  return samples;
}

/// What the host runs: host operators but for those that a unit of the accelerator carries out with the layer before.
std::vector<const model::Operator*> host_operators(const model::Network& network,
                                                   const engine::InferenceSummary& summary) {
  std::set<size_t> by_unit;
  for (const engine::LayerCycles& layer : summary.layers) {
    if (layer.protection.neurons > 0) {
      by_unit.insert(layer.operator_index + 1);
    }
  }
  std::vector<const model::Operator*> all;
  for (size_t index = 0; index < network.operators.size(); ++index) {
    const model::Operator* step = network.operators[index].get();
    if (dynamic_cast<const model::HostOperator*>(step) != nullptr && by_unit.count(index) == 0) {
      all.push_back(step);
    }
  }
  return all;
}

template <typename Value>
ordered_json or_null(const std::optional<Value>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

/// The layer as one that has weights, or nullptr.
const model::MatrixOperator* with_weights(const engine::LayerCycles& layer, const model::Network& network) {
  return dynamic_cast<const model::MatrixOperator*>(network.operators[layer.operator_index].get());
}

ordered_json to_json(const engine::LayerCycles& layer, const model::Network& network, bool clocked) {
  ordered_json json = {{"name", layer.name}, {"macs", layer.macs}};
  if (clocked) {
    json["cycles"] = layer.cycles.total();
    json["load"] = layer.cycles.load;
    json["compute"] = layer.cycles.compute;
    json["drain"] = layer.cycles.drain;
    json["stall"] = layer.cycles.stall;
    json["utilization"] = layer.utilization;
  }
  if (const model::MatrixOperator* matrix = with_weights(layer, network); matrix != nullptr) {
    const model::CodeRange range = model::weight_range(*matrix);
    json["weights"] = {{"low", range.low}, {"high", range.high}, {"bits", model::bits_of(range)}};
  }
  if (const mapping::NeuronProtectionUse& use = layer.protection; use.neurons > 0) {
    json["protection"] = {{"neurons", use.neurons},
                          {"extra_words", use.extra_words},
                          {"extra_channels", use.extra_channels},
                          {"word_pairs", use.word_pairs},
                          {"pairs_sharing_a_pe", use.shared_pairs}};
  }
  return json;
}

ordered_json to_json(const engine::InferenceSummary& summary, const model::Network& network,
                     const engine::Machine& machine, const RunOptions& options) {
  ordered_json layers = ordered_json::array();
  for (const engine::LayerCycles& layer : summary.layers) {
    layers.push_back(to_json(layer, network, summary.total_cycles.has_value()));
  }
  ordered_json hosts = ordered_json::array();
  for (const model::Operator* step : host_operators(network, summary)) {
    hosts.push_back({{"name", step->name}, {"operator", step->kind}});
  }
  return {{"model", options.model},
          {"model_sha256", network.sha256},
          {"data", options.input.empty() ? options.data : options.input},
          {"remapped_weights", options.remap_weights},
          {"calibration_images", options.calibrate},
          {"clip", options.clip.empty() ? ordered_json(nullptr) : ordered_json(options.clip)},
          {"hardened", options.hardened.empty() ? ordered_json(nullptr) : ordered_json(options.hardened)},
          {"engine", options.engine},
          {"images", summary.images},
          {"accuracy", or_null(summary.accuracy)},
          {"logits_sha256", summary.logits_sha256},
          {"total_cycles", or_null(summary.total_cycles)},
          {"unprotected_cycles", or_null(summary.unprotected_cycles)},
          {"simulated_cycles", or_null(summary.simulated_cycles)},
          {"layers", layers},
          {"host_operators", hosts},
          {"multiplier", machine.multiplier().name()},
          {"accelerator", effective_configuration(machine.settings())},
          {"wall_s", summary.wall_s}};
}

/// What a check of weights knows of each layer.
void print_weights(const engine::InferenceSummary& summary, const model::Network& network) {
  for (const engine::LayerCycles& layer : summary.layers) {
    if (const model::MatrixOperator* matrix = with_weights(layer, network); matrix != nullptr) {
      const model::CodeRange range = model::weight_range(*matrix);
      fmt::print("{:<27} weights from {} to {}, of {} bits\n", layer.name, range.low, range.high,
                 model::bits_of(range));
    }
  }
}

void print_table(const engine::InferenceSummary& summary, const model::Network& network, engine::Machine& machine,
                 const RunOptions& options) {
  fmt::print("{} on {}, {} engine, multiplier {}\n", options.model, machine.description(), options.engine,
             machine.multiplier().name());
  fmt::print("{:<27} {:>12}{:>10}{:>10}{:>10}{:>10}{:>10}{:>8}\n", "layer", "macs", "cycles", "load", "compute",
             "drain", "stall", "used %");
  for (const engine::LayerCycles& layer : summary.layers) {
    const engine::CycleCounts& cycles = layer.cycles;
    if (summary.total_cycles) {
      fmt::print("{:<27} {:>12}{:>10}{:>10}{:>10}{:>10}{:>10}{:>8.2f}\n", layer.name, layer.macs, cycles.total(),
                 cycles.load, cycles.compute, cycles.drain, cycles.stall, 100 * layer.utilization);
    } else {
      fmt::print("{:<27} {:>12}{:>10}\n", layer.name, layer.macs, "-");
    }
  }
  for (const engine::LayerCycles& layer : summary.layers) {
    if (const mapping::NeuronProtectionUse& use = layer.protection; use.neurons > 0) {
      fmt::print("{:<27} {} neurons protected: {} extra words, {} extra channels, {} of {} pairs share a PE\n",
                 layer.name, use.neurons, use.extra_words, use.extra_channels, use.shared_pairs, use.word_pairs);
    }
  }
  if (const hw::ProtectionConfig* units = machine.protection(); units != nullptr && units->weight_check) {
    print_weights(summary, network);
  }
  for (const model::Operator* step : host_operators(network, summary)) {
    fmt::print("{:<27} on the host ({}), outside the fault space\n", step->name, step->kind);
  }
  if (summary.total_cycles) {
    fmt::print("cycles per image  {}\n", *summary.total_cycles);
  }
  if (summary.unprotected_cycles) {
    fmt::print("  for protection  {}\n", *summary.total_cycles - *summary.unprotected_cycles);
  }
  if (summary.accuracy) {
    fmt::print("accuracy          {:.2f} % of {} images\n", 100 * *summary.accuracy, summary.images);
  }
  fmt::print("logits            {}\n", summary.logits_sha256);
  fmt::print("time              {:.3f} s, {:.1f} images/s\n", summary.wall_s,
             static_cast<double>(summary.images) / summary.wall_s);
}

harden::NetworkChanges changes_of(const RunOptions& options) {
  if (options.calibrate > 0 && options.data.empty()) {
    throw UserError("--calibrate", 0, "there are no training images without --data", "name a data set");
  }
  return {options.remap_weights, options.calibrate, options.data, options.clip, options.hardened};
}

int run_network(const RunOptions& options) {
  const auto machine = options.accelerator.machine();
  harden::add_channel_bounds(options.clip, options.hardened, *machine);
  const auto network = harden::changed_network(options.model, changes_of(options), *machine);
  if (hw::ProtectionConfig* units = machine->protection(); units != nullptr && !options.hardened.empty()) {
    harden::add_unit(harden::read_hardened_design(options.hardened), *units);
  }
  const engine::Samples samples = samples_of(options, *network);
  const engine::Inference inference = machine->inference(options.engine, network);
  engine::InferenceSummary summary;
  {
    ProgressLine progress;
    summary =
        engine::run_samples(inference, *network, samples, [&](size_t done) { progress.update(done, samples.count); });
  }
  if (!options.output.empty()) {
    model::write_npy(options.output, model::network_outputs(*network, summary.outputs));
  }
  if (options.json) {
    fmt::print("{}\n", to_json(summary, *network, *machine, options).dump(2));
  } else {
    print_table(summary, *network, *machine, options);
  }
  return 0;
}

std::function<int()> configure_run(CLI::App& app) {
  auto options = std::make_shared<RunOptions>();
  app.add_option("--model", options->model, "Network (ONNX)")->required();
  CLI::Option* data = app.add_option("--data", options->data, "Images: mnist:DIR, cifar10:DIR or builtin:digits");
  CLI::Option* images =
      app.add_option("--images", options->images, "How many test images; 0: all")->capture_default_str();
  CLI::Option* input = app.add_option("--input", options->input, "Samples for the graph's input (.npy, batch first)");
  app.add_option("--output", options->output, "Write the graph's output for each sample (.npy, batch first)");
  input->excludes(data)->excludes(images);
  app.add_option("--engine", options->engine, "functional, cycle, structural or rtl")->capture_default_str();
  options->accelerator.add(app);
  app.add_flag("--remap-weights", options->remap_weights,
               "Replace each weight by the one that errs least with the multiplier");
  app.add_option("--calibrate", options->calibrate,
                 "Add to the biases what the multiplier's products lack on average on this many training images");
  app.add_option("--clip", options->clip, "Clip layers to the bounds of this file (YAML)");
  app.add_option("--hardened", options->hardened, "Protect the neurons that this file names (YAML)");
  app.add_flag("--json", options->json, "Print JSON");
  return [options] { return run_network(*options); };
}

const Registration kRegistration{
    {"run", "Run a network on images: accuracy, logits, and cycles per layer", configure_run}};

}  // namespace
}  // namespace faultline::cli
