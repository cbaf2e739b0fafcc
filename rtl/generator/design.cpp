#include "rtl/generator/design.h"

#include <utility>

#include "hw/systolic/grid_state.h"
#include "rtl/generator/element_module.h"
#include "rtl/generator/grid_module.h"
#include "rtl/generator/multiplier_module.h"

namespace faultline::rtl {
namespace {

bool begins_with(const std::string& text, const std::string& beginning) {
  return text.rfind(beginning, 0) == 0;
}

}  // namespace

Design grid_design(const hw::GridConfig& config) {
  Design design{"systolic_grid",
                config.rows,
                config.columns,
                config.dataflow,
                {multiplier_module(config), element_module(config), grid_module(config)},
                {}};

  hw::StateTable table;
  const hw::GridState state(config, table, [](size_t) { return uint64_t{0}; });
  const std::string moving = config.dataflow == hw::Dataflow::kInputStationary ? "weight" : "activation";
  for (const hw::StateField& field : table.fields()) {
    const std::string name = field.path.substr(field.path.rfind('.') + 1);
    MappedSignal signal;
    signal.field = field;
    signal.module = "systolic_pe";
    signal.name = name;
    signal.path = element_signal(name);
    // What stays in an element is read there; only operands on their way leave the grid unread.
    const bool output_stationary = config.dataflow == hw::Dataflow::kOutputStationary;
    signal.read_east = !(begins_with(name, moving) || name == "load");
    signal.read_south = !(output_stationary && begins_with(name, "weight"));
    design.signals.push_back(std::move(signal));
  }
  return design;
}

std::string element_path(const MappedSignal& signal, size_t element) {
  hw::StateField field = signal.field;
  field.path = signal.path;
  return hw::element_path(field, element);
}

}  // namespace faultline::rtl
