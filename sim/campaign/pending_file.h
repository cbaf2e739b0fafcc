#pragma once

#include <string>

namespace faultline::campaign {

/// A file that takes its name only when it is whole: until then it has a name of its own in the same folder, and is
/// removed with the object.
class PendingFile {
 public:
  /// Nothing is created yet. Throws UserError where there is something else than a file.
  explicit PendingFile(const std::string& path);
  ~PendingFile();
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  /// The name that it will have.
  const std::string& path() const { return path_; }
  /// Where to write the content.
  const std::string& temporary() const { return temporary_; }
  /// Gives the file its name. Throws UserError, with `right` as what would be right, when there is a file of that name.
  void publish_new(const std::string& right);
  /// Gives the file its name, in place of whatever had it. Throws UserError.
  void publish();

 private:
  std::string path_;
  std::string temporary_;
};

}  // namespace faultline::campaign
