#include "sim/cosim/grid_engines.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "hw/systolic/grid_factory.h"
#include "rtl/verilated/rtl_grid.h"
#include "sim/config/user_error.h"
#include "sim/cosim/engine_names.h"
#include "sim/cosim/external_design.h"

namespace faultline::cosim {
namespace {

const std::string kRtl = "rtl";

/// Every comparison reads the wires: where the design has them, a model that shows them is built at once.
GridEngine verilated(const rtl::Design& design) {
  GridEngine engine{kRtl, nullptr, {}};
  bool has_wires = false;
  for (const rtl::MappedSignal& signal : design.signals) {
    const bool wire = signal.field.kind == hw::StateKind::kWire;
    has_wires = has_wires || (wire && !signal.path.empty());
    if (wire && signal.path.empty()) {
      engine.unseen.push_back(signal.field.path);
    }
  }
  const rtl::ModelKind kind = has_wires ? rtl::ModelKind::kForceable : rtl::ModelKind::kDeposit;
  engine.make = [design, kind](const char* name, const hw::GridConfig& config, hw::StateTable& table,
                               hw::FaultTaps& taps, const hw::CycleClock& cycles) -> std::unique_ptr<hw::PeGrid> {
    return std::make_unique<rtl::RtlGrid>(name, design, kind, rtl::SiteCheck::kPoke, config, table, taps, cycles);
  };
  return engine;
}

GridEngine engine_named(const std::string& name, const GridCosimRequest& request) {
  const std::vector<std::string> known = hw::grid_names();
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    throw UserError("--engines", 0, fmt::format("there is no engine '{}' of the array", name),
                    fmt::format("give two of {}", fmt::join(known, ", ")));
  }
  if (name == kRtl) {
    return verilated(request.rtl.empty() ? rtl::grid_design(request.config)
                                         : external_design(request.config, request.rtl, request.map));
  }
  return {name, hw::grid_maker(name), {}};
}

}  // namespace

std::pair<GridEngine, GridEngine> grid_engines(const GridCosimRequest& request) {
  const auto [reference, other] = parse_engine_names(request.engines);
  if (!request.rtl.empty() && reference != kRtl && other != kRtl) {
    throw UserError("--rtl", 0, "neither engine is rtl", "make rtl one of --engines");
  }
  if (request.rtl.empty() && !request.map.empty()) {
    throw UserError("--map", 0, "there is no design whose names it could give", "give --rtl too");
  }
  return {engine_named(reference, request), engine_named(other, request)};
}

}  // namespace faultline::cosim
