#pragma once

#include <filesystem>
#include <vector>

#include "rtl/generator/design.h"

namespace faultline::rtl {

/// Writes the design with its file list (`files.f`), state map (`state_map.json`) and README into `folder`, and the
/// files of a testbench (accelerator_testbench.h) with a list of theirs (`testbench.f`) if there are any.
///
/// The folder must be missing, empty, or hold nothing but an earlier design, which is replaced; else RtlError is thrown
/// and nothing is written. The folder appears complete or not at all.
void write_design(const Design& design, const std::filesystem::path& folder,
                  const std::vector<SourceFile>& testbench = {});

}  // namespace faultline::rtl
