#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "hw/common/state_table.h"
#include "sim/inject/text_place.h"

namespace faultline::inject {

/// Elements of one field: a box of indices, so that a large buffer costs no memory.
struct SiteSet {
  struct Range {
    int first = 0;
    int count = 0;
  };

  size_t field = 0;
  std::vector<int> dimensions;  ///< of the field
  std::vector<Range> ranges;    ///< one per dimension

  /// Number of elements.
  uint64_t size() const;
  /// The n-th element in row-major order, n < size().
  hw::Site at(uint64_t n) const;
  bool contains(hw::Site site) const;
};

/// The sites that a path or pattern names, in the order of the state table; never empty.
///
///   array.pe[3][5].accumulator   one site
///   array.pe[0:3][*].psum        indices 0, 1 and 2 (the end is not included) of rows, every column
///   array.pe[*][*].*             every field of the processing elements
///   buffer.weight                every element: indices may be left out
///   controller.*                 everything below `controller`: a last `*` stands for any number of names
///   array.pe[*][*].*_valid       `*` in a name stands for any characters
///
/// Throws UserError at `place` for a syntax error, an index outside its range, and when nothing injectable matches: the
/// message names the nearest path there is.
std::vector<SiteSet> find_sites(const hw::StateTable& table, const std::string& pattern, const TextPlace& place);

/// As find_sites() for several patterns; sites named by more than one appear once.
/// Throws UserError also when patterns name parts of one field that overlap without being equal.
std::vector<SiteSet> find_all_sites(const hw::StateTable& table, const std::vector<std::string>& patterns,
                                    const TextPlace& place);

}  // namespace faultline::inject
