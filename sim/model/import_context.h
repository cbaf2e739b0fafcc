#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "sim/model/host_quantisation.h"
#include "sim/model/network.h"
#include "sim/model/onnx_constant.h"
#include "sim/model/onnx_graph.h"

namespace faultline::model {

/// What a name of the graph stands for: a constant, or a tensor of the network.
struct Value {
  std::shared_ptr<const Constant> constant;
  TensorId tensor = -1;
  /// Set when the graph sees a float that is `quantisation` applied to the codes of `tensor` (kInt8 or kInt16): what a
  /// DequantizeLinear makes. No operator exists for it until someone needs the float.
  std::optional<Quantisation> dequantised;

  bool is_constant() const { return constant != nullptr; }
};

/// The codes and the quantisation from which an operator reads a quantised operand.
struct QuantisedSource {
  TensorId tensor = -1;
  Quantisation quantisation;
};

/// A network being built from a graph: values by name, and ways to add tensors and operators. Operator importers
/// (operator_importer.h) work on it one node at a time.
class ImportContext {
 public:
  explicit ImportContext(const std::string& path);

  const OnnxGraph& graph() const { return graph_; }
  Network& network() { return network_; }
  const Network& network() const { return network_; }

  /// Imports every node and gives away the network.
  Network import();

  // Values.
  bool has_input(const onnx::NodeProto& node, int index) const;
  /// Throws UserError when the node has no such input or nothing has been imported for it.
  const Value& input(const onnx::NodeProto& node, int index) const;
  /// The constant at `index`; UserError when it is computed at run time.
  std::shared_ptr<const Constant> constant_input(const onnx::NodeProto& node, int index, const std::string& role) const;
  /// nullptr when the input is absent; UserError when it is computed at run time.
  std::shared_ptr<const Constant> optional_constant_input(const onnx::NodeProto& node, int index,
                                                          const std::string& role) const;
  void bind(const std::string& name, Value value);
  void bind_constant(const onnx::NodeProto& node, Constant constant);
  void bind_tensor(const std::string& name, TensorId tensor);
  const Value* find(const std::string& name) const;

  /// Scale and zero point from the inputs at `scale` and `scale + 1` of a node, one entry or one per channel.
  /// Throws UserError for scales that are missing, negative or not finite.
  AffineMap affine_input(const onnx::NodeProto& node, int scale) const;
  /// The same, for an activation: one scale, and int8, uint8 or int16 as the zero point (uint8 where it is absent)
  /// says. A network has activations of one width; int16 codes have zero point 0 and may be limited to 12 bits.
  CodeType code_type(const onnx::NodeProto& node, int scale) const;
  /// What the codes of a tensor mean.
  CodeType type_of(TensorId tensor, const Quantisation& quantisation) const;
  /// The same for a QuantizeLinear; nothing where its parameters are not what an int8 activation can have.
  std::optional<CodeType> quantise_node_type(const onnx::NodeProto& node) const;

  // Building.
  TensorId add_tensor(const std::string& name, Shape shape, ElementType type);
  TensorId add_codes(const std::string& name, Shape shape, const CodeType& type);
  /// Adds `step` with a unique name; inputs and output in the order of the network's contract.
  template <typename Step>
  Step& add(const onnx::NodeProto& node, std::unique_ptr<Step> step, const std::vector<TensorId>& inputs,
            TensorId output) {
    Step& added = *step;
    append(node, std::move(step), inputs, output);
    return added;
  }
  const TensorInfo& info(TensorId tensor) const { return network_.tensor(tensor); }
  TensorInfo& info(TensorId tensor) { return network_.tensors[static_cast<size_t>(tensor)]; }

  /// The value as a kFloat32 tensor, dequantising it on the host where it is codes. UserError for int8 values that the
  /// graph does not dequantise.
  TensorId as_float(const onnx::NodeProto& node, const Value& value);
  /// 8-bit codes behind a value that a DequantizeLinear made of them. Nothing when the value is computed in float.
  std::optional<QuantisedSource> quantised(const Value& value) const;
  /// The same for codes of any width.
  std::optional<QuantisedSource> quantised_to_any_width(const Value& value) const;
  QuantisedSource codes_input(const onnx::NodeProto& node, int index, int scale) const;
  /// Shape of one sample of a value that is computed at run time.
  const Shape& shape(const Value& value) const { return info(value.tensor).shape; }
  /// The operator that writes `tensor` when `node`, reading `name`, is the only reader there is (the codes may pass
  /// through one DequantizeLinear): then a function of the codes can be folded into it. nullptr otherwise.
  Operator* sole_producer(const onnx::NodeProto& node, const std::string& name, TensorId tensor);

  /// Marks a later node as done by an earlier one.
  void absorb(const onnx::NodeProto& node) { absorbed_.insert(&node); }

  [[noreturn]] void fail(const onnx::NodeProto& node, const std::string& wrong, const std::string& right) const {
    graph_.fail(node, wrong, right);
  }

 private:
  bool is_int16_constant(const std::string& name) const;
  void read_format();
  void declare_input();
  void declare_outputs();
  void append(const onnx::NodeProto& node, std::unique_ptr<Operator> step, const std::vector<TensorId>& inputs,
              TensorId output);

  OnnxGraph graph_;
  Network network_;
  std::unordered_map<std::string, Value> values_;
  std::unordered_map<TensorId, std::vector<std::pair<Quantisation, TensorId>>> floats_;  ///< dequantised so far
  std::unordered_map<TensorId, int> bindings_;                                           ///< names per tensor
  std::unordered_set<std::string> operator_names_;
  std::unordered_set<const onnx::NodeProto*> absorbed_;
};

/// `axis` counted from the front of a tensor of `rank` dimensions; UserError when out of range.
int normalised_axis(const ImportContext& context, const onnx::NodeProto& node, int64_t axis, size_t rank);

/// The same for an axis of an activation, as an index of the sample's shape; UserError for the batch dimension.
int sample_axis(const ImportContext& context, const onnx::NodeProto& node, int64_t axis, const Shape& shape);

}  // namespace faultline::model
