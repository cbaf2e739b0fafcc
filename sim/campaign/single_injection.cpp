#include "sim/campaign/single_injection.h"

#include <memory>

#include <fmt/format.h>

#include "sim/campaign/experiment_file.h"
#include "sim/config/user_error.h"
#include "sim/inject/fault_text.h"
#include "sim/inject/site_path.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"

namespace faultline::campaign {
namespace {

hw::Site one_site(const hw::StateTable& table, const std::string& path) {
  const auto sets = inject::find_sites(table, path, {"--site", 0});
  if (sets.size() != 1 || sets.front().size() != 1) {
    throw UserError("--site", 0, fmt::format("'{}' names more than one site", path),
                    "give one site; `faultline campaign` takes patterns");
  }
  return sets.front().at(0);
}

hw::Fault checked_fault(const InjectionRequest& request, const hw::StateTable& table) {
  hw::Fault fault;
  fault.site = one_site(table, request.site);
  fault.mask = inject::parse_number(request.mask, "mask", {"--mask", 0});
  inject::check_mask(table.fields()[fault.site.field], fault.mask, {"--mask", 0});
  fault.model = inject::parse_fault_model(request.fault, {"--fault", 0});
  fault.start = request.cycle;
  fault.duration = request.duration.value_or(inject::default_duration(fault.model));
  fault.period = request.period;
  return fault;
}

}  // namespace

InjectionStory inject_one(const InjectionRequest& request) {
  if (request.engine == "cone" || strikes_neurons(request.engine)) {
    throw UserError("--engine", 0,
                    "the " + request.engine + " engine does not step through the cycles that are to be told",
                    "use auto, cycle or structural");
  }
  const auto network = std::make_shared<const model::Network>(model::import_onnx(request.model));
  const model::Dataset dataset = model::load_dataset(request.data, model::Split::kTest, request.image + 1);
  model::check_dataset_fits(*network, dataset);
  const std::unique_ptr<const engine::Machine> machine = request.accelerator->build();
  check_engine(request.engine, "--engine");
  // What steps through cycles in any case takes auto for the simulation alone.
  const auto struck = machine->struck(request.engine == "auto" ? "cycle" : request.engine, network, "--engine");
  engine::SimulationEngine& engine = *struck.engine;
  const hw::Fault fault = checked_fault(request, engine.platform().state());
  const model::Values input = model::network_input(*network, dataset.image(request.image));
  inject::check_start(fault.start, engine.run(input).total_cycles, {"--cycle", 0});
  return tell_story(engine, input, {fault}, request.hang_factor);
}

}  // namespace faultline::campaign
