#include "sim/campaign/append_lock.h"

#include <set>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/config/user_error.h"

namespace faultline::campaign {
namespace {

/// The locks of one process do not exclude each other, and closing a file gives up all of the process's locks on it: so
/// the files that this process has locked are listed (device and number) and left alone.
using FileIdentity = std::pair<dev_t, ino_t>;

std::set<FileIdentity>& locked_here() {
  static std::set<FileIdentity> files;
  return files;
}

FileIdentity identity_of(const struct stat& status) {
  return {status.st_dev, status.st_ino};
}

bool lock_whole_file(int descriptor) {
  struct flock request {};
  request.l_type = F_WRLCK;
  request.l_whence = SEEK_SET;
  return fcntl(descriptor, F_SETLK, &request) == 0;
}

}  // namespace

AppendLock::AppendLock(const std::string& store) : store_(store), file_(store + "-lock") {
  Attempt attempt = Attempt::kRemoved;
  while (attempt == Attempt::kRemoved) {
    attempt = try_to_hold();
  }
  if (attempt == Attempt::kTaken) {
    throw UserError(store, 0, "is being written by another faultline", "wait until that ends, or stop it");
  }
}

AppendLock::Attempt AppendLock::try_to_hold() {
  struct stat named {};
  if (stat(file_.c_str(), &named) == 0 && locked_here().count(identity_of(named)) > 0) {
    return Attempt::kTaken;
  }
  const int descriptor = open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    throw UserError(store_, 0, "cannot be written", "give a file in a folder that you may write");
  }
  if (!lock_whole_file(descriptor)) {
    close(descriptor);
    return Attempt::kTaken;
  }
  // Whoever held the lock may have removed the file after we opened it: then it is no lock any more.
  struct stat opened {};
  const bool same =
      fstat(descriptor, &opened) == 0 && stat(file_.c_str(), &named) == 0 && identity_of(opened) == identity_of(named);
  if (!same) {
    close(descriptor);
    return Attempt::kRemoved;
  }
  locked_here().insert(identity_of(opened));
  descriptor_ = descriptor;
  return Attempt::kHeld;
}

AppendLock::~AppendLock() {
  struct stat opened {};
  fstat(descriptor_, &opened);
  locked_here().erase(identity_of(opened));
  unlink(file_.c_str());
  close(descriptor_);
}

}  // namespace faultline::campaign
