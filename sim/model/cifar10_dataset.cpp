// CIFAR-10, binary version: records of one label byte and 3072 pixel bytes, 1024 each of red, green and blue, row by
// row (A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009, and the page of the data set).
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sim/config/user_error.h"
#include "sim/model/byte_reader.h"
#include "sim/model/dataset_source.h"

namespace faultline::model {
namespace {

constexpr int kClasses = 10;
constexpr size_t kPixels = size_t{3} * 32 * 32;
constexpr size_t kRecord = 1 + kPixels;
constexpr size_t kMaximumRecords = 100000;  // of one file; the whole set has 60,000

/// Names in `directory` that match `pattern`, in alphabetical order, each without a trailing ".gz" and once.
std::set<std::string> names_matching(const std::string& directory, const std::regex& pattern) {
  std::set<std::string> names;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(directory, failure)) {
    std::string name = entry.path().filename().string();
    if (entry.path().extension() == ".gz") {
      name = entry.path().stem().string();
    }
    if (std::regex_match(name, pattern)) {
      names.insert(name);
    }
  }
  return names;
}

/// The complete files of the split where there is one, otherwise files that hold part of it.
std::set<std::string> files_of(const std::string& directory, Split split) {
  const bool train = split == Split::kTrain;
  std::set<std::string> names =
      names_matching(directory, std::regex(train ? "data_batch_[1-5]\\.bin" : "test_batch\\.bin"));
  if (names.empty()) {
    names = names_matching(directory, std::regex(train ? "data_batch_.*\\.bin" : "test_.*\\.bin"));
  }
  if (names.empty()) {
    throw UserError(directory, 0,
                    std::string("holds no ") + (train ? "data_batch_*.bin" : "test_*.bin") + ", gzipped or not",
                    "name the directory of CIFAR-10's binary version");
  }
  return names;
}

void append_records(const std::string& path, Dataset& dataset) {
  ByteReader reader(path);
  const std::vector<uint8_t> bytes = reader.read(kMaximumRecords * kRecord + 1);
  if (bytes.size() > kMaximumRecords * kRecord) {
    throw UserError(path, 0, fmt::format("holds more than {} records", kMaximumRecords), "the whole set has 60000");
  }
  if (bytes.empty() || bytes.size() % kRecord != 0) {
    throw UserError(path, 0, fmt::format("holds {} bytes", bytes.size()),
                    fmt::format("CIFAR-10 has whole records of {} bytes, at least one", kRecord));
  }
  for (size_t offset = 0; offset < bytes.size(); offset += kRecord) {
    if (bytes[offset] >= kClasses) {
      throw UserError(path, 0, fmt::format("label {} of record {}", bytes[offset], offset / kRecord),
                      fmt::format("labels are between 0 and {}", kClasses - 1));
    }
    dataset.labels.push_back(bytes[offset]);
    const auto pixels = bytes.begin() + static_cast<std::ptrdiff_t>(offset) + 1;
    dataset.pixels.insert(dataset.pixels.end(), pixels, pixels + kPixels);
  }
}

Dataset load(const std::string& directory, Split split, size_t limit) {
  Dataset dataset;
  dataset.classes = kClasses;
  dataset.shape = {3, 32, 32};
  for (const std::string& name : files_of(directory, split)) {
    if (limit == 0 || dataset.labels.size() < limit) {
      append_records(plain_or_gzipped(directory, name), dataset);
    }
  }
  if (limit > 0 && limit < dataset.labels.size()) {
    dataset.labels.resize(limit);
    dataset.pixels.resize(limit * kPixels);
  }
  return dataset;
}

const DatasetSourceRegistration kRegistration{{"cifar10", "cifar10:DIR", load}};

}  // namespace
}  // namespace faultline::model
