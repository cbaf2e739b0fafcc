#include <memory>
#include <string>
#include <vector>

#include "sim/campaign/store_merge.h"
#include "sim/cli/command.h"

namespace faultline::cli {
namespace {

struct MergeOptions {
  std::string output;
  std::vector<std::string> inputs;
};

const Registration kRegistration{{"merge", "Join the result stores of a campaign's shards", [](CLI::App& app) {
                                    auto options = std::make_shared<MergeOptions>();
                                    app.add_option("-o,--out", options->output, "The store to make")->required();
                                    app.add_option("stores", options->inputs, "The shards' stores")->required();
                                    return [options] {
                                      campaign::merge_stores(options->output, options->inputs);
                                      return 0;
                                    };
                                  }}};

}  // namespace
}  // namespace faultline::cli
