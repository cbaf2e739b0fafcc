#include "sim/campaign/live_share.h"

#include <memory>
#include <set>

#include <gtest/gtest.h>

#include "sim/campaign/accelerator_target.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"

namespace faultline::campaign {
namespace {

/// Against the definition, written out: every element at every cycle (the run is short enough to look at all).
TEST(LiveShareTest, IsTheShareOfElementsThatChangeInTheirLayer) {
  const auto network = std::make_shared<const model::Network>(
      model::import_onnx(std::string(FAULTLINE_SOURCE_DIR) + "/models/lenet5_digits.onnx"));
  const model::Dataset dataset = model::load_dataset("builtin:digits", model::Split::kTest, 1);
  const hw::AcceleratorConfig config{hw::GridConfig(4, 5, hw::Dataflow::kOutputStationary, hw::Multiplier())};
  engine::AcceleratorEngine engine(network, config, engine::GridKind::kCycle);
  const model::Values input = model::network_input(*network, dataset.image(0));
  const engine::AcceleratorRun run = engine.run(input);
  const std::vector<LayerSpan> layers = layer_spans(run.layers);

  inject::SampleRequest request;
  request.where = {"array.pe[1:3][2:5].*", "array.pe[0][0].weight", "buffer.output", "controller.phase"};
  const hw::StateTable& table = engine.platform().state();
  const inject::FaultSpace space(request, table, run.total_cycles, 1);
  const LiveShare live = observe_live_share(engine, input, layers, run.total_cycles, space);

  // Looking at fewer cycles can only miss changes.
  std::vector<std::vector<uint64_t>> first;
  std::set<std::pair<size_t, uint64_t>> changed;
  double live_cycles = 0;
  size_t layer = 0;
  const auto end_of = [&](size_t index) {
    return index + 1 < layers.size() ? layers[index + 1].first_cycle : run.total_cycles;
  };
  const auto look = [&](uint64_t cycle) {
    if (layer == layers.size() || cycle >= run.total_cycles) {
      return;
    }
    const uint64_t begin = layer == 0 ? 0 : layers[layer].first_cycle;
    if (cycle == begin) {
      first.assign(space.structures().size(), {});
      changed.clear();
    }
    for (size_t s = 0; s < space.structures().size(); ++s) {
      const inject::StructurePopulation& structure = space.structures()[s];
      const bool memory = table.fields()[structure.sites.field].kind == hw::StateKind::kMemory;
      if (memory && cycle != begin && cycle + 1 != end_of(layer)) {
        continue;
      }
      for (uint64_t n = 0; n < structure.elements(); ++n) {
        const uint64_t value = table.peek(structure.sites.at(n));
        if (cycle == begin) {
          first[s].push_back(value);
        } else if (value != first[s][n]) {
          changed.insert({s, n});
        }
      }
    }
    if (cycle + 1 == end_of(layer)) {
      for (const auto& [s, n] : changed) {
        live_cycles += space.structures()[s].places * static_cast<double>(end_of(layer) - begin);
      }
      ++layer;
    }
  };
  engine.platform().observe(look);
  engine.run(input);
  engine.platform().observe(nullptr);
  look(run.total_cycles - 1);  // the simulation stops before the end of its last cycle
  const double all = live_cycles / static_cast<double>(space.positions()) / static_cast<double>(run.total_cycles);
  EXPECT_EQ(layer, layers.size());
  EXPECT_GT(live.share, 0);
  EXPECT_LE(live.share, all + 1e-12);
  EXPECT_NEAR(live.share, all, 0.02 * all) << "evenly spaced looks miss few changes";
  EXPECT_LE(live.observed_cycles, 2000 + 2 * layers.size());
  EXPECT_EQ(live.structures.size(), space.structures().size());
}

}  // namespace
}  // namespace faultline::campaign
