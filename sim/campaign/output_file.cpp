#include "sim/campaign/output_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "sim/config/user_error.h"

namespace faultline::campaign {
namespace {

/// True for what has a name already and is no file to be replaced, such as /dev/null or a pipe.
bool is_special(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored);
}

}  // namespace

void OutputFile::Close::operator()(std::FILE* file) const {
  if (file != stdout) {
    std::fclose(file);
  }
}

OutputFile::OutputFile(const std::string& path) : name_(path == "-" ? "stdout" : path) {
  if (path == "-") {
    file_.reset(stdout);
    return;
  }
  if (!is_special(path)) {
    pending_.emplace(path);
  }
  file_.reset(std::fopen(pending_ ? pending_->temporary().c_str() : path.c_str(), "wb"));
  if (file_ == nullptr) {
    fail();
  }
}

void OutputFile::write(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) {
    fail();
  }
}

void OutputFile::finish() {
  if (std::fflush(file_.get()) != 0) {
    fail();
  }
  file_.reset();
  if (pending_) {
    pending_->publish();
  }
}

void OutputFile::fail() const {
  throw UserError(name_, 0, fmt::format("cannot be written ({})", std::strerror(errno)),
                  "give a path in a folder that you may write, with room on its disk");
}

}  // namespace faultline::campaign
