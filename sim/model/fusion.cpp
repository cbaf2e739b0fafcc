#include "sim/model/fusion.h"

#include <algorithm>
#include <unordered_map>

#include "sim/model/operator_importer.h"

namespace faultline::model {
namespace {

std::unordered_map<std::string, Absorber>& absorbers() {
  static std::unordered_map<std::string, Absorber> all;
  return all;
}

/// The quantisation that every reader of a value applies, when all are QuantizeLinear and agree.
std::optional<CodeType> common_quantisation(const ImportContext& context,
                                            const std::vector<const onnx::NodeProto*>& readers) {
  std::optional<CodeType> common;
  for (const onnx::NodeProto* reader : readers) {
    if (reader->op_type() != "QuantizeLinear") {
      return std::nullopt;
    }
    const std::optional<CodeType> type = context.quantise_node_type(*reader);
    if (!type || (common && !(*common == *type))) {
      return std::nullopt;
    }
    common = type;
  }
  return common;
}

bool absorb_next(const ImportContext& context, const onnx::NodeProto& next, const std::string& value,
                 const ChannelPlace* channels, Fusion& fusion) {
  const auto absorber = absorbers().find(next.op_type());
  if (absorber == absorbers().end() || find_importer(next) == nullptr) {
    return false;
  }
  const auto arrives = std::find(next.input().begin(), next.input().end(), value);
  return absorber->second(context, next, static_cast<int>(arrives - next.input().begin()), channels, fusion);
}

}  // namespace

FusedOperator::FusedOperator(std::initializer_list<const char*> operators, Absorber absorber) {
  for (const char* name : operators) {
    absorbers()[name] = absorber;
  }
}

int32_t Fusion::low_code() const {
  return clamped ? quantise(low, *codes) : codes->format.lowest();
}

int32_t Fusion::high_code() const {
  return clamped ? quantise(high, *codes) : codes->format.highest();
}

Fusion fuse(ImportContext& context, const onnx::NodeProto& node, const ChannelPlace* channels) {
  const OnnxGraph& graph = context.graph();
  Fusion reached;
  std::vector<const onnx::NodeProto*> path;
  std::string value = node.output(0);
  Fusion in_float;  // as far as the chain can be fused if no quantisation ends it
  in_float.names = {value};
  size_t in_float_length = 0;
  while (!graph.is_output(value)) {
    const auto& readers = graph.consumers(value);
    reached.codes = common_quantisation(context, readers);
    if (reached.codes) {
      for (const onnx::NodeProto* reader : readers) {
        context.absorb(*reader);
        reached.names.push_back(reader->output(0));
      }
      in_float_length = path.size();
      in_float = reached;
      break;
    }
    if (readers.size() != 1 || !absorb_next(context, *readers[0], value, channels, reached)) {
      break;
    }
    path.push_back(readers[0]);
    value = readers[0]->output(0);
    if (!reached.clamped) {
      in_float = reached;
      in_float.names = {value};
      in_float_length = path.size();
    }
  }
  for (size_t i = 0; i < in_float_length; ++i) {
    context.absorb(*path[i]);
  }
  return in_float;
}

std::optional<std::vector<double>> per_channel(const Constant& constant, const ChannelPlace& place) {
  // Aligned at the last dimension, as broadcasting does; one more dimension in front may be the batch.
  const size_t rank = place.shape.size() + 1;
  if (constant.extents.size() > rank || constant.size() == 0) {
    return std::nullopt;
  }
  const size_t missing = rank - constant.extents.size();
  for (size_t axis = 0; axis < constant.extents.size(); ++axis) {
    const int64_t extent = constant.extents[axis];
    const bool along_channels = axis + missing == place.axis + 1 && extent == place.shape[place.axis];
    if (extent != 1 && !along_channels) {
      return std::nullopt;
    }
  }
  std::vector<double> values(place.channels());
  for (size_t channel = 0; channel < values.size(); ++channel) {
    values[channel] = constant.real(constant.size() == 1 ? 0 : channel);
  }
  return values;
}

void append_affine(Fusion& fusion, const ChannelPlace& channels, const std::vector<double>& gain,
                   const std::vector<double>& offset) {
  fusion.gain.resize(channels.channels(), 1.0);
  fusion.offset.resize(channels.channels(), 0.0);
  for (size_t n = 0; n < channels.channels(); ++n) {
    fusion.gain[n] *= gain[n];
    fusion.offset[n] = fusion.offset[n] * gain[n] + offset[n];
  }
}

void bind_result(ImportContext& context, const Fusion& fusion, TensorId tensor) {
  for (const std::string& name : fusion.names) {
    context.bind_tensor(name, tensor);
  }
}

TensorId add_fused_codes(ImportContext& context, const Fusion& fusion, Shape shape) {
  const TensorId tensor = context.add_codes(fusion.names.front(), std::move(shape), *fusion.codes);
  bind_result(context, fusion, tensor);
  return tensor;
}

void finish_in_float(ImportContext& context, const onnx::NodeProto& node, const Fusion& fusion,
                     std::unique_ptr<HostOperator> step, const std::vector<TensorId>& inputs, const Shape& shape) {
  const std::string& name = fusion.codes ? node.output(0) : fusion.names.front();
  const TensorId real = context.add_tensor(name, shape, ElementType::kFloat32);
  context.add(node, std::move(step), inputs, real);
  if (!fusion.codes) {
    bind_result(context, fusion, real);
    return;
  }
  auto quantise_step = std::make_unique<Quantise>(*fusion.codes, fusion.low_code(), fusion.high_code(),
                                                  fusion.zero_point_before_rounding);
  quantise_step->kind = "QuantizeLinear";
  context.add(node, std::move(quantise_step), {real}, add_fused_codes(context, fusion, shape));
}

}  // namespace faultline::model
