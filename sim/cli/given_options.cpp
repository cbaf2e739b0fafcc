#include "sim/cli/given_options.h"

#include <algorithm>

#include "sim/report/shell_text.h"

namespace faultline::cli {

std::string given_options(const CLI::App& app, const std::vector<std::string>& without) {
  std::string text = "faultline " + app.get_name();
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_name();
    if (option->count() == 0 || std::find(without.begin(), without.end(), name) != without.end()) {
      continue;
    }
    text += " " + name;
    for (const std::string& value : option->results()) {
      text += option->get_items_expected_max() == 0 ? "" : " " + report::shell_word(value);
    }
  }
  return text;
}

}  // namespace faultline::cli
