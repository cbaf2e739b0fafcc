#include "sim/model/dataset.h"

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "sim/config/user_error.h"
#include "sim/model/dataset_source.h"

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
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int length = 0;
  if (context == nullptr || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), dataset.pixels.data(), dataset.pixels.size()) != 1 ||
      EVP_DigestUpdate(context.get(), dataset.labels.data(), dataset.labels.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), bytes.data(), &length) != 1) {
    throw std::runtime_error("OpenSSL could not compute a SHA-256 digest");
  }
  std::string text;
  for (unsigned int i = 0; i < length; ++i) {
    text += fmt::format("{:02x}", bytes.at(i));
  }
  return text;
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
