#include <memory>
#include <string>

#include "sim/campaign/result_export.h"
#include "sim/cli/command.h"
#include "sim/config/user_error.h"

namespace faultline::cli {
namespace {

struct ExportOptions {
  std::string store;
  std::string csv;
  std::string json_lines;
};

int export_store(const ExportOptions& options) {
  if (options.csv.empty() && options.json_lines.empty()) {
    throw UserError("export", 0, "neither --csv nor --jsonl is given", "say where to write the rows; - is stdout");
  }
  if (options.csv == options.json_lines) {
    throw UserError("export", 0, "--csv and --jsonl name the same file", "give two");
  }
  const campaign::ResultStore store = campaign::ResultStore::open(options.store);
  if (!options.csv.empty()) {
    campaign::export_csv(store, options.csv);
  }
  if (!options.json_lines.empty()) {
    campaign::export_json_lines(store, options.json_lines);
  }
  return 0;
}

const Registration kRegistration{
    {"export", "Write the rows of a result store as CSV or JSON Lines", [](CLI::App& app) {
       auto options = std::make_shared<ExportOptions>();
       app.add_option("store", options->store, "Result store")->required();
       app.add_option("--csv", options->csv, "File for comma-separated values; - is stdout");
       app.add_option("--jsonl", options->json_lines, "File for one JSON object a line; - is stdout");
       return [options] { return export_store(*options); };
     }}};

}  // namespace
}  // namespace faultline::cli
