#include <memory>

#include <fmt/core.h>

#include "sim/cli/accelerator_options.h"
#include "sim/cli/command.h"
#include "sim/inject/site_listing.h"

namespace faultline::cli {
namespace {

struct SitesOptions {
  AcceleratorOptions accelerator;
  bool json = false;
};

int list_sites(const SitesOptions& options) {
  options.accelerator.machine()->visit_state([&](const hw::StateTable& table) {
    if (options.json) {
      fmt::print("{}\n",
                 inject::site_listing_json(table).dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    } else {
      fmt::print("{}", inject::site_listing_text(table));
    }
  });
  return 0;
}

const Registration kRegistration{
    {"sites", "List every register, memory and wire that a fault can strike", [](CLI::App& app) {
       auto options = std::make_shared<SitesOptions>();
       options->accelerator.add(app);
       app.add_flag("--json", options->json, "Print JSON");
       return [options] { return list_sites(*options); };
     }}};

}  // namespace
}  // namespace faultline::cli
