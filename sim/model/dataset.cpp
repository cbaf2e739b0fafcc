#include "sim/model/dataset.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/config/user_error.h"
#include "sim/model/dataset_source.h"
#include "sim/model/sha256.h"

namespace faultline::model {
namespace {

const DatasetSource& find_source(const std::string& text, const std::string& prefix) {
  for (const DatasetSource& source : dataset_sources()) {
    if (source.prefix == prefix) {
      return source;
    }
  }
  throw UserError("data source '" + text + "'", 0, "unknown kind of data set", "use one of " + dataset_forms());
}

std::string digest(const Dataset& dataset) {
  Sha256 hash;
  hash.update(dataset.pixels.data(), dataset.pixels.size());
  hash.update(dataset.labels.data(), dataset.labels.size());
  return hash.finish();
}

}  // namespace

std::vector<DatasetSource>& dataset_sources() {
  static std::vector<DatasetSource> all;
  return all;
}

std::string dataset_forms() {
  std::vector<std::string> forms;
  for (const DatasetSource& source : dataset_sources()) {
    forms.push_back(source.form);
  }
  std::sort(forms.begin(), forms.end());
  return fmt::format("{}", fmt::join(forms, ", "));
}

Dataset load_dataset(const std::string& source, Split split, size_t limit) {
  const size_t colon = source.find(':');
  const DatasetSource& kind = find_source(source, source.substr(0, colon));
  const std::string argument = colon == std::string::npos ? "" : source.substr(colon + 1);
  if (argument.empty()) {
    throw UserError("data source '" + source + "'", 0, "nothing stands after the colon", "write " + kind.form);
  }
  Dataset dataset = kind.load(argument, split, limit);
  if (dataset.size() < limit) {
    throw UserError("data source '" + source + "'", 0,
                    fmt::format("has {} {} images but {} were asked for", dataset.size(),
                                split == Split::kTrain ? "training" : "test", limit),
                    fmt::format("ask for at most {}", dataset.size()));
  }
  dataset.source = source;
  dataset.sha256 = digest(dataset);
  return dataset;
}

}  // namespace faultline::model
