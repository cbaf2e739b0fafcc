#include "sim/multiplier/c_functions.h"

#include <cctype>
#include <cstddef>

namespace faultline::multiplier {
namespace {

bool in_identifier(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// The source with comments, literals and preprocessor lines blanked.
std::string bare(const std::string& source) {
  std::string text = source;
  bool line_start = true;
  for (size_t i = 0; i < text.size();) {
    const auto blank_until = [&](size_t end) {
      for (; i < end && i < text.size(); ++i) {
        text[i] = ' ';
      }
    };
    const auto after = [&](const char* mark, size_t from) {
      const size_t found = text.find(mark, from);
      return found == std::string::npos ? text.size() : found + std::char_traits<char>::length(mark);
    };
    if (text.compare(i, 2, "//") == 0) {
      blank_until(after("\n", i));
    } else if (text.compare(i, 2, "/*") == 0) {
      blank_until(after("*/", i + 2));
    } else if (text[i] == '#' && line_start) {
      size_t end = after("\n", i);
      while (end >= 2 && end < text.size() && text[end - 2] == '\\') {
        end = after("\n", end);
      }
      blank_until(end);
    } else if (text[i] == '"' || text[i] == '\'') {
      const char quote = text[i];
      size_t end = i + 1;
      while (end < text.size() && text[end] != quote) {
        end += text[end] == '\\' ? 2 : 1;
      }
      blank_until(end + 1);
    } else {
      line_start = text[i] == '\n' || (line_start && std::isspace(static_cast<unsigned char>(text[i])) != 0);
      ++i;
      continue;
    }
    line_start = true;
  }
  return text;
}

/// The identifier that ends before `end`, blanks in between skipped.
std::string identifier_before(const std::string& text, size_t end) {
  while (end > 0 && std::isspace(static_cast<unsigned char>(text[end - 1])) != 0) {
    --end;
  }
  size_t begin = end;
  while (begin > 0 && in_identifier(text[begin - 1])) {
    --begin;
  }
  return text.substr(begin, end - begin);
}

std::vector<std::string> parameter_names(const std::string& list) {
  std::vector<std::string> names;
  for (size_t begin = 0; begin <= list.size();) {
    const size_t comma = std::min(list.find(',', begin), list.size());
    names.push_back(identifier_before(list.substr(begin, comma - begin), comma - begin));
    begin = comma + 1;
  }
  return names;
}

}  // namespace

std::vector<CFunction> c_functions(const std::string& source) {
  const std::string text = bare(source);
  std::vector<CFunction> functions;
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{' && depth++ == 0) {
      size_t close = i;
      while (close > 0 && std::isspace(static_cast<unsigned char>(text[close - 1])) != 0) {
        --close;
      }
      const size_t open = close == 0 ? std::string::npos : text.rfind('(', close);
      if (close > 0 && text[close - 1] == ')' && open != std::string::npos) {
        functions.push_back({identifier_before(text, open), parameter_names(text.substr(open + 1, close - open - 2))});
      }
    } else if (text[i] == '}' && depth > 0) {
      --depth;
    }
  }
  return functions;
}

}  // namespace faultline::multiplier
