#pragma once

#include <string>
#include <vector>

#include "sim/report/markup.h"

namespace faultline::report {

/// One figure of the verdict, in a <dl class="verdicts">: its name, itself in large type, and lines below it.
void write_verdict(Markup& page, const std::string& title, const std::string& figure,
                   const std::vector<std::string>& lines);

}  // namespace faultline::report
