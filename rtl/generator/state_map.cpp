#include "rtl/generator/state_map.h"

#include <nlohmann/json.hpp>

namespace faultline::rtl {

std::string state_map(const Design& design) {
  using nlohmann::ordered_json;
  ordered_json signals = ordered_json::array();
  for (const MappedSignal& signal : design.signals) {
    signals.push_back({{"model", signal.field.path},
                       {"rtl", design.top + "." + signal.path},
                       {"kind", hw::to_string(signal.field.kind)},
                       {"width", signal.field.bits},
                       {"signed", signal.field.is_signed},
                       {"dimensions", signal.field.dimensions}});
    if (signal.banks > 0) {
      signals.back()["banks"] = signal.banks;  // word i is row i / banks of bank i mod banks
    }
    if (signal.reversed) {
      signals.back()["reversed"] = true;  // the RTL's indices come in the opposite order
    }
  }
  ordered_json map = {{"top", design.top}};
  for (const auto& [name, value] : design.configuration) {
    std::visit([&map, key = name](const auto& content) { map[key] = content; }, value);
  }
  map["signals"] = signals;
  return map.dump(2) + "\n";
}

}  // namespace faultline::rtl
