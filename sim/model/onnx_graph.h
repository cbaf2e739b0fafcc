#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <onnx/onnx_pb.h>

#include "sim/model/onnx_constant.h"

namespace faultline::model {

/// An ONNX file, parsed and checked: every value has one producer, every input of a node exists, there is no cycle.
class OnnxGraph {
 public:
  /// Throws UserError for a file that cannot be read or is not such a graph.
  explicit OnnxGraph(const std::string& path);

  const std::string& file() const { return file_; }
  /// SHA-256 of the file, in hexadecimal.
  const std::string& sha256() const { return sha256_; }
  const onnx::GraphProto& proto() const { return model_.graph(); }
  /// Version of the default operator set.
  int64_t operator_set() const { return operator_set_; }

  /// The one input that is no initializer.
  const onnx::ValueInfoProto& input() const { return *input_; }
  /// A text of the file's metadata; empty where there is none under this key.
  std::string metadata(const std::string& key) const;
  /// Batch extent that the file fixes, 1 when it leaves it free.
  int64_t batch() const { return batch_; }

  /// Nodes in an order in which producers come first, those that do not depend on the graph's input before all others.
  const std::vector<const onnx::NodeProto*>& nodes() const { return nodes_; }
  /// One entry per use, so that a node that reads a value twice appears twice.
  const std::vector<const onnx::NodeProto*>& consumers(const std::string& value) const;
  /// nullptr for initializers and the graph's input.
  const onnx::NodeProto* producer(const std::string& value) const;
  bool is_output(const std::string& value) const { return outputs_.count(value) > 0; }

  /// Throws UserError naming file, node and operator.
  [[noreturn]] void fail(const onnx::NodeProto& node, const std::string& wrong, const std::string& right) const;

 private:
  void read(const std::string& path);
  void find_input();
  void index_values();
  void check_inputs() const;
  void sort();

  std::string file_;
  std::string sha256_;
  onnx::ModelProto model_;
  int64_t operator_set_ = 0;
  int64_t batch_ = 1;
  const onnx::ValueInfoProto* input_ = nullptr;
  std::unordered_map<std::string, std::vector<const onnx::NodeProto*>> consumers_;
  std::unordered_map<std::string, const onnx::NodeProto*> producers_;
  std::unordered_set<std::string> initializers_;
  std::unordered_set<std::string> outputs_;
  std::vector<const onnx::NodeProto*> nodes_;
};

/// "node 'conv1' (Conv)", for messages.
std::string describe(const onnx::NodeProto& node);

/// Attributes of a node, `otherwise` where it has none of that name.
int64_t integer_attribute(const onnx::NodeProto& node, const std::string& name, int64_t otherwise);
float float_attribute(const onnx::NodeProto& node, const std::string& name, float otherwise);
std::string text_attribute(const onnx::NodeProto& node, const std::string& name, const std::string& otherwise);
std::vector<int64_t> integers_attribute(const onnx::NodeProto& node, const std::string& name,
                                        const std::vector<int64_t>& otherwise);
/// nullptr when there is none.
const onnx::AttributeProto* find_attribute(const onnx::NodeProto& node, const std::string& name);

}  // namespace faultline::model
