#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "hw/common/state_table.h"

namespace faultline::inject {

/// Writes a waveform (value change dump, IEEE 1364-2005 clause 18) of chosen sites by sampling the state table once a
/// cycle: call sample() from Platform::observe. Values are those of the settled cycle, drawn from the cycle's first
/// edge; scopes follow the paths, so that array.pe[3][5].psum is signal psum in scope pe[3][5] in scope array.
class VcdWriter {
 public:
  /// Writes the header. `table` must outlive the writer. `period_ns` is the length of a cycle. Throws UserError when
  /// the file cannot be written.
  VcdWriter(const std::string& path, const hw::StateTable& table, const std::vector<hw::Site>& sites,
            uint64_t period_ns);

  /// Writes the sites whose values have changed since the last call. Cycles come in ascending order.
  void sample(uint64_t cycle);
  /// After the last sample. Throws UserError when not everything could be written.
  void finish();

 private:
  struct Signal {
    hw::Site site;
    std::string scope;
    std::string name;
    std::string identifier;
    int bits = 1;
    uint64_t value = 0;
  };

  void write_header();

  std::string path_;
  std::ofstream out_;
  const hw::StateTable& table_;
  uint64_t period_ns_;
  std::vector<Signal> signals_;  ///< by scope
  bool first_ = true;
};

}  // namespace faultline::inject
