#include "sim/cost/operand_probe.h"

#include <algorithm>
#include <string>
#include <utility>

namespace faultline::cost {
namespace {

/// Where an element finds an operand.
enum class Source { kItself, kWestNeighbour, kNorthNeighbour };

Source activation_source(hw::Dataflow dataflow) {
  return dataflow == hw::Dataflow::kInputStationary ? Source::kItself : Source::kWestNeighbour;
}

Source weight_source(hw::Dataflow dataflow) {
  if (dataflow == hw::Dataflow::kWeightStationary) {
    return Source::kItself;
  }
  return dataflow == hw::Dataflow::kOutputStationary ? Source::kNorthNeighbour : Source::kWestNeighbour;
}

/// The registers that the multipliers of all elements read: `operand` of elements, or the edge of `feeder`.
std::vector<hw::Site> operand_sites(const hw::StateTable& state, const hw::GridConfig& grid, const std::string& operand,
                                    const std::string& feeder, Source source) {
  const size_t inside = state.field_index("array.pe[*][*]." + operand);
  const size_t edge = state.field_index(feeder + ".edge[*].value");
  const auto site = [&](int row, int column) -> hw::Site {
    if (row < 0 || column < 0) {
      return {edge, static_cast<size_t>(row < 0 ? column : row)};
    }
    return {inside, static_cast<size_t>(row) * static_cast<size_t>(grid.columns) + static_cast<size_t>(column)};
  };
  std::vector<hw::Site> sites;
  for (int row = 0; row < grid.rows; ++row) {
    for (int column = 0; column < grid.columns; ++column) {
      sites.push_back(
          site(row - (source == Source::kNorthNeighbour ? 1 : 0), column - (source == Source::kWestNeighbour ? 1 : 0)));
    }
  }
  return sites;
}

}  // namespace

OperandProbe::OperandProbe(engine::SimulatedPlatform& platform, const hw::GridConfig& grid, Callback callback)
    : platform_(platform),
      activations_(
          operand_sites(platform.state(), grid, "activation", "input_feeder", activation_source(grid.dataflow))),
      weights_(operand_sites(platform.state(), grid, "weight", "weight_feeder", weight_source(grid.dataflow))),
      callback_(std::move(callback)) {
  platform_.observe([this](uint64_t /*cycle*/) {
    read(activations_, inputs_.activations);
    read(weights_, inputs_.weights);
    callback_(inputs_);
  });
}

void OperandProbe::read(const std::vector<hw::Site>& sites, std::vector<uint16_t>& operands) const {
  const hw::StateTable& state = std::as_const(platform_).state();
  operands.resize(sites.size());
  std::transform(sites.begin(), sites.end(), operands.begin(),
                 [&](hw::Site site) { return static_cast<uint16_t>(state.peek(site)); });
}

}  // namespace faultline::cost
