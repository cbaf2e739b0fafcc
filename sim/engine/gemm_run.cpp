#include "sim/engine/gemm_run.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "hw/common/counter_random.h"
#include "sim/config/user_error.h"
#include "sim/engine/inference_engine.h"
#include "sim/mapping/network_compiler.h"
#include "sim/model/network.h"
#include "sim/model/npy.h"
#include "sim/model/sha256.h"

namespace faultline::engine {
namespace {

constexpr int64_t kLargestExtent = int64_t{1} << 20;
constexpr int64_t kLongestProduct = 65536;  // taps of a dot product that the accelerator can address
constexpr int64_t kMostElements = int64_t{1} << 30;

void check_extents(const Gemm& gemm) {
  const auto check = [](const char* name, int64_t extent, int64_t largest) {
    if (extent < 1 || extent > largest) {
      throw UserError(name, 0, fmt::format("{} is out of range", extent), fmt::format("give 1 to {}", largest));
    }
  };
  check("--m", gemm.m, kLargestExtent);
  check("--k", gemm.k, kLongestProduct);
  check("--n", gemm.n, kLargestExtent);
  if (std::max({gemm.m * gemm.k, gemm.k * gemm.n, gemm.m * gemm.n}) > kMostElements) {
    throw UserError("gemm", 0, "a matrix has more than 2^30 elements", "choose smaller --m, --k or --n");
  }
}

template <typename Code>
std::vector<Code> random_codes(int64_t count, uint64_t seed, uint64_t stream, hw::OperandFormat format) {
  hw::CounterRandom random(seed, stream);
  const uint32_t codes_of_format = uint32_t{1} << format.operand_bits;
  std::vector<Code> codes(static_cast<size_t>(count));
  for (Code& code : codes) {
    code = static_cast<Code>(static_cast<int>(random.uniform(codes_of_format)) + format.lowest());
  }
  return codes;
}

template <typename Code>
std::vector<Code> read_matrix(const std::string& file, hw::OperandFormat format, int64_t& rows, int64_t& columns) {
  model::NpyArray array = model::read_npy(file);
  auto* codes = std::get_if<std::vector<Code>>(&array.data);
  if (codes == nullptr || array.shape.size() != 2) {
    const std::string type = fmt::format("int{}", 8 * sizeof(Code));
    throw UserError(file, 0, "is not a matrix of " + type, "give a two-dimensional " + type + " array");
  }
  const auto outside = std::find_if(codes->begin(), codes->end(),
                                    [format](Code code) { return code < format.lowest() || code > format.highest(); });
  if (outside != codes->end()) {
    throw UserError(file, 0, fmt::format("holds {}", *outside),
                    fmt::format("operands of {} bits lie between {} and {}", format.operand_bits, format.lowest(),
                                format.highest()));
  }
  rows = array.shape[0];
  columns = array.shape[1];
  return std::move(*codes);
}

template <typename Sum>
std::string hash(const std::vector<Sum>& values) {
  model::Sha256 sha;
  for (const Sum value : values) {
    unsigned char bytes[sizeof value];
    for (size_t byte = 0; byte < sizeof value; ++byte) {
      bytes[byte] = static_cast<unsigned char>(static_cast<uint64_t>(value) >> (8 * byte));
    }
    sha.update(bytes, sizeof bytes);
  }
  return sha.finish();
}

/// B with a column after the other: the weights of one output channel lie together.
template <typename Code>
std::vector<Code> transposed(const Gemm& gemm, const std::vector<Code>& b) {
  std::vector<Code> weights(b.size());
  for (int64_t k = 0; k < gemm.k; ++k) {
    for (int64_t n = 0; n < gemm.n; ++n) {
      weights[static_cast<size_t>(n * gemm.k + k)] = b[static_cast<size_t>(k * gemm.n + n)];
    }
  }
  return weights;
}

uint64_t folds_of(const model::Network& network, const hw::AcceleratorConfig& config) {
  uint64_t folds = 0;
  for (const mapping::LayerProgram& layer : mapping::compile(network, config).layers) {
    for (const mapping::Step& step : layer.steps) {
      if (mapping::phase_of(step.command) == mapping::Phase::kCompute) {
        folds += static_cast<uint64_t>(step.command.tiles) * static_cast<uint64_t>(step.command.folds);
      }
    }
  }
  return folds;
}

}  // namespace

Gemm random_gemm(int64_t m, int64_t k, int64_t n, uint64_t seed, hw::OperandFormat format) {
  Gemm gemm{m, k, n, {}, {}, format, {}, {}};
  check_extents(gemm);
  if (format.wide()) {
    gemm.wide_a = random_codes<int16_t>(m * k, seed, 0, format);
    gemm.wide_b = random_codes<int16_t>(k * n, seed, 1, format);
  } else {
    gemm.a = random_codes<int8_t>(m * k, seed, 0, format);
    gemm.b = random_codes<int8_t>(k * n, seed, 1, format);
  }
  return gemm;
}

Gemm read_gemm(const std::string& a_file, const std::string& b_file, hw::OperandFormat format) {
  Gemm gemm;
  gemm.format = format;
  int64_t rows = 0;
  if (format.wide()) {
    gemm.wide_a = read_matrix<int16_t>(a_file, format, gemm.m, gemm.k);
    gemm.wide_b = read_matrix<int16_t>(b_file, format, rows, gemm.n);
  } else {
    gemm.a = read_matrix<int8_t>(a_file, format, gemm.m, gemm.k);
    gemm.b = read_matrix<int8_t>(b_file, format, rows, gemm.n);
  }
  if (rows != gemm.k) {
    throw UserError(b_file, 0, fmt::format("has {} rows, {} has {} columns", rows, a_file, gemm.k),
                    "give matrices of shapes (m, k) and (k, n)");
  }
  check_extents(gemm);
  return gemm;
}

std::shared_ptr<const model::Network> gemm_network(const Gemm& gemm) {
  auto layer = std::make_unique<model::MatrixOperator>();
  layer->name = "gemm";
  layer->kind = "Gemm";
  layer->inputs = {0};
  layer->output = 1;
  layer->layout = model::Layout::kChannelsLast;
  layer->geometry.in_channels = static_cast<int>(gemm.k);
  layer->geometry.out_channels = static_cast<int>(gemm.n);
  layer->geometry.in_height = layer->geometry.out_height = static_cast<int>(gemm.m);
  const bool wide = gemm.format.wide();
  layer->format = gemm.format;
  if (wide) {
    layer->wide_weights = transposed(gemm, gemm.wide_b);
    layer->post.wide_bias.assign(static_cast<size_t>(gemm.n), 0);
  } else {
    layer->weights = transposed(gemm, gemm.b);
    layer->post.bias.assign(static_cast<size_t>(gemm.n), 0);
  }

  auto network = std::make_shared<model::Network>();
  network->file = "gemm";
  network->format = gemm.format;
  network->tensors.resize(2);
  network->tensors[0].type = wide ? model::ElementType::kInt16 : model::ElementType::kInt8;
  network->tensors[0].name = "a";
  network->tensors[0].shape = {gemm.m, gemm.k};
  network->tensors[1].name = "c";
  network->tensors[1].shape = {gemm.m, gemm.n};
  network->tensors[1].type = wide ? model::ElementType::kInt64 : model::ElementType::kInt32;
  network->operators.push_back(std::move(layer));
  network->graph_input = 0;
  network->graph_outputs = {1};
  return network;
}

GemmResult timed_gemm(const Gemm& gemm, const Inference& inference) {
  GemmResult result;
  const auto start = std::chrono::steady_clock::now();
  AcceleratorRun run = gemm.format.wide() ? inference(gemm.wide_a) : inference(gemm.a);
  result.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (gemm.format.wide()) {
    result.wide_c = std::get<std::vector<int64_t>>(std::move(run.tensors[1]));
    result.output_sha256 = hash(result.wide_c);
  } else {
    result.c = std::get<std::vector<int32_t>>(std::move(run.tensors[1]));
    result.output_sha256 = hash(result.c);
  }
  if (!run.layers.empty()) {
    result.cycles = run.layers.front().cycles;
  }
  return result;
}

GemmResult run_gemm(const Gemm& gemm, const hw::AcceleratorConfig& config, const std::string& engine) {
  const auto network = gemm_network(gemm);
  const Inference inference = make_inference(engine, network, config);
  const uint64_t folds = folds_of(*network, config);
  GemmResult result = timed_gemm(gemm, inference);
  result.folds = folds;
  return result;
}

}  // namespace faultline::engine
