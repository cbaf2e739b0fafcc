#include "sim/report/yaml_text.h"

#include <yaml-cpp/yaml.h>

namespace faultline::report {
namespace {

using nlohmann::ordered_json;

void emit(YAML::Emitter& out, const ordered_json& json) {
  if (json.is_object()) {
    out << YAML::BeginMap;
    for (const auto& [key, value] : json.items()) {
      out << YAML::Key << key << YAML::Value;
      emit(out, value);
    }
    out << YAML::EndMap;
  } else if (json.is_array()) {
    out << YAML::BeginSeq;
    for (const ordered_json& item : json) {
      emit(out, item);
    }
    out << YAML::EndSeq;
  } else if (json.is_string()) {
    out << json.get<std::string>();
  } else {
    out << json.dump();
  }
}

}  // namespace

std::string yaml_text(const ordered_json& json) {
  YAML::Emitter out;
  emit(out, json);
  return std::string(out.c_str()) + "\n";
}

}  // namespace faultline::report
