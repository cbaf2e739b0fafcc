#pragma once

namespace faultline::test {

/// Whether this is a sanitizer build. Those look for what the sanitizers see; that random draws meet every case that a
/// test is about is for the other builds to show, which draw ten times as often.
#ifdef FAULTLINE_SANITIZE
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

/// How often a test repeats what it draws: `times`, a tenth of it in a sanitizer build, where each takes some ten times
/// as long.
constexpr int repetitions(int times) {
  return kSanitized ? (times + 9) / 10 : times;
}

}  // namespace faultline::test
