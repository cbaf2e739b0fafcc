#include <algorithm>
#include <boost/tokenizer.hpp>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "sim/inject/fault_list.h"
#include "sim/inject/fault_list_fields.h"
#include "sim/inject/fault_text.h"

namespace faultline::inject {
namespace {

std::vector<std::string> cells(const std::string& line, const TextPlace& place) {
  try {
    // No escape character: a backslash is a character like any other.
    const boost::tokenizer<boost::escaped_list_separator<char>> tokens(
        line, boost::escaped_list_separator<char>("", ",", "\""));
    std::vector<std::string> made;
    for (const std::string& token : tokens) {
      const size_t first = token.find_first_not_of(" \t");
      const size_t last = token.find_last_not_of(" \t");
      made.push_back(first == std::string::npos ? "" : token.substr(first, last - first + 1));
    }
    return made;
  } catch (const boost::escaped_list_error&) {
    place.fail("not a line of comma-separated values", "write path,mask,model,start,duration,period");
  }
}

std::vector<std::string> header(const std::string& line, const TextPlace& place) {
  std::vector<std::string> columns = cells(line, place);
  const auto& known = fault_list_columns();
  for (size_t i = 0; i < columns.size(); ++i) {
    if (std::find(known.begin(), known.end(), columns[i]) == known.end()) {
      place.fail(fmt::format("unknown column '{}'", columns[i]),
                 fmt::format("the header line names columns of {}", fmt::join(known, ",")));
    }
    if (std::find(columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(i), columns[i]) !=
        columns.begin() + static_cast<std::ptrdiff_t>(i)) {
      place.fail(fmt::format("column '{}' appears twice", columns[i]), "name every column once");
    }
  }
  return columns;
}

bool blank_or_comment(const std::string& line) {
  const size_t first = line.find_first_not_of(" \t");
  return first == std::string::npos || line[first] == '#';
}

std::vector<FaultListEntry> read_csv(std::istream& in, const std::string& file) {
  std::vector<FaultListEntry> entries;
  std::vector<std::string> columns;
  std::string line;
  for (TextPlace place{file, 1}; std::getline(in, line); ++place.line) {
    if (!line.empty() && line.back() == '\r') {
      line.pop_back();
    }
    if (blank_or_comment(line)) {
      continue;
    }
    if (columns.empty()) {
      columns = header(line, place);
      continue;
    }
    const std::vector<std::string> values = cells(line, place);
    if (values.size() != columns.size()) {
      place.fail(fmt::format("{} values for {} columns", values.size(), columns.size()),
                 "give one value for every column of the header line");
    }
    entries.push_back(make_entry(
        [&](const std::string& column) -> std::optional<std::string> {
          const auto found = std::find(columns.begin(), columns.end(), column);
          return found == columns.end() ? std::nullopt
                                        : std::optional(values[static_cast<size_t>(found - columns.begin())]);
        },
        place));
  }
  return entries;
}

std::string quoted(const std::string& text) {
  return text.find_first_of(",\"") == std::string::npos ? text : fmt::format("\"{}\"", text);
}

void write_csv(const std::vector<FaultListEntry>& entries, std::ostream& out) {
  const bool grouped = std::any_of(entries.begin(), entries.end(),
                                   [](const FaultListEntry& entry) { return !entry.experiment.empty(); });
  out << "path,mask,model,start,duration,period" << (grouped ? ",experiment\n" : "\n");
  for (const FaultListEntry& entry : entries) {
    fmt::print(out, "{},{:#x},{},{},{},{}", entry.path, entry.mask, to_string(entry.model), entry.start, entry.duration,
               entry.period);
    out << (grouped ? "," + quoted(entry.experiment) : "") << '\n';
  }
}

const FaultListFormatRegistration kRegistration{{".csv", read_csv, write_csv}};

}  // namespace
}  // namespace faultline::inject
