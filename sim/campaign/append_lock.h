#pragma once

#include <string>

namespace faultline::campaign {

/// The right to add to a result store, held by one object at a time, of this process or another. The death of the
/// process gives it back; a fork()'s child does not inherit it.
class AppendLock {
 public:
  /// Throws UserError when somebody else holds it, and when the folder of `store` cannot be written. The lock is a file
  /// beside the store, its name with "-lock", that is there while the lock is held.
  explicit AppendLock(const std::string& store);
  ~AppendLock();
  AppendLock(const AppendLock&) = delete;
  AppendLock& operator=(const AppendLock&) = delete;

 private:
  enum class Attempt { kHeld, kTaken, kRemoved };
  Attempt try_to_hold();

  std::string store_;
  std::string file_;
  int descriptor_ = -1;
};

}  // namespace faultline::campaign
