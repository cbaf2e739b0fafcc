#include <memory>

#include <fmt/core.h>

#include "sim/campaign/single_injection.h"
#include "sim/cli/accelerator_options.h"
#include "sim/cli/command.h"

namespace faultline::cli {
namespace {

struct InjectOptions {
  campaign::InjectionRequest request;
  AcceleratorOptions accelerator;
  bool json = false;
};

int inject(InjectOptions& options) {
  options.request.accelerator = options.accelerator.over(engine::default_machine());
  const campaign::InjectionStory story = campaign::inject_one(options.request);
  if (options.json) {
    fmt::print("{}\n", campaign::to_json(story).dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    fmt::print("{}", campaign::to_text(story));
  }
  return 0;
}

std::function<int()> configure_inject(CLI::App& app) {
  auto options = std::make_shared<InjectOptions>();
  campaign::InjectionRequest& request = options->request;
  app.add_option("--model", request.model, "Network (ONNX)")->required();
  app.add_option("--data", request.data, "Images: mnist:DIR, cifar10:DIR or builtin:digits")->required();
  app.add_option("--image", request.image, "Index of the test image")->capture_default_str();
  options->accelerator.add(app);
  app.add_option("--engine", request.engine, "auto, cycle, structural or rtl")->capture_default_str();
  app.add_option("--site", request.site, "Path of the site, such as array.pe[3][5].psum")->required();
  app.add_option("--mask", request.mask, "Bits of the site, decimal or 0x...")->capture_default_str();
  app.add_option("--fault", request.fault, "flip, stuck_at_0 or stuck_at_1")->capture_default_str();
  app.add_option("--cycle", request.cycle, "First cycle of the fault")->capture_default_str();
  app.add_option("--duration", request.duration, "Cycles it lasts; 0: to the end (default: 1, stuck-at 0)");
  app.add_option("--period", request.period, "Cycles from one opening to the next; 0: once")->capture_default_str();
  app.add_option("--hang-factor", request.hang_factor, "A run of more than this times the golden cycles is a hang")
      ->check(CLI::Range(1.0, 1000.0))
      ->capture_default_str();
  app.add_flag("--json", options->json, "Print JSON");
  return [options] { return inject(*options); };
}

const Registration kRegistration{
    {"inject", "Strike one site on one image and tell what became of it", configure_inject}};

}  // namespace
}  // namespace faultline::cli
