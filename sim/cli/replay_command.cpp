#include <memory>

#include <fmt/core.h>

#include "sim/campaign/replay.h"
#include "sim/cli/command.h"

namespace faultline::cli {
namespace {

struct ReplayOptions {
  campaign::ReplayRequest request;
  bool json = false;
};

int replay(const ReplayOptions& options) {
  const campaign::Replay replayed = campaign::replay_experiment(options.request);
  if (options.json) {
    fmt::print("{}\n", campaign::to_json(replayed).dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    fmt::print("{}", campaign::to_text(replayed));
  }
  return 0;
}

const Registration kRegistration{
    {"replay", "Run one experiment of a result store again and tell what became of it", [](CLI::App& app) {
       auto options = std::make_shared<ReplayOptions>();
       campaign::ReplayRequest& request = options->request;
       app.add_option("store", request.store, "Result store")->required();
       app.add_option("--experiment", request.experiment, "Number of the experiment")->required();
       app.add_option("--image", request.image, "Image (default: the first on which the fault showed)");
       app.add_option("--wave", request.wave, "Write the cycles around the first fault as a waveform (VCD)");
       app.add_flag("--json", options->json, "Print JSON");
       return [options] { return replay(*options); };
     }}};

}  // namespace
}  // namespace faultline::cli
