#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace faultline::cli {

/// A subcommand with the options that were given, as words of a shell: "faultline gemm --m 4". Options named in
/// `without` are left out.
std::string given_options(const CLI::App& app, const std::vector<std::string>& without);

}  // namespace faultline::cli
