// CIFAR-10, binary version: records of one label byte and 3072 pixel bytes, 1024 each of red, green and blue, row by
// row (A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009, and the page of the data set).
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sim/config/user_error.h"
#include "sim/model/byte_reader.h"
#include "sim/model/dataset_source.h"

namespace faultline::model {
namespace {

constexpr int kCifar10Classes = 10;
constexpr size_t kPixels = size_t{3} * 32 * 32;
constexpr size_t kRecord = 1 + kPixels;
constexpr size_t kMaximumRecords = 100000;  // of one file; the whole set has 60,000

/// The files of one split.
struct SplitFiles {
  std::vector<std::string> complete;  ///< names of the whole set's files
  std::string prefix;                 ///< with which names of files that hold part of it begin, too
};

const SplitFiles& split_files(Split split) {
  static const SplitFiles train{
      {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
      "data_batch_"};
  static const SplitFiles test{{"test_batch.bin"}, "test_"};
  return split == Split::kTrain ? train : test;
}

/// Names in `directory`, each without a trailing ".gz" and once, that begin and end as given; in alphabetical order.
std::set<std::string> names_between(const std::string& directory, const std::string& prefix,
                                    const std::string& suffix) {
  std::set<std::string> names;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(directory, failure)) {
    const bool gzipped = entry.path().extension() == ".gz";
    const std::string name = (gzipped ? entry.path().stem() : entry.path().filename()).string();
    if (name.size() >= prefix.size() + suffix.size() && name.compare(0, prefix.size(), prefix) == 0 &&
        name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0) {
      names.insert(name);
    }
  }
  return names;
}

/// The complete files of the split where there is one, otherwise files that hold part of it.
std::vector<std::string> files_of(const std::string& directory, Split split) {
  const SplitFiles& files = split_files(split);
  const std::set<std::string> names = names_between(directory, files.prefix, ".bin");
  if (names.empty()) {
    throw UserError(directory, 0, "holds no " + files.prefix + "*.bin, gzipped or not",
                    "name the directory of CIFAR-10's binary version");
  }
  std::vector<std::string> complete;
  std::copy_if(files.complete.begin(), files.complete.end(), std::back_inserter(complete),
               [&names](const std::string& name) { return names.count(name) > 0; });
  return complete.empty() ? std::vector<std::string>(names.begin(), names.end()) : complete;
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
    if (bytes[offset] >= kCifar10Classes) {
      throw UserError(path, 0, fmt::format("label {} of record {}", bytes[offset], offset / kRecord),
                      fmt::format("labels are between 0 and {}", kCifar10Classes - 1));
    }
    dataset.labels.push_back(bytes[offset]);
    const auto pixels = bytes.begin() + static_cast<std::ptrdiff_t>(offset) + 1;
    dataset.pixels.insert(dataset.pixels.end(), pixels, pixels + kPixels);
  }
}

Dataset load_cifar10(const std::string& directory, Split split, size_t limit) {
  Dataset dataset;
  dataset.classes = kCifar10Classes;
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

const DatasetSourceRegistration kRegistration{{"cifar10", "cifar10:DIR", load_cifar10}};

}  // namespace
}  // namespace faultline::model
