#pragma once

#include <stdexcept>
#include <string>

namespace faultline::hw {

/// Thrown by the constructors of configurations when a value is out of range or contradicts another. The layers above
/// turn it into a message that names the file and line.
class InvalidConfiguration : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

}  // namespace faultline::hw
