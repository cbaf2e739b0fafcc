#pragma once

#include <string>

#include <gtest/gtest.h>

#include "rtl/generator/design.h"

namespace faultline::test {

/// The design with one change to the text of a file, which must be possible in exactly one place.
inline rtl::Design changed(rtl::Design design, const std::string& file, const std::string& before,
                           const std::string& after) {
  int changes = 0;
  for (rtl::SourceFile& source : design.sources) {
    for (size_t at = source.text.find(before); source.name == file && at != std::string::npos;
         at = source.text.find(before, at + after.size())) {
      source.text.replace(at, before.size(), after);
      ++changes;
    }
  }
  EXPECT_EQ(changes, 1) << file << " has '" << before << "' as often";
  return design;
}

}  // namespace faultline::test
