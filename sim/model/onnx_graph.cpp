#include "sim/model/onnx_graph.h"

#include <algorithm>
#include <deque>
#include <fstream>
#include <iterator>

#include <google/protobuf/stubs/logging.h>

#include "sim/config/user_error.h"
#include "sim/model/sha256.h"

namespace faultline::model {
namespace {

const char* const kDamaged = "the file is truncated or damaged, export it again";

std::string sha256_of(const std::string& bytes) {
  Sha256 hash;
  hash.update(bytes.data(), bytes.size());
  return hash.finish();
}

}  // namespace

OnnxGraph::OnnxGraph(const std::string& path) : file_(path) {
  read(path);
  find_input();
  index_values();
  check_inputs();
  sort();
}

void OnnxGraph::read(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (!stream || bytes.empty()) {
    throw UserError(path, 0, "cannot be read, or is empty", "give the path of an ONNX file");
  }
  const google::protobuf::LogSilencer silence;  // a parse error is ours to report, in one line
  if (!model_.ParseFromString(bytes) || !model_.has_graph() || model_.graph().node_size() == 0) {
    throw UserError(path, 0, "is not an ONNX model", "give an ONNX file that is complete");
  }
  sha256_ = sha256_of(bytes);
  for (const onnx::OperatorSetIdProto& set : model_.opset_import()) {
    if (set.domain().empty() || set.domain() == "ai.onnx") {
      operator_set_ = set.version();
    }
  }
  if (operator_set_ < 1) {
    throw UserError(path, 0, "does not say which operator set it uses", kDamaged);
  }
}

void OnnxGraph::find_input() {
  for (const onnx::TensorProto& initializer : proto().initializer()) {
    if (!initializers_.insert(initializer.name()).second) {
      throw UserError(file_, 0, "has two initializers named '" + initializer.name() + "'", kDamaged);
    }
  }
  if (proto().sparse_initializer_size() > 0) {
    throw UserError(file_, 0, "has sparse initializers", "export the weights as dense tensors");
  }
  for (const onnx::ValueInfoProto& input : proto().input()) {
    if (initializers_.count(input.name()) > 0) {
      continue;
    }
    if (input_ != nullptr) {
      throw UserError(file_, 0, "has inputs '" + input_->name() + "' and '" + input.name() + "'",
                      "networks with one input are supported");
    }
    input_ = &input;
  }
  if (input_ == nullptr) {
    throw UserError(file_, 0, "has no input", kDamaged);
  }
  const onnx::TensorShapeProto& shape = input_->type().tensor_type().shape();
  if (shape.dim_size() == 0) {
    throw UserError(file_, 0, "does not declare the shape of its input '" + input_->name() + "'",
                    "export it with a fixed input shape");
  }
  batch_ = std::max<int64_t>(1, shape.dim(0).dim_value());
}

void OnnxGraph::index_values() {
  for (const onnx::NodeProto& node : proto().node()) {
    for (const std::string& value : node.output()) {
      if (value.empty()) {
        continue;
      }
      const bool taken = initializers_.count(value) > 0 || value == input_->name();
      if (taken || !producers_.emplace(value, &node).second) {
        throw UserError(file_, 0, describe(node) + " writes '" + value + "', which something else writes too",
                        kDamaged);
      }
    }
    for (const std::string& value : node.input()) {
      consumers_[value].push_back(&node);
    }
  }
  for (const onnx::ValueInfoProto& output : proto().output()) {
    outputs_.insert(output.name());
  }
  if (outputs_.empty()) {
    throw UserError(file_, 0, "has no output", kDamaged);
  }
}

void OnnxGraph::check_inputs() const {
  const auto known = [this](const std::string& value) {
    return value.empty() || initializers_.count(value) > 0 || value == input_->name() || producers_.count(value) > 0;
  };
  for (const onnx::NodeProto& node : proto().node()) {
    for (const std::string& value : node.input()) {
      if (!known(value)) {
        fail(node, "reads '" + value + "', which nothing writes", kDamaged);
      }
    }
  }
  for (const onnx::ValueInfoProto& output : proto().output()) {
    if (output.name().empty() || !known(output.name())) {
      throw UserError(file_, 0, "declares output '" + output.name() + "', which nothing writes", kDamaged);
    }
  }
}

void OnnxGraph::sort() {
  std::unordered_map<const onnx::NodeProto*, int> missing;
  std::deque<const onnx::NodeProto*> ready;
  std::unordered_set<const onnx::NodeProto*> on_input;  // nodes that the graph's input reaches
  for (const onnx::NodeProto& node : proto().node()) {
    int count = 0;
    for (const std::string& value : node.input()) {
      count += producer(value) != nullptr ? 1 : 0;
    }
    missing[&node] = count;
    if (count == 0) {
      ready.push_back(&node);
    }
  }
  for (const onnx::NodeProto* node : consumers(input_->name())) {
    on_input.insert(node);
  }
  while (!ready.empty()) {
    const onnx::NodeProto* node = ready.front();
    ready.pop_front();
    nodes_.push_back(node);
    for (const std::string& value : node->output()) {
      if (value.empty()) {
        continue;
      }
      for (const onnx::NodeProto* consumer : consumers(value)) {
        if (on_input.count(node) > 0) {
          on_input.insert(consumer);
        }
        if (--missing[consumer] == 0) {
          ready.push_back(consumer);
        }
      }
    }
  }
  if (nodes_.size() != static_cast<size_t>(proto().node_size())) {
    const auto& nodes = proto().node();
    const auto stuck = std::find_if(nodes.begin(), nodes.end(), [&](const auto& node) { return missing[&node] > 0; });
    fail(*stuck, "waits for its own result: the graph has a cycle", kDamaged);
  }
  std::stable_partition(nodes_.begin(), nodes_.end(),
                        [&](const onnx::NodeProto* node) { return on_input.count(node) == 0; });
}

const std::vector<const onnx::NodeProto*>& OnnxGraph::consumers(const std::string& value) const {
  static const std::vector<const onnx::NodeProto*> kNone;
  const auto found = consumers_.find(value);
  return found == consumers_.end() ? kNone : found->second;
}

const onnx::NodeProto* OnnxGraph::producer(const std::string& value) const {
  const auto found = producers_.find(value);
  return found == producers_.end() ? nullptr : found->second;
}

std::string OnnxGraph::metadata(const std::string& key) const {
  for (const onnx::StringStringEntryProto& entry : model_.metadata_props()) {
    if (entry.key() == key) {
      return entry.value();
    }
  }
  return {};
}

void OnnxGraph::fail(const onnx::NodeProto& node, const std::string& wrong, const std::string& right) const {
  throw UserError(file_, 0, describe(node) + " " + wrong, right);
}

std::string describe(const onnx::NodeProto& node) {
  const std::string name = !node.name().empty()     ? node.name()
                           : node.output_size() > 0 ? node.output(0)
                                                    : std::string("unnamed");
  const bool standard = node.domain().empty() || node.domain() == "ai.onnx";
  return "node '" + name + "' (" + (standard ? "" : node.domain() + ".") + node.op_type() + ")";
}

const onnx::AttributeProto* find_attribute(const onnx::NodeProto& node, const std::string& name) {
  for (const onnx::AttributeProto& candidate : node.attribute()) {
    if (candidate.name() == name) {
      return &candidate;
    }
  }
  return nullptr;
}

int64_t integer_attribute(const onnx::NodeProto& node, const std::string& name, int64_t otherwise) {
  const onnx::AttributeProto* found = find_attribute(node, name);
  return found != nullptr ? found->i() : otherwise;
}

float float_attribute(const onnx::NodeProto& node, const std::string& name, float otherwise) {
  const onnx::AttributeProto* found = find_attribute(node, name);
  return found != nullptr ? found->f() : otherwise;
}

std::string text_attribute(const onnx::NodeProto& node, const std::string& name, const std::string& otherwise) {
  const onnx::AttributeProto* found = find_attribute(node, name);
  return found != nullptr ? found->s() : otherwise;
}

std::vector<int64_t> integers_attribute(const onnx::NodeProto& node, const std::string& name,
                                        const std::vector<int64_t>& otherwise) {
  const onnx::AttributeProto* found = find_attribute(node, name);
  return found != nullptr ? std::vector<int64_t>(found->ints().begin(), found->ints().end()) : otherwise;
}

}  // namespace faultline::model
