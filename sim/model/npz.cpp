#include "sim/model/npz.h"

#include <memory>
#include <vector>

#include <fmt/core.h>
#include <zip.h>

#include "sim/config/user_error.h"

namespace faultline::model {
namespace {

constexpr char kSuffix[] = ".npy";
constexpr size_t kSuffixSize = sizeof(kSuffix) - 1;
constexpr zip_uint64_t kLargestMember = zip_uint64_t{1} << 32;
/// Of every member: the first day that a zip archive can name, so that equal arrays give equal files.
constexpr zip_uint16_t kFirstDay = 1 << 5 | 1;

[[noreturn]] void fail_to_read(const std::string& path, const std::string& wrong) {
  throw UserError(path, 0, wrong, "give a .npz file as numpy.savez writes it");
}

[[noreturn]] void fail_to_write(const std::string& path, const std::string& why) {
  throw UserError(path, 0, fmt::format("cannot be written ({})", why), "give a path in a folder that you may write");
}

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* member) const { zip_fclose(member); }
};
using Archive = std::unique_ptr<zip_t, Discard>;
using Member = std::unique_ptr<zip_file_t, Discard>;

Archive open_archive(const std::string& path, int flags, int& error) {
  return Archive(zip_open(path.c_str(), flags, &error));
}

std::string message_of(int error) {
  zip_error_t described;
  zip_error_init_with_code(&described, error);
  std::string message = zip_error_strerror(&described);
  zip_error_fini(&described);
  return message;
}

std::string read_member(zip_t* archive, zip_uint64_t index, const std::string& path, const zip_stat_t& about) {
  const bool known = (about.valid & ZIP_STAT_SIZE) != 0 && about.size <= kLargestMember;
  const Member member(known ? zip_fopen_index(archive, index, 0) : nullptr);
  if (member == nullptr) {
    fail_to_read(path, fmt::format("member {} cannot be read", about.name));
  }
  std::string bytes(about.size, '\0');
  if (zip_fread(member.get(), bytes.data(), about.size) != static_cast<zip_int64_t>(about.size)) {
    fail_to_read(path, fmt::format("member {} is damaged", about.name));
  }
  return bytes;
}

}  // namespace

NpzArrays read_npz(const std::string& path) {
  int error = 0;
  const Archive archive = open_archive(path, ZIP_RDONLY, error);
  if (archive == nullptr) {
    fail_to_read(path, fmt::format("cannot be read ({})", message_of(error)));
  }
  NpzArrays arrays;
  const zip_int64_t members = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < members; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    zip_stat_t about;
    if (zip_stat_index(archive.get(), index, 0, &about) != 0 || (about.valid & ZIP_STAT_NAME) == 0) {
      fail_to_read(path, "is damaged");
    }
    const std::string name = about.name;
    if (name.size() <= kSuffixSize || name.compare(name.size() - kSuffixSize, kSuffixSize, kSuffix) != 0) {
      fail_to_read(path, fmt::format("member {} is no array", name));
    }
    const std::string bytes = read_member(archive.get(), index, path, about);
    arrays[name.substr(0, name.size() - kSuffixSize)] = decode_npy(bytes, fmt::format("{}: {}", path, name));
  }
  return arrays;
}

void write_npz(const std::string& path, const NpzArrays& arrays) {
  std::vector<std::string> contents;  // the archive reads them when it is closed
  contents.reserve(arrays.size());
  int error = 0;
  Archive archive = open_archive(path, ZIP_CREATE | ZIP_TRUNCATE, error);
  if (archive == nullptr) {
    fail_to_write(path, message_of(error));
  }
  for (const auto& [name, array] : arrays) {
    contents.push_back(encode_npy(array));
    zip_source_t* source = zip_source_buffer(archive.get(), contents.back().data(), contents.back().size(), 0);
    const zip_int64_t index =
        source == nullptr ? -1 : zip_file_add(archive.get(), (name + kSuffix).c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0 || zip_file_set_dostime(archive.get(), static_cast<zip_uint64_t>(index), 0, kFirstDay, 0) != 0) {
      zip_source_free(index < 0 ? source : nullptr);
      fail_to_write(path, zip_strerror(archive.get()));
    }
  }
  if (zip_close(archive.get()) != 0) {
    fail_to_write(path, zip_strerror(archive.get()));
  }
  archive.release();  // NOLINT(bugprone-unused-return-value): zip_close() has freed it
}

}  // namespace faultline::model
