#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace faultline::process {

/// Throws UserError at `file` when a program that is needed for it is not on PATH.
void require_tool(const std::string& program, const std::string& file);

/// Runs a tool on the user's `file` in `folder`. When it fails or runs past `limit`, throws UserError at `file` with
/// `failure` and the first of the tool's lines that says what is wrong.
void run_tool(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
              std::chrono::milliseconds limit, const std::string& file, const std::string& failure);

}  // namespace faultline::process
