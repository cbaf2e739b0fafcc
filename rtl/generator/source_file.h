#pragma once

#include <string>

namespace faultline::rtl {

/// A file of a generated design.
struct SourceFile {
  std::string name;  ///< inside the design's folder
  std::string text;
};

}  // namespace faultline::rtl
