#include "sim/inject/site_path.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace faultline::inject {
namespace {

/// What stands between one pair of brackets: `*`, `i` or `i:j`.
struct IndexPattern {
  bool all = true;
  int first = 0;
  int end = 0;  ///< not included
};

/// A name and its indices: "pe[*][3]".
struct Segment {
  std::string name;
  std::vector<IndexPattern> indices;
};

class PatternParser {
 public:
  PatternParser(const std::string& text, const TextPlace& place) : text_(text), place_(place) {}

  std::vector<Segment> parse() {
    std::vector<Segment> segments;
    while (true) {
      segments.push_back(segment());
      if (next_ == text_.size()) {
        return segments;
      }
      if (text_[next_] != '.') {
        fail(fmt::format("unexpected '{}'", text_[next_]));
      }
      ++next_;
    }
  }

 private:
  [[noreturn]] void fail(const std::string& wrong) const {
    place_.fail(fmt::format("site path '{}': {}", text_, wrong),
                "write it like array.pe[3][5].psum, array.pe[0:3][*].* or buffer.weight");
  }

  Segment segment() {
    Segment made;
    while (next_ < text_.size() && text_[next_] != '.' && text_[next_] != '[') {
      const char symbol = text_[next_++];
      const bool word = (symbol >= 'a' && symbol <= 'z') || (symbol >= '0' && symbol <= '9') || symbol == '_' ||
                        symbol == '*' || (symbol >= 'A' && symbol <= 'Z');
      if (!word) {
        --next_;
        fail("a name holds a character other than letters, digits, '_' and '*'");
      }
      made.name += symbol;
    }
    if (made.name.empty()) {
      fail("a name is missing");
    }
    while (next_ < text_.size() && text_[next_] == '[') {
      made.indices.push_back(index());
    }
    return made;
  }

  IndexPattern index() {
    const size_t close = text_.find(']', next_);
    if (close == std::string::npos) {
      fail("']' is missing");
    }
    const std::string inside = text_.substr(next_ + 1, close - next_ - 1);
    next_ = close + 1;
    if (inside == "*") {
      return {};
    }
    const size_t colon = inside.find(':');
    IndexPattern made;
    made.all = false;
    made.first = number(inside.substr(0, colon));
    made.end = colon == std::string::npos ? made.first + 1 : number(inside.substr(colon + 1));
    if (made.end <= made.first) {
      fail(fmt::format("the range [{}] is empty", inside));
    }
    return made;
  }

  int number(const std::string& digits) const {
    int value = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = error == std::errc() && end == digits.data() + digits.size();
    if (!whole || value < 0 || value == std::numeric_limits<int>::max()) {
      fail(fmt::format("'{}' is not an index", digits));
    }
    return value;
  }

  const std::string& text_;
  const TextPlace& place_;
  size_t next_ = 0;
};

/// Wildcard match of whole names; `*` stands for any characters. Linear in the product of the lengths.
bool name_matches(const std::string& pattern, const std::string& name) {
  std::vector<bool> reachable(pattern.size() + 1, false);
  reachable[0] = true;
  for (size_t p = 0; p < pattern.size() && pattern[p] == '*'; ++p) {
    reachable[p + 1] = true;
  }
  for (const char symbol : name) {
    std::vector<bool> after(pattern.size() + 1, false);
    for (size_t p = 0; p < pattern.size(); ++p) {
      if (pattern[p] == '*') {
        after[p + 1] = after[p] || reachable[p + 1] || reachable[p];
      } else {
        after[p + 1] = reachable[p] && pattern[p] == symbol;
      }
    }
    reachable = std::move(after);
  }
  return reachable.back();
}

/// The segments of a field's own path: names and numbers of dimensions.
std::vector<std::pair<std::string, size_t>> field_segments(const std::string& path) {
  std::vector<std::pair<std::string, size_t>> segments(1);
  for (const char symbol : path) {
    if (symbol == '.') {
      segments.emplace_back();
    } else if (symbol == '*') {
      ++segments.back().second;
    } else if (symbol != '[' && symbol != ']') {
      segments.back().first += symbol;
    }
  }
  return segments;
}

class Matcher {
 public:
  Matcher(const std::string& pattern, const TextPlace& place)
      : pattern_(pattern), place_(place), segments_(PatternParser(pattern, place).parse()) {}

  /// The sites of the field that match, if any. Throws when the names match but an index does not.
  std::optional<SiteSet> match(const hw::StateField& field, size_t index) {
    const auto names = field_segments(field.path);
    const bool open_end = segments_.back().name == "*" && segments_.back().indices.empty();
    if (names.size() < segments_.size() || (names.size() > segments_.size() && !open_end)) {
      return std::nullopt;
    }
    out_of_range_.clear();
    SiteSet sites{index, field.dimensions, {}};
    for (size_t s = 0; s < names.size(); ++s) {
      const Segment& segment = segments_[std::min(s, segments_.size() - 1)];
      if (!name_matches(segment.name, names[s].first)) {
        return std::nullopt;
      }
      if (!append_ranges(sites, segment, names[s].second, field)) {
        return std::nullopt;
      }
    }
    if (!out_of_range_.empty()) {
      place_.fail(fmt::format("site path '{}': {}", pattern_, out_of_range_), out_of_range_help_);
    }
    return sites;
  }

 private:
  bool append_ranges(SiteSet& sites, const Segment& segment, size_t dimensions, const hw::StateField& field) {
    if (segment.indices.size() != dimensions && !segment.indices.empty()) {
      return false;
    }
    for (size_t d = 0; d < dimensions; ++d) {
      const int extent = field.dimensions[sites.ranges.size()];
      const IndexPattern whole;
      const IndexPattern& index = segment.indices.empty() ? whole : segment.indices[d];
      if (!index.all && index.end > extent) {
        out_of_range_ = fmt::format("index {} is out of range", std::max(index.first, index.end - 1));
        out_of_range_help_ = fmt::format("indices there run from 0 to {}", extent - 1);
      }
      sites.ranges.push_back(index.all ? SiteSet::Range{0, extent}
                                       : SiteSet::Range{index.first, index.end - index.first});
    }
    return true;
  }

  std::string pattern_;
  TextPlace place_;
  std::vector<Segment> segments_;
  std::string out_of_range_;
  std::string out_of_range_help_;
};

/// Number of characters to insert, delete or replace (Levenshtein's distance).
size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

/// The path without what stands between brackets, so that indices do not count as differences.
std::string without_indices(const std::string& path) {
  std::string plain;
  bool inside = false;
  for (const char symbol : path) {
    inside = symbol == '[' || (inside && symbol != ']');
    if (!inside || symbol == '[') {
      plain += symbol;
    }
  }
  return plain;
}

std::string nearest_path(const hw::StateTable& table, const std::string& pattern) {
  constexpr size_t kLongestCompared = 256;
  const std::string wanted = without_indices(pattern.substr(0, kLongestCompared));
  const hw::StateField* nearest = nullptr;
  size_t least = std::numeric_limits<size_t>::max();
  for (const hw::StateField& field : table.fields()) {
    const size_t distance = edit_distance(wanted, without_indices(field.path));
    if (field.injectable() && distance < least) {
      least = distance;
      nearest = &field;
    }
  }
  return nearest == nullptr ? std::string() : nearest->path;
}

bool same(const SiteSet& a, const SiteSet& b) {
  return std::equal(a.ranges.begin(), a.ranges.end(), b.ranges.begin(),
                    [](const auto& x, const auto& y) { return x.first == y.first && x.count == y.count; });
}

bool overlap(const SiteSet& a, const SiteSet& b) {
  return std::equal(a.ranges.begin(), a.ranges.end(), b.ranges.begin(), [](const auto& x, const auto& y) {
    return x.first < y.first + y.count && y.first < x.first + x.count;
  });
}

bool covers(const SiteSet& a, const SiteSet& b) {
  return std::equal(a.ranges.begin(), a.ranges.end(), b.ranges.begin(), [](const auto& x, const auto& y) {
    return x.first <= y.first && y.first + y.count <= x.first + x.count;
  });
}

/// Adds a set to those found before, keeping every site once.
void add_once(std::vector<SiteSet>& found, const SiteSet& added, const hw::StateTable& table, const TextPlace& place) {
  for (SiteSet& before : found) {
    if (before.field != added.field || !overlap(before, added)) {
      continue;
    }
    if (covers(before, added)) {
      return;
    }
    if (!covers(added, before)) {
      place.fail(fmt::format("two patterns name parts of {} that overlap", table.fields()[added.field].path),
                 "name every site once, or the whole field");
    }
  }
  found.erase(std::remove_if(found.begin(), found.end(),
                             [&](const SiteSet& before) {
                               return before.field == added.field && !same(before, added) && covers(added, before);
                             }),
              found.end());
  found.push_back(added);
}

}  // namespace

uint64_t SiteSet::size() const {
  uint64_t product = 1;
  for (const Range& range : ranges) {
    product *= static_cast<uint64_t>(range.count);
  }
  return product;
}

hw::Site SiteSet::at(uint64_t n) const {
  size_t element = 0;
  size_t stride = 1;
  for (size_t d = ranges.size(); d-- > 0;) {
    const auto count = static_cast<uint64_t>(ranges[d].count);
    element += (static_cast<size_t>(ranges[d].first) + static_cast<size_t>(n % count)) * stride;
    n /= count;
    stride *= static_cast<size_t>(dimensions[d]);
  }
  return {field, element};
}

bool SiteSet::contains(hw::Site site) const {
  if (site.field != field) {
    return false;
  }
  size_t rest = site.element;
  for (size_t d = ranges.size(); d-- > 0;) {
    const auto index = static_cast<int>(rest % static_cast<size_t>(dimensions[d]));
    rest /= static_cast<size_t>(dimensions[d]);
    if (index < ranges[d].first || index >= ranges[d].first + ranges[d].count) {
      return false;
    }
  }
  return true;
}

std::vector<SiteSet> find_sites(const hw::StateTable& table, const std::string& pattern, const TextPlace& place) {
  Matcher matcher(pattern, place);
  std::vector<SiteSet> found;
  for (size_t index = 0; index < table.fields().size(); ++index) {
    const hw::StateField& field = table.fields()[index];
    if (auto sites = field.injectable() ? matcher.match(field, index) : std::nullopt) {
      found.push_back(std::move(*sites));
    }
  }
  if (found.empty()) {
    place.fail(fmt::format("no site matches '{}'", pattern),
               fmt::format("the nearest path is {}; `faultline sites` lists all", nearest_path(table, pattern)));
  }
  return found;
}

std::vector<SiteSet> find_all_sites(const hw::StateTable& table, const std::vector<std::string>& patterns,
                                    const TextPlace& place) {
  std::vector<SiteSet> found;
  for (const std::string& pattern : patterns) {
    for (const SiteSet& sites : find_sites(table, pattern, place)) {
      add_once(found, sites, table, place);
    }
  }
  return found;
}

}  // namespace faultline::inject
