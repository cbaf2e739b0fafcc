#include "sim/mapping/dataflow_mapper.h"

#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "sim/config/user_error.h"

namespace faultline::mapping {
namespace {

std::map<hw::Dataflow, const DataflowMapper*>& dataflow_registry() {
  static std::map<hw::Dataflow, const DataflowMapper*> mappers;
  return mappers;
}

}  // namespace

WeightMatrix::WeightMatrix(const model::MatrixOperator& layer)
    : layer_(layer), channels_(layer.geometry.out_channels), taps_(layer.geometry.taps()) {
  const size_t weights = layer.format.wide() ? layer.wide_weights.size() : layer.weights.size();
  if (static_cast<int64_t>(weights) != layer.planes * channels_ * taps_) {
    throw std::logic_error("layer " + layer.name + " has not as many weights as its geometry says");
  }
}

const DataflowMapper& mapper_for(hw::Dataflow dataflow) {
  return *dataflow_registry().at(dataflow);
}

DataflowRegistration::DataflowRegistration(hw::Dataflow dataflow, const DataflowMapper& mapper) {
  dataflow_registry()[dataflow] = &mapper;
}

void fail_to_fit(const std::string& layer, const std::string& what, int64_t needed, int64_t available,
                 const std::string& key) {
  throw UserError("layer " + layer, 0, fmt::format("{} need {}, {} is {}", what, needed, key, available),
                  fmt::format("raise {} in the accelerator file to {} or more", key, needed));
}

}  // namespace faultline::mapping
