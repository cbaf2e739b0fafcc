#include "sim/engine/golden_entries.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace faultline::engine {
namespace {

size_t bytes_of(const GoldenEntry& entry) {
  size_t bytes = entry.state->state.size();
  for (const auto& page : entry.state->memory) {
    bytes += page.second.size();
  }
  return bytes;
}

}  // namespace

bool GoldenEntries::wants(uint64_t cycle, uint64_t begin) const {
  const uint64_t last = entries_.empty() ? begin : std::max(begin, entries_.back().state->cycle);
  return cycle >= last + spacing_;
}

void GoldenEntries::add(GoldenEntry entry) {
  bytes_ += bytes_of(entry);
  entries_.push_back(std::move(entry));
  while (bytes_ > budget_) {
    thin_out();
  }
}

/// Drops the first, third, ...: of a single one nothing is left.
void GoldenEntries::thin_out() {
  spacing_ *= 2;
  std::vector<GoldenEntry> kept;
  bytes_ = 0;
  for (size_t i = 1; i < entries_.size(); i += 2) {
    bytes_ += bytes_of(entries_[i]);
    kept.push_back(std::move(entries_[i]));
  }
  entries_ = std::move(kept);
}

const GoldenEntry* GoldenEntries::last_before(size_t layer, uint64_t cycle) const {
  const auto after =
      std::upper_bound(entries_.begin(), entries_.end(), cycle,
                       [](uint64_t when, const GoldenEntry& entry) { return when < entry.state->cycle; });
  if (after == entries_.begin() || std::prev(after)->layer != layer) {
    return nullptr;
  }
  return &*std::prev(after);
}

}  // namespace faultline::engine
