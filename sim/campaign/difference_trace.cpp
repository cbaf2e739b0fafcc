#include "sim/campaign/difference_trace.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace faultline::campaign {
namespace {

/// A 64-bit hash: four independent lanes of multiply and shift, so that a whole buffer costs little more than reading
/// it.
class Hash {
 public:
  void add(const std::byte* data, size_t bytes) {
    size_t i = 0;
    for (; i + sizeof(uint64_t) <= bytes; i += sizeof(uint64_t)) {
      uint64_t word = 0;
      std::memcpy(&word, data + i, sizeof word);
      mix(lanes_[(i / sizeof word) % 4], word);
    }
    uint64_t rest = 0;
    std::memcpy(&rest, data + i, bytes - i);
    mix(lanes_[0], rest);
  }
  uint64_t value() const {
    uint64_t hash = 0;
    for (const uint64_t lane : lanes_) {
      mix(hash, lane);
    }
    return hash;
  }

 private:
  static void mix(uint64_t& lane, uint64_t word) {
    constexpr uint64_t kFactor = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio, odd
    lane = (lane ^ word) * kFactor;
    lane ^= lane >> 29;
  }
  uint64_t lanes_[4] = {1, 2, 3, 4};
};

/// Hash of a field's elements, without what pads their rows.
uint64_t hash_field(const hw::StateTable& table, const hw::StateField& field) {
  const size_t dimensions = field.dimensions.size();
  const size_t row = dimensions == 0 ? 1 : static_cast<size_t>(field.dimensions.back());
  const size_t row_bytes = row * static_cast<size_t>(field.element_bytes);
  Hash hash;
  for (size_t first = 0; first < field.element_count(); first += row) {
    hash.add(table.arena() + field.byte_of(first), row_bytes);
  }
  return hash.value();
}

}  // namespace

DifferenceTrace::DifferenceTrace(const hw::StateTable& table, uint64_t first_cycle, uint64_t cycles)
    : table_(table), first_cycle_(first_cycle), cycles_(cycles) {
  for (size_t i = 0; i < table.fields().size(); ++i) {
    if (table.fields()[i].kind != hw::StateKind::kWire) {
      stored_.push_back(i);
    }
  }
  hashes_.resize(stored_.size() * cycles);
  differences_.resize(stored_.size());
}

void DifferenceTrace::record(uint64_t cycle) {
  if (!watched(cycle)) {
    return;
  }
  for (size_t place = 0; place < stored_.size(); ++place) {
    hashes_[hash_index(cycle, place)] = hash_field(table_, table_.fields()[stored_[place]]);
  }
}

void DifferenceTrace::compare(uint64_t cycle) {
  if (!watched(cycle)) {
    return;
  }
  last_compared_ = cycle;
  for (size_t place = 0; place < stored_.size(); ++place) {
    const hw::StateField& field = table_.fields()[stored_[place]];
    if (hash_field(table_, field) == hashes_[hash_index(cycle, place)]) {
      continue;
    }
    Reach& reach = differences_[place];
    if (reach.path.empty()) {
      reach = {field.path, cycle, cycle};
    }
    reach.last_cycle = cycle;
  }
}

std::vector<Reach> DifferenceTrace::reached() const {
  std::vector<Reach> found;
  std::copy_if(differences_.begin(), differences_.end(), std::back_inserter(found),
               [](const Reach& reach) { return !reach.path.empty(); });
  std::stable_sort(found.begin(), found.end(),
                   [](const Reach& a, const Reach& b) { return a.first_cycle < b.first_cycle; });
  return found;
}

}  // namespace faultline::campaign
