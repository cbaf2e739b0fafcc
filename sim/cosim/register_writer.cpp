#include "sim/cosim/register_writer.h"

#include <fmt/format.h>

namespace faultline::cosim {
namespace {

const std::string kArray = "array.pe[*][*].";

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// The port that carries an operand, or its valid bit.
std::string port_of(const std::string& side, const std::string& field) {
  return side + (ends_with(field, "_valid") ? "_valid" : "_value");
}

}  // namespace

std::optional<std::string> RegisterWriter::writer(hw::Site site, const GridEdges& edges) const {
  const hw::StateField& field = table_.fields()[site.field];
  if (field.kind != hw::StateKind::kRegister || field.path.rfind(kArray, 0) != 0) {
    return std::nullopt;
  }
  const std::string name = field.path.substr(kArray.size());
  const Element element{static_cast<int>(site.element) / config_.columns,
                        static_cast<int>(site.element) % config_.columns};
  return config_.dataflow == hw::Dataflow::kOutputStationary ? output_stationary(name, element, edges)
                                                             : operand_stationary(name, element, edges);
}

bool RegisterWriter::bit(const std::string& field, Element element) const {
  const auto index = static_cast<size_t>(element.row * config_.columns + element.column);
  return table_.peek({table_.field_index(kArray + field), index}) != 0;
}

std::string RegisterWriter::path(const std::string& field, Element element) const {
  return fmt::format("array.pe[{}][{}].{}", element.row, element.column, field);
}

std::string RegisterWriter::from_west(const std::string& field, const std::string& port, Element element) const {
  return element.column == 0 ? fmt::format("{}[{}]", port, element.row)
                             : path(field, {element.row, element.column - 1});
}

std::string RegisterWriter::from_north(const std::string& field, const std::string& port, Element element) const {
  return element.row == 0 ? fmt::format("{}[{}]", port, element.column)
                          : path(field, {element.row - 1, element.column});
}

std::optional<std::string> RegisterWriter::operand_stationary(const std::string& field, Element element,
                                                              const GridEdges& edges) const {
  const bool moves_weights = config_.dataflow == hw::Dataflow::kInputStationary;
  const std::string moving = moves_weights ? "weight" : "activation";
  const std::string held = moves_weights ? "activation" : "weight";
  const Element west{element.row, element.column - 1};
  const auto from_west_is = [&](const std::string& name, const uint8_t* edge) {
    return element.column == 0 ? edge[element.row] != 0 : bit(name, west);
  };
  if (field == moving || field == moving + "_valid") {
    return from_west(field, port_of("west", field), element);
  }
  if (field == "load") {
    return from_west(field, "west_control", element);
  }
  if (field == held + "_next" || field == held + "_next_valid") {
    const bool shift = edges.north.control[element.column] != 0;
    return shift ? std::optional(from_north(field, port_of("north", field), element)) : std::nullopt;
  }
  if (field == held || field == held + "_valid") {
    const bool load = from_west_is("load", edges.west.control);
    return load ? std::optional(path(field == held ? held + "_next" : held + "_next_valid", element)) : std::nullopt;
  }
  const std::string above = element.row == 0 ? "0" : path("psum", {element.row - 1, element.column});
  const bool counts = from_west_is(moving + "_valid", edges.west.valid) && bit(held + "_valid", element);
  return above + (counts ? " + " + path("product", element) : "");
}

std::optional<std::string> RegisterWriter::output_stationary(const std::string& field, Element element,
                                                             const GridEdges& edges) const {
  if (field.rfind("activation", 0) == 0) {
    return from_west(field, port_of("west", field), element);
  }
  if (field.rfind("weight", 0) == 0) {
    return from_north(field, port_of("north", field), element);
  }
  if (edges.drain.drain[element.column] != 0) {
    return element.row == 0 ? "0" : path(field, {element.row - 1, element.column});
  }
  const bool activation = element.column == 0 ? edges.west.valid[element.row] != 0
                                              : bit("activation_valid", {element.row, element.column - 1});
  const bool weight = element.row == 0 ? edges.north.valid[element.column] != 0
                                       : bit("weight_valid", {element.row - 1, element.column});
  return activation && weight ? std::optional(path(field, element) + " + " + path("product", element)) : std::nullopt;
}

}  // namespace faultline::cosim
