#include "sim/campaign/pending_file.h"

#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "sim/config/user_error.h"

namespace faultline::campaign {

namespace fs = std::filesystem;

PendingFile::PendingFile(const std::string& path) : path_(path), temporary_(fmt::format("{}.{}.new", path, getpid())) {
  std::error_code error;
  if (fs::exists(path_, error) && !fs::is_regular_file(path_, error)) {
    throw UserError(path_, 0, "is no file that could be replaced", "give another path");
  }
}

PendingFile::~PendingFile() {
  std::error_code ignored;
  fs::remove(temporary_, ignored);
}

void PendingFile::publish_new(const std::string& right) {
  // A second name is refused where there is a file, a renaming would replace it.
  std::error_code error;
  fs::create_hard_link(temporary_, path_, error);
  if (error && !fs::exists(path_)) {
    publish();  // a file system without second names
    return;
  }
  if (error) {
    throw UserError(path_, 0, "exists", right);
  }
}

void PendingFile::publish() {
  std::error_code error;
  fs::rename(temporary_, path_, error);
  if (error) {
    throw UserError(path_, 0, fmt::format("cannot be written ({})", error.message()),
                    "give a path in a folder that you may write");
  }
}

}  // namespace faultline::campaign
