#pragma once

#include <stdexcept>
#include <string>

namespace faultline::rtl {

/// Something outside the program stands in the way: a folder, a missing tool. The layers above turn it into a message
/// that names the option.
class RtlError : public std::runtime_error {
 public:
  RtlError(const std::string& wrong, const std::string& right)
      : std::runtime_error(wrong + "; " + right), wrong_(wrong), right_(right) {}

  const std::string& wrong() const { return wrong_; }  ///< what is wrong
  const std::string& right() const { return right_; }  ///< what would be right

 private:
  std::string wrong_;
  std::string right_;
};

}  // namespace faultline::rtl
