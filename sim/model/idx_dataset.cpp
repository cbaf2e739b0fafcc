// MNIST and Fashion-MNIST: a pair of IDX files per split. Format: big-endian; two zero bytes, element type 0x08
// (unsigned byte), number of dimensions, one 32-bit extent per dimension, then the elements
// (Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits").
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sim/config/user_error.h"
#include "sim/model/byte_reader.h"
#include "sim/model/dataset_source.h"

namespace faultline::model {
namespace {

constexpr int kIdxClasses = 10;
constexpr uint32_t kMaximumExtent = 4096;

uint32_t big_endian(const std::vector<uint8_t>& bytes, size_t offset) {
  return (uint32_t{bytes[offset]} << 24) | (uint32_t{bytes[offset + 1]} << 16) | (uint32_t{bytes[offset + 2]} << 8) |
         bytes[offset + 3];
}

/// The extents of an IDX file of unsigned bytes that must have `dimensions` of them.
std::vector<uint32_t> read_header(ByteReader& reader, uint32_t dimensions, const std::string& content) {
  const uint32_t expected = 0x0800 | dimensions;
  const std::vector<uint8_t> header = reader.read(4 + size_t{4} * dimensions);
  if (header.size() >= 4 && big_endian(header, 0) != expected) {
    throw UserError(reader.path(), 0, fmt::format("magic number 0x{:08x}", big_endian(header, 0)),
                    fmt::format("an IDX file of {} begins with 0x{:08x}", content, expected));
  }
  if (header.size() < 4 + size_t{4} * dimensions) {
    throw UserError(reader.path(), 0, fmt::format("ends after {} bytes", header.size()),
                    fmt::format("an IDX file of {} has a header of {} bytes", content, 4 + 4 * dimensions));
  }
  std::vector<uint32_t> extents;
  for (uint32_t dimension = 0; dimension < dimensions; ++dimension) {
    extents.push_back(big_endian(header, 4 + size_t{4} * dimension));
  }
  return extents;
}

std::vector<uint8_t> read_elements(ByteReader& reader, size_t count) {
  std::vector<uint8_t> elements = reader.read(count + 1);
  if (elements.size() != count) {
    throw UserError(reader.path(), 0,
                    elements.size() < count ? fmt::format("holds {} bytes of data", elements.size())
                                            : std::string("goes on after its data"),
                    fmt::format("its header says {}", count));
  }
  return elements;
}

Dataset read_images(const std::string& path) {
  ByteReader reader(path);
  const std::vector<uint32_t> extents = read_header(reader, 3, "images");
  if (extents[1] < 1 || extents[1] > kMaximumExtent || extents[2] < 1 || extents[2] > kMaximumExtent) {
    throw UserError(path, 0, fmt::format("images of {}x{} pixels", extents[1], extents[2]),
                    fmt::format("both extents are between 1 and {}", kMaximumExtent));
  }
  Dataset dataset;
  dataset.classes = kIdxClasses;
  dataset.shape = {1, extents[1], extents[2]};
  dataset.pixels = read_elements(reader, size_t{extents[0]} * extents[1] * extents[2]);
  return dataset;
}

std::vector<uint8_t> read_labels(const std::string& path) {
  ByteReader reader(path);
  const std::vector<uint32_t> extents = read_header(reader, 1, "labels");
  std::vector<uint8_t> labels = read_elements(reader, extents[0]);
  const auto bad = std::find_if(labels.begin(), labels.end(), [](uint8_t label) { return label >= kIdxClasses; });
  if (bad != labels.end()) {
    throw UserError(path, 0, fmt::format("label {} of image {}", *bad, bad - labels.begin()),
                    fmt::format("labels are between 0 and {}", kIdxClasses - 1));
  }
  return labels;
}

Dataset load_idx(const std::string& directory, Split split, size_t limit) {
  const std::string prefix = split == Split::kTrain ? "train" : "t10k";
  const std::string images_path = plain_or_gzipped(directory, prefix + "-images-idx3-ubyte");
  const std::string labels_path = plain_or_gzipped(directory, prefix + "-labels-idx1-ubyte");
  Dataset dataset = read_images(images_path);
  dataset.labels = read_labels(labels_path);
  const auto image_bytes = static_cast<size_t>(element_count(dataset.shape));
  if (dataset.pixels.size() / image_bytes != dataset.labels.size()) {
    throw UserError(labels_path, 0,
                    fmt::format("has {} labels but {} has {} images", dataset.labels.size(), images_path,
                                dataset.pixels.size() / image_bytes),
                    "take both from the same set");
  }
  if (limit > 0 && limit < dataset.labels.size()) {
    dataset.labels.resize(limit);
    dataset.pixels.resize(limit * image_bytes);
  }
  return dataset;
}

const DatasetSourceRegistration kRegistration{{"mnist", "mnist:DIR", load_idx}};

}  // namespace
}  // namespace faultline::model
