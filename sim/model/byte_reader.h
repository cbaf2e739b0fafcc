#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace faultline::model {

/// Reads a file front to back, unpacking gzip where the file begins with gzip's magic number (whatever its name).
/// Memory grows only with what has actually been read, so a header that promises absurd sizes costs nothing.
class ByteReader {
 public:
  /// Throws UserError where `path` is not a readable file.
  explicit ByteReader(const std::string& path);
  ~ByteReader();
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;

  /// Up to `count` further bytes; fewer only at the end of the file. Throws UserError where the gzip data is damaged or
  /// ends early.
  std::vector<uint8_t> read(size_t count);

  const std::string& path() const { return path_; }

 private:
  struct Source;

  std::string path_;
  std::unique_ptr<Source> source_;
};

/// `DIR/NAME` or, where that does not exist, `DIR/NAME.gz`. Throws UserError where neither does.
std::string plain_or_gzipped(const std::string& directory, const std::string& name);

}  // namespace faultline::model
