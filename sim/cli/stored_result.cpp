#include "sim/cli/stored_result.h"

#include <filesystem>

#include "sim/campaign/result_store.h"
#include "sim/config/user_error.h"

namespace faultline::cli {

report::CampaignResult read_stored(const std::string& store) {
  const auto results = campaign::ResultStore::open(store);
  return report::read_result(
      results.description(), [&](const auto& use) { results.for_each(use); }, store, results.rows_sha256());
}

void refuse_to_overwrite(const std::string& output, const std::vector<std::string>& inputs) {
  for (const std::string& input : inputs) {
    std::error_code missing;
    if (std::filesystem::equivalent(output, input, missing)) {
      throw UserError(output, 0, "is the result store itself", "give the page another name");
    }
  }
}

}  // namespace faultline::cli
