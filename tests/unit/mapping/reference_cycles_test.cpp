#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sim/config/array_option.h"
#include "sim/mapping/compute_timing.h"
#include "sim/mapping/network_compiler.h"
#include "tests/support/gemm_cycles.h"

namespace faultline::mapping {
namespace {

const char* const kFolder = FAULTLINE_SOURCE_DIR "/../shared/reference/";

/// The cells of a file without its first line; empty when there is no such file.
std::vector<std::vector<std::string>> read_table(const std::string& name) {
  std::ifstream file(kFolder + name);
  std::vector<std::vector<std::string>> rows;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::stringstream cells(line);
    rows.emplace_back();
    for (std::string cell; std::getline(cells, cell, ',');) {
      rows.back().push_back(cell);
    }
  }
  return rows;
}

/// Compute cycles and folds of the program that the mapping makes, in the default buffers.
std::pair<int64_t, int64_t> compiled(const test::GemmShape& shape, const model::ConvolutionGeometry& geometry) {
  auto layer = std::make_unique<model::MatrixOperator>();
  layer->name = "layer";
  layer->geometry = geometry;
  layer->weights.resize(static_cast<size_t>(int64_t{geometry.out_channels} * geometry.taps()));
  layer->post.bias.resize(static_cast<size_t>(geometry.out_channels));
  layer->post.factor.resize(layer->post.bias.size());
  model::Network network;
  network.operators.push_back(std::move(layer));
  const hw::AcceleratorConfig config{
      hw::GridConfig(static_cast<int>(shape.rows), static_cast<int>(shape.columns), shape.dataflow, hw::Multiplier())};
  int64_t cycles = 0;
  int64_t folds = 0;
  const CompiledNetwork program = compile(network, config);
  for (const Step& step : program.layers[0].steps) {
    if (phase_of(step.command) == Phase::kCompute) {
      cycles += compute_cycles(step.command, config.grid);
      folds += int64_t{step.command.tiles} * step.command.folds;
    }
  }
  return {cycles, folds};
}

TEST(ReferenceCycles, EveryGemmOfTheOtherSimulatorIsReconciled) {
  const auto rows = read_table("scalesim_gemm_cycles.csv");
  if (rows.empty()) {
    GTEST_SKIP() << "no " << kFolder << "scalesim_gemm_cycles.csv";
  }
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), 9U);
    const auto number = [&row](size_t column) { return std::stoll(row[column]); };
    const test::GemmShape shape{
        config::parse_dataflow(row[0], "csv"), number(1), number(2), number(3), number(4), number(5)};
    SCOPED_TRACE(row[0] + " " + row[1] + "x" + row[2] + " m" + row[3] + " n" + row[4] + " k" + row[5]);
    model::ConvolutionGeometry gemm;
    gemm.in_channels = static_cast<int>(shape.k);
    gemm.out_channels = static_cast<int>(shape.n);
    gemm.in_height = gemm.out_height = static_cast<int>(shape.m);
    const auto [cycles, folds] = compiled(shape, gemm);
    EXPECT_EQ(folds, number(6));
    EXPECT_EQ(shape.folds(), number(6));
    EXPECT_EQ(shape.scale_sim_cycles(), number(7));
    EXPECT_EQ(cycles, shape.compute_cycles());
    EXPECT_EQ(cycles, number(7) + shape.difference());
  }
  std::printf("%zu rows\n", rows.size());
}

TEST(ReferenceCycles, EveryLayerOfTheOtherSimulatorsLeNetIsReconciled) {
  const auto layers = read_table("lenet5_topology.csv");
  if (layers.empty()) {
    GTEST_SKIP() << "no " << kFolder << "lenet5_topology.csv";
  }
  for (const char* dataflow : {"os", "ws", "is"}) {
    const auto report = read_table("lenet5_" + std::string(dataflow) + "_compute_report.csv");
    ASSERT_EQ(report.size(), layers.size());
    for (size_t i = 0; i < layers.size(); ++i) {
      const auto number = [&row = layers[i]](size_t column) { return std::stoi(row[column]); };
      SCOPED_TRACE(std::string(dataflow) + " " + layers[i][0]);
      model::ConvolutionGeometry geometry;
      geometry.in_height = number(1);
      geometry.in_width = number(2);
      geometry.kernel_height = number(3);
      geometry.kernel_width = number(4);
      geometry.in_channels = number(5);
      geometry.out_channels = number(6);
      geometry.stride_y = geometry.stride_x = number(7);
      geometry.out_height = (geometry.in_height - geometry.kernel_height) / geometry.stride_y + 1;
      geometry.out_width = (geometry.in_width - geometry.kernel_width) / geometry.stride_x + 1;
      const test::GemmShape shape{
          config::parse_dataflow(dataflow, "csv"), 32, 32, geometry.pixels(), geometry.out_channels, geometry.taps()};
      // Its "Total Cycles" is the index of the last cycle.
      const int64_t theirs = std::stoll(report[i][2]) + 1;
      EXPECT_EQ(shape.scale_sim_cycles(), theirs);
      EXPECT_EQ(compiled(shape, geometry).first, theirs + shape.difference());
    }
  }
}

}  // namespace
}  // namespace faultline::mapping
