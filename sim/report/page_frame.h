#pragma once

#include <string>

namespace faultline::report {

/// A whole page around its content: one file that needs nothing else, HTML 5 and well-formed XML. Works without
/// JavaScript; with it, tables of class "sortable" can be sorted by their columns.
std::string page(const std::string& title, const std::string& content);

/// Writes a page under another name beside `path` and renames it: a reader sees the old file or the whole new one.
/// Throws UserError when it cannot be written.
void write_page(const std::string& path, const std::string& page);

}  // namespace faultline::report
