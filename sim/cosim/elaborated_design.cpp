#include "sim/cosim/elaborated_design.h"

#include <algorithm>
#include <boost/algorithm/string.hpp>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <chrono>
#include <filesystem>
#include <regex>

#include <fmt/format.h>

#include "sim/config/user_error.h"
#include "sim/process/child_process.h"
#include "sim/process/tool_run.h"

namespace faultline::cosim {
namespace {

constexpr auto kLimit = std::chrono::minutes(10);

std::string attribute(const boost::property_tree::ptree& node, const std::string& name) {
  return node.get<std::string>("<xmlattr>." + name, "");
}

[[noreturn]] void refuse(const std::string& source, const std::string& output) {
  static const std::regex kError(R"(%Error[^\n]*?: ([^:\n]+):([0-9]+):[0-9]+: ([^\n]*))");
  std::smatch match;
  if (std::regex_search(output, match, kError)) {
    throw UserError(match[1], std::stoi(match[2]), "Verilator refuses it: " + match[3].str(), "correct the source");
  }
  const size_t error = std::min(output.find("%Error"), output.size());
  throw UserError(source, 0, "Verilator refuses it: " + output.substr(error, output.find('\n', error) - error),
                  "correct the sources, or name the right top module in the map");
}

}  // namespace

ElaboratedDesign::ElaboratedDesign(const std::vector<std::string>& sources, const std::string& top,
                                   const std::vector<std::pair<std::string, int64_t>>& parameters)
    : netlist_(std::make_unique<Tree>()) {
  for (const std::string& source : sources) {
    if (!std::filesystem::is_regular_file(source)) {
      throw UserError(source, 0, "cannot be read", "give a SystemVerilog file");
    }
  }
  process::require_tool("verilator", sources.front());
  const process::ScratchFolder folder;
  const std::filesystem::path file = folder.path() / "netlist.xml";
  std::vector<std::string> command = {"verilator", "--xml-only",   "--no-timing", "-Wno-fatal", "--top-module",
                                      top,         "--xml-output", file.string(), "-Mdir",      folder.path().string()};
  for (const auto& [name, value] : parameters) {
    command.push_back(fmt::format("-G{}={}", name, value));
  }
  command.insert(command.end(), sources.begin(), sources.end());
  const process::ChildResult result = process::run_child(command, std::filesystem::current_path(), kLimit);
  if (result.status != 0) {
    refuse(sources.front(), result.output);
  }
  Tree document;
  boost::property_tree::read_xml(file.string(), document);
  *netlist_ = document.get_child("verilator_xml.netlist");
  top_ = module_named(top);
  for (const auto& [kind, type] : netlist_->get_child("typetable")) {
    if (kind == "basicdtype") {
      const int left = type.get<int>("<xmlattr>.left", 0);
      const int right = type.get<int>("<xmlattr>.right", 0);
      bits_of_type_[attribute(type, "id")] = left >= right ? left - right + 1 : 0;
    }
  }
  for (const auto& [kind, entry] : document.get_child("verilator_xml.files")) {
    file_names_[attribute(entry, "id")] = attribute(entry, "filename");
  }
}

ElaboratedDesign::~ElaboratedDesign() = default;

const ElaboratedDesign::Tree* ElaboratedDesign::module_named(const std::string& name) const {
  for (const auto& [kind, node] : *netlist_) {
    if (kind == "module" && attribute(node, "name") == name) {
      return &node;
    }
  }
  return nullptr;
}

ElaboratedDesign::Declaration ElaboratedDesign::describe(const Tree& variable, const std::string& module) const {
  std::vector<std::string> place;
  const std::string location = attribute(variable, "loc");
  boost::split(place, location, boost::is_any_of(","));
  const auto bits = bits_of_type_.find(attribute(variable, "dtype_id"));
  const auto file = file_names_.find(place.front());
  return {module, attribute(variable, "dir"), bits == bits_of_type_.end() ? 0 : bits->second,
          file == file_names_.end() ? "" : file->second, place.size() > 1 ? std::stoi(place[1]) : 0};
}

std::optional<ElaboratedDesign::Declaration> ElaboratedDesign::find(const std::string& path) const {
  std::vector<std::string> names;
  boost::split(names, path, boost::is_any_of("."));
  const Tree* scope = top_;
  std::string module = attribute(*top_, "origName");
  for (size_t depth = 0; scope != nullptr && depth < names.size(); ++depth) {
    const bool last = depth + 1 == names.size();
    const Tree* inner = nullptr;
    for (const auto& [kind, node] : *scope) {
      if (attribute(node, "name") != names[depth]) {
        continue;
      }
      if (last && kind == "var") {
        return describe(node, module);
      }
      if (!last && kind == "begin") {
        inner = &node;
      }
      if (!last && kind == "instance") {
        inner = module_named(attribute(node, "defName"));
        module = inner == nullptr ? "" : attribute(*inner, "origName");
      }
    }
    scope = inner;
  }
  return std::nullopt;
}

std::vector<std::string> ElaboratedDesign::ports() const {
  std::vector<std::string> names;
  for (const auto& [kind, node] : *top_) {
    if (kind == "var" && !attribute(node, "dir").empty()) {
      names.push_back(attribute(node, "name"));
    }
  }
  return names;
}

}  // namespace faultline::cosim
