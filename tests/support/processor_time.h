#pragma once

#include <ctime>

namespace faultline::test {

/// Processor time of this process, so that others on the machine do not count.
template <typename Work>
double processor_seconds(Work work) {
  const std::clock_t begin = std::clock();
  work();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

}  // namespace faultline::test
