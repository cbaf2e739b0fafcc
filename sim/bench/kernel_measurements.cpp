// The matrix kernels, with data in the second-level cache.
#include <memory>
#include <random>
#include <vector>

#include "sim/bench/measurement.h"
#include "sim/bench/synthetic_networks.h"
#include "sim/engine/exact_kernel.h"
#include "sim/engine/table_kernel.h"

namespace faultline::bench {
namespace {

constexpr size_t kRows = 64;
constexpr size_t kTaps = 1152;
constexpr size_t kLanes = 768;
constexpr double kProducts = double{kRows} * kTaps * kLanes;

std::vector<int8_t> random_codes(size_t count) {
  std::mt19937 random(1);
  std::vector<int8_t> codes(count);
  for (int8_t& code : codes) {
    code = static_cast<int8_t>(random());
  }
  return codes;
}

Work exact() {
  struct Data {
    std::vector<int32_t> rows, lanes, sums;
  };
  const size_t depth = engine::exact_kernel::groups(kTaps);
  auto data = std::make_shared<Data>();
  data->rows.resize(kRows * depth);
  data->lanes.resize(depth * kLanes);
  data->sums.resize(kRows * kLanes);
  const std::vector<int8_t> weights = random_codes(kRows * kTaps);
  for (size_t row = 0; row < kRows; ++row) {
    engine::exact_kernel::pack_row(weights.data() + row * kTaps, kTaps, data->rows.data() + row * depth);
  }
  engine::exact_kernel::pack_lanes(random_codes(kTaps * kLanes).data(), kTaps, kLanes, data->lanes.data());
  return {kProducts, [data, depth] {
            engine::exact_kernel::accumulate(data->rows.data(), kRows, data->lanes.data(), kLanes, depth,
                                             data->sums.data());
          }};
}

Work table() {
  struct Data {
    engine::TableKernel kernel{table_multiplier(), engine::TableKernel::Rows::kWeights};
    std::vector<int8_t> rows = random_codes(kRows * kTaps);
    std::vector<int8_t> lanes = random_codes(kTaps * kLanes);
    std::vector<int32_t> sums = std::vector<int32_t>(kRows * kLanes);
  };
  const auto data = std::make_shared<Data>();
  return {kProducts, [data] {
            data->kernel.accumulate(reinterpret_cast<const uint8_t*>(data->rows.data()), kRows,
                                    reinterpret_cast<const uint8_t*>(data->lanes.data()), kLanes, kTaps,
                                    data->sums.data());
          }};
}

const MeasurementRegistration kRegistration{{
    {"kernels", "int8 matrix product, 64 x 1152 x 768", "MAC", exact},
    {"kernels", "matrix product by a table, 64 x 1152 x 768", "MAC", table},
}};

}  // namespace
}  // namespace faultline::bench
