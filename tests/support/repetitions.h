#pragma once

namespace faultline::test {

/// How often a test repeats what it draws: `times`, a third of it in a sanitizer build, where each takes five times as
/// long and what it looks for is met by few.
constexpr int repetitions(int times) {
#ifdef __SANITIZE_ADDRESS__
  return times / 3;
#else
  return times;
#endif
}

}  // namespace faultline::test
