#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/engine/functional_engine.h"
#include "sim/model/classification.h"
#include "sim/model/network_input.h"
#include "sim/model/npy.h"
#include "sim/model/onnx_import.h"

namespace faultline::model {
namespace {

/// Graphs with ONNX Runtime's outputs; FAULTLINE_REFERENCES names another folder of them.
std::filesystem::path reference_folder() {
  const char* other = std::getenv("FAULTLINE_REFERENCES");
  return other != nullptr ? other : FAULTLINE_SOURCE_DIR "/../shared/data/onnx";
}

/// Step of the final quantisation: the scale of what the last dequantisation reads.
double final_step(const Network& network) {
  for (const auto& step : network.operators) {
    if (step->output == network.graph_outputs.front() && step->kind == "DequantizeLinear") {
      const TensorInfo& codes = network.tensor(step->inputs.front());
      return codes.type == ElementType::kInt8 ? codes.quantisation.scale : 0.0;
    }
  }
  const TensorInfo& info = network.tensor(network.graph_outputs.front());
  return info.type == ElementType::kInt8 ? 1.0 : 0.0;
}

struct Agreement {
  size_t outputs = 0, equal = 0, samples = 0, same_class = 0;
  double worst = 0;  ///< in steps
};

Agreement compare(const std::filesystem::path& graph) {
  const auto network = std::make_shared<Network>(import_onnx(graph));
  const engine::FunctionalEngine engine(network, hw::Multiplier());
  const std::string base = graph.parent_path() / graph.stem();
  const auto inputs = network_inputs(*network, read_npy(base + ".in.npy"), base + ".in.npy");
  const NpyArray reference_array = read_npy(base + ".ref.npy");
  const std::vector<double> reference = std::visit(
      [](const auto& elements) { return std::vector<double>(elements.begin(), elements.end()); }, reference_array.data);
  std::vector<Values> outputs;
  for (const Values& input : inputs) {
    outputs.push_back(engine.run(input)[static_cast<size_t>(network->graph_outputs.front())]);
  }
  const std::vector<double> ours =
      std::visit([](const auto& elements) { return std::vector<double>(elements.begin(), elements.end()); },
                 network_outputs(*network, outputs).data);
  Agreement agreement;
  EXPECT_EQ(ours.size(), reference.size());
  const double scale = final_step(*network);
  const double largest = std::abs(*std::max_element(reference.begin(), reference.end(),
                                                    [](double a, double b) { return std::abs(a) < std::abs(b); }));
  const double step = scale > 0 ? scale : std::max(1e-30, largest / 127.0);
  const size_t classes = ours.size() / inputs.size();
  for (size_t first = 0; first < ours.size(); first += classes) {
    const auto best_of = [&](const std::vector<double>& values) {
      const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first);
      return std::max_element(begin, begin + static_cast<std::ptrdiff_t>(classes)) - begin;
    };
    ++agreement.samples;
    agreement.same_class += best_of(ours) == best_of(reference) ? 1 : 0;
    for (size_t i = first; i < first + classes; ++i) {
      const double distance = std::abs(ours[i] - reference[i]) / step;
      ++agreement.outputs;
      agreement.equal += distance < 0.5 ? 1 : 0;
      agreement.worst = std::max(agreement.worst, distance);
    }
  }
  std::printf("%-24s %5zu of %5zu equal, worst %.2f steps, class %zu of %zu\n", graph.stem().c_str(), agreement.equal,
              agreement.outputs, agreement.worst, agreement.same_class, agreement.samples);
  return agreement;
}

TEST(ReferenceGraphs, AgreeWithOnnxRuntime) {
  if (!std::filesystem::is_directory(reference_folder())) {
    GTEST_SKIP() << "no reference graphs in " << reference_folder();
  }
  std::vector<std::filesystem::path> graphs;
  for (const auto& entry : std::filesystem::directory_iterator(reference_folder())) {
    if (entry.path().extension() == ".onnx") {
      graphs.push_back(entry.path());
    }
  }
  std::sort(graphs.begin(), graphs.end());
  ASSERT_FALSE(graphs.empty());
  Agreement all;
  for (const auto& graph : graphs) {
    SCOPED_TRACE(graph.stem());
    const Agreement one = compare(graph);
    EXPECT_GE(static_cast<double>(one.equal), 0.9 * static_cast<double>(one.outputs));
    EXPECT_LE(one.worst, 2.01);
    all.samples += one.samples;
    all.same_class += one.same_class;
    all.equal += one.equal;
    all.outputs += one.outputs;
  }
  std::printf("all: %zu of %zu outputs equal, class %zu of %zu\n", all.equal, all.outputs, all.same_class, all.samples);
  EXPECT_GE(static_cast<double>(all.same_class), 0.995 * static_cast<double>(all.samples));
}

}  // namespace
}  // namespace faultline::model
