#include "sim/model/byte_reader.h"

#include <algorithm>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filtering_streambuf.hpp>
#include <filesystem>
#include <fstream>
#include <ios>

#include "sim/config/user_error.h"

namespace faultline::model {
namespace {

constexpr size_t kChunk = size_t{1} << 20;

bool begins_with_gzip_magic(std::ifstream& file) {
  const int first = file.get();
  const int second = file.get();
  file.clear();
  file.seekg(0);
  return first == 0x1f && second == 0x8b;
}

}  // namespace

struct ByteReader::Source {
  std::ifstream file;
  boost::iostreams::filtering_streambuf<boost::iostreams::input> unpacked;
  bool gzipped = false;
};

ByteReader::ByteReader(const std::string& path) : path_(path), source_(std::make_unique<Source>()) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    throw UserError(path, 0, "no such file", "name a file that exists");
  }
  source_->file.open(path, std::ios::binary);
  if (!source_->file) {
    throw UserError(path, 0, "cannot be opened", "make it readable");
  }
  source_->gzipped = begins_with_gzip_magic(source_->file);
  if (source_->gzipped) {
    source_->unpacked.push(boost::iostreams::gzip_decompressor());
  }
  source_->unpacked.push(source_->file);
}

ByteReader::~ByteReader() = default;

std::vector<uint8_t> ByteReader::read(size_t count) {
  std::vector<uint8_t> bytes;
  try {
    while (bytes.size() < count) {
      const size_t begin = bytes.size();
      const size_t wanted = std::min(kChunk, count - begin);
      bytes.resize(begin + wanted);
      const std::streamsize got = source_->unpacked.sgetn(reinterpret_cast<char*>(bytes.data() + begin),  // NOLINT
                                                          static_cast<std::streamsize>(wanted));
      bytes.resize(begin + static_cast<size_t>(std::max<std::streamsize>(got, 0)));
      if (static_cast<size_t>(got) < wanted) {
        break;
      }
    }
  } catch (const std::ios_base::failure&) {
    throw UserError(path_, 0, "the gzip data is damaged or ends early", "fetch the file again");
  }
  return bytes;
}

std::string plain_or_gzipped(const std::string& directory, const std::string& name) {
  const std::filesystem::path plain = std::filesystem::path(directory) / name;
  const std::filesystem::path gzipped = plain.string() + ".gz";
  std::error_code ignored;
  if (std::filesystem::exists(plain, ignored)) {
    return plain.string();
  }
  if (std::filesystem::exists(gzipped, ignored)) {
    return gzipped.string();
  }
  throw UserError(directory, 0, "holds neither " + name + " nor " + name + ".gz", "name the directory that does");
}

}  // namespace faultline::model
