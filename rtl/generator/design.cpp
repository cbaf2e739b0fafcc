#include "rtl/generator/design.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "hw/systolic/grid_state.h"
#include "rtl/generator/element_module.h"
#include "rtl/generator/grid_module.h"
#include "rtl/generator/multiplier_module.h"
#include "rtl/generator/rtl_error.h"

namespace faultline::rtl {
namespace {

constexpr const char* kReportSuffix = "_report";

bool begins_with(const std::string& text, const std::string& beginning) {
  return text.rfind(beginning, 0) == 0;
}

std::vector<size_t> elements_at_edge(const hw::GridConfig& config, bool east, bool south) {
  std::vector<size_t> elements;
  for (int row = 0; row < config.rows; ++row) {
    for (int column = 0; column < config.columns; ++column) {
      if ((east && column == config.columns - 1) || (south && row == config.rows - 1)) {
        elements.push_back(static_cast<size_t>(row * config.columns + column));
      }
    }
  }
  return elements;
}

}  // namespace

Design grid_design(const hw::GridConfig& config) {
  if (config.format().wide()) {
    throw RtlError("the generated SystemVerilog has operands of 8 bits, the array of " +
                       std::to_string(config.format().operand_bits),
                   "use operand_bits 8, or another engine");
  }
  const bool output_stationary = config.dataflow == hw::Dataflow::kOutputStationary;
  const std::string dataflow = hw::to_string(config.dataflow);
  Design design{"systolic_grid",
                "Systolic array",
                fmt::format("{} x {} processing elements, {}, multiplier {}; all outputs come from registers",
                            config.rows, config.columns, dataflow, config.multiplier.name()),
                fmt::format("{}_{}x{}", dataflow, config.rows, config.columns),
                "docs/hardware.md",
                {{"rows", config.rows},
                 {"columns", config.columns},
                 {"dataflow", dataflow},
                 {"multiplier", config.multiplier.name()}},
                {multiplier_module(config), element_module(config), grid_module(config)},
                {},
                {{"west_value", 8 * config.rows},
                 {"west_valid", config.rows},
                 {"north_value", 8 * config.columns},
                 {"north_valid", config.columns}},
                {{"south_sum", 32 * config.columns}}};
  if (output_stationary) {
    design.inputs.push_back({"drain", config.columns});
  } else {
    design.inputs.push_back({"west_control", config.rows});
    design.inputs.push_back({"north_control", config.columns});
  }

  // Over the ports of a buffer: four for each column.
  design.longest_loop = 4 * config.columns;

  hw::StateTable table;
  const hw::GridState state(config, table, [](size_t) { return uint64_t{0}; });
  const std::string moving = config.dataflow == hw::Dataflow::kInputStationary ? "weight" : "activation";
  for (const hw::StateField& field : table.fields()) {
    const std::string name = field.path.substr(field.path.rfind('.') + 1);
    MappedSignal signal{field, "systolic_pe", name, element_signal(name)};
    // What stays in an element is read there; only operands on their way leave the grid unread.
    signal.unread = elements_at_edge(config, begins_with(name, moving) || name == "load",
                                     output_stationary && begins_with(name, "weight"));
    design.signals.push_back(std::move(signal));
  }
  return design;
}

bool is_report(const Pin& pin) {
  return report_unit(pin) + kReportSuffix == pin.name;
}

std::string report_unit(const Pin& pin) {
  return pin.name.substr(0, pin.name.rfind(kReportSuffix));
}

std::string element_path(const MappedSignal& signal, size_t element) {
  hw::StateField field = signal.field;
  field.path = signal.path;
  if (signal.banks > 0) {
    const auto banks = static_cast<size_t>(signal.banks);
    const size_t words = field.element_count();
    const size_t rows = (words + banks - 1) / banks;
    field.dimensions = {signal.banks, static_cast<int>(rows)};
    return hw::element_path(field, element % banks * rows + element / banks);
  }
  if (signal.reversed) {
    // The same element, counted with the indices the other way round: only two dimensions are ever reversed.
    const auto rows = static_cast<size_t>(field.dimensions[0]);
    const auto columns = static_cast<size_t>(field.dimensions[1]);
    element = element % columns * rows + element / columns;
    field.dimensions = {field.dimensions[1], field.dimensions[0]};
  }
  return hw::element_path(field, element);
}

}  // namespace faultline::rtl
