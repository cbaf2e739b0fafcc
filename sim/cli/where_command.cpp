#include <charconv>
#include <memory>
#include <vector>

#include <fmt/core.h>

#include "sim/cli/accelerator_options.h"
#include "sim/cli/command.h"
#include "sim/cli/effective_configuration.h"
#include "sim/config/user_error.h"
#include "sim/engine/neuron_query.h"
#include "sim/model/onnx_import.h"

namespace faultline::cli {
namespace {

using nlohmann::ordered_json;

struct WhereOptions {
  std::string model;
  std::string layer, neuron;
  std::string element;
  uint64_t cycle = 0;
  AcceleratorOptions accelerator;
  bool json = false;
};

/// "3,5,2" -> its numbers, of which there must be `count`.
std::vector<int> numbers(const std::string& text, size_t count, const std::string& option, const std::string& form) {
  std::vector<int> values;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    int value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc()) {
      break;
    }
    values.push_back(value);
    if (next == end && values.size() == count) {
      return values;
    }
    if (next == end || *next != ',') {
      break;
    }
    at = next + 1;
  }
  throw UserError(option, 0, fmt::format("'{}' is not {}", text, form), "give whole numbers with commas between them");
}

ordered_json to_json(const std::vector<engine::StorageWindow>& windows) {
  ordered_json all = ordered_json::array();
  for (const engine::StorageWindow& window : windows) {
    all.push_back({{"path", window.path}, {"first_cycle", window.first_cycle}, {"last_cycle", window.last_cycle}});
  }
  return all;
}

ordered_json to_json(const engine::NeuronName& neuron) {
  return {{"layer", neuron.layer}, {"channel", neuron.channel}, {"y", neuron.y}, {"x", neuron.x}};
}

ordered_json to_json(const engine::NeuronName& neuron, const engine::NeuronAnswer& answer) {
  ordered_json products = ordered_json::array();
  for (const engine::ProductWindow& window : answer.products) {
    products.push_back({{"first_row", window.span.row_first},
                        {"last_row", window.span.row_last},
                        {"column", window.span.column},
                        {"first_tap", window.span.tap_first},
                        {"last_tap", window.span.tap_last},
                        {"first_cycle", window.first_cycle},
                        {"last_cycle", window.last_cycle}});
  }
  return {{"neuron", to_json(neuron)},
          {"products", products},
          {"partial_sums", to_json(answer.partial_sums)},
          {"outputs", to_json(answer.outputs)},
          {"dram_address", answer.dram_address}};
}

void print_text(const engine::NeuronName& neuron, const engine::NeuronAnswer& answer) {
  fmt::print("{} channel {}, y {}, x {}\n", neuron.layer, neuron.channel, neuron.y, neuron.x);
  for (const engine::ProductWindow& window : answer.products) {
    const mapping::ProductSpan& span = window.span;
    fmt::print("  cycles {}-{}: taps {} to {} in array.pe[{}][{}]", window.first_cycle, window.last_cycle,
               span.tap_first, span.tap_last, span.row_first, span.column);
    if (span.row_last != span.row_first) {
      fmt::print(" to array.pe[{}][{}]", span.row_last, span.column);
    }
    fmt::print("\n");
  }
  for (const auto* windows : {&answer.partial_sums, &answer.outputs}) {
    for (const engine::StorageWindow& window : *windows) {
      fmt::print("  cycles {}-{}: {}\n", window.first_cycle, window.last_cycle, window.path);
    }
  }
  fmt::print("  then DRAM address {}\n", answer.dram_address);
}

ordered_json to_json(const engine::ElementAnswer& answer, int row, int column, uint64_t cycle) {
  ordered_json json = {{"pe", {row, column}},
                       {"cycle", cycle},
                       {"activity", answer.activity},
                       {"layer", answer.layer.empty() ? ordered_json(nullptr) : ordered_json(answer.layer)},
                       {"neuron", nullptr}};
  if (answer.work) {
    json["neuron"] = to_json(answer.work->neuron);
    json["tap"] = {{"plane", answer.work->plane},
                   {"kernel_y", answer.work->kernel_y},
                   {"kernel_x", answer.work->kernel_x},
                   {"input_channel", answer.work->input_channel}};
  }
  return json;
}

void print_text(const engine::ElementAnswer& answer, int row, int column, uint64_t cycle) {
  fmt::print("array.pe[{}][{}] in cycle {}: {}", row, column, cycle, answer.activity);
  if (!answer.layer.empty()) {
    fmt::print(" of {}", answer.layer);
  }
  if (answer.work) {
    const engine::NeuronName& neuron = answer.work->neuron;
    fmt::print(", multiplies for channel {}, y {}, x {}: kernel row {}, column {}, input channel {}", neuron.channel,
               neuron.y, neuron.x, answer.work->kernel_y, answer.work->kernel_x, answer.work->input_channel);
  }
  fmt::print("\n");
}

int where(const WhereOptions& options) {
  const bool element = !options.element.empty();
  if (!element && options.neuron.empty()) {
    throw UserError("command line", 0, "no question is asked", "give --layer and --neuron, or --pe and --cycle");
  }
  std::vector<int> place;
  if (element) {
    place = numbers(options.element, 2, "--pe", "ROW,COLUMN");
  } else {
    place = numbers(options.neuron, 3, "--neuron", "CHANNEL,Y,X");
  }
  const hw::AcceleratorConfig config = options.accelerator.settings().build();
  const auto network = std::make_shared<const model::Network>(model::import_onnx(options.model));
  const engine::NeuronQuery query(network, config);
  if (element) {
    const engine::ElementAnswer answer = query.at(place[0], place[1], options.cycle);
    if (options.json) {
      fmt::print("{}\n", to_json(answer, place[0], place[1], options.cycle).dump(2));
    } else {
      print_text(answer, place[0], place[1], options.cycle);
    }
    return 0;
  }
  const engine::NeuronName neuron{options.layer, place[0], place[1], place[2]};
  const engine::NeuronAnswer answer = query.where(neuron);
  if (options.json) {
    fmt::print("{}\n", to_json(neuron, answer).dump(2));
  } else {
    print_text(neuron, answer);
  }
  return 0;
}

std::function<int()> configure_where(CLI::App& app) {
  auto options = std::make_shared<WhereOptions>();
  app.add_option("--model", options->model, "Network (ONNX, int8)")->required();
  CLI::Option* layer = app.add_option("--layer", options->layer, "Layer of the neuron");
  CLI::Option* neuron = app.add_option("--neuron", options->neuron, "CHANNEL,Y,X of one of the layer's outputs");
  CLI::Option* element = app.add_option("--pe", options->element, "ROW,COLUMN of a processing element");
  CLI::Option* cycle = app.add_option("--cycle", options->cycle, "Cycle of the inference");
  layer->needs(neuron);
  neuron->needs(layer);
  element->needs(cycle)->excludes(neuron);
  cycle->needs(element);
  options->accelerator.add(app);
  app.add_flag("--json", options->json, "Print JSON");
  return [options] { return where(*options); };
}

const Registration kRegistration{
    {"where", "Map a neuron to processing elements, cycles and buffer words, or an element and cycle to a neuron",
     configure_where}};

}  // namespace
}  // namespace faultline::cli
