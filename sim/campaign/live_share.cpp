#include "sim/campaign/live_share.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace faultline::campaign {
namespace {

constexpr uint64_t kMostLooks = 2000;
/// Bytes compared in all looks together: what keeps the largest arrays cheap.
constexpr uint64_t kMostBytes = uint64_t{256} << 20;

/// The elements of one structure as bytes, and which of them differed from the first look of a layer.
class WatchedStructure {
 public:
  WatchedStructure(const hw::StateTable& table, const inject::StructurePopulation& structure)
      : table_(table),
        field_(table.fields()[structure.sites.field]),
        elements_(structure.elements()),
        element_bytes_(field_.kind == hw::StateKind::kWire ? sizeof(uint64_t)
                                                           : static_cast<size_t>(field_.element_bytes)),
        row_(structure.sites.ranges.empty() ? 1 : static_cast<size_t>(structure.sites.ranges.back().count)),
        first_(elements_ * element_bytes_),
        different_(first_.size()) {
    for (uint64_t n = 0; n < elements_; n += row_) {
      rows_.push_back(structure.sites.at(n));
    }
  }

  bool is_memory() const { return field_.kind == hw::StateKind::kMemory; }
  size_t bytes() const { return first_.size(); }

  void begin() {
    std::fill(different_.begin(), different_.end(), std::byte{0});
    for (size_t row = 0; row < rows_.size(); ++row) {
      const std::byte* now = row_now(row);
      std::copy(now, now + row_bytes(), first_.begin() + static_cast<std::ptrdiff_t>(row * row_bytes()));
    }
  }

  void look() {
    for (size_t row = 0; row < rows_.size(); ++row) {
      const std::byte* now = row_now(row);
      const std::byte* first = first_.data() + row * row_bytes();
      std::byte* different = different_.data() + row * row_bytes();
      for (size_t i = 0; i < row_bytes(); ++i) {
        different[i] |= now[i] ^ first[i];
      }
    }
  }

  uint64_t changed() const {
    uint64_t count = 0;
    for (size_t begin = 0; begin < different_.size(); begin += element_bytes_) {
      const auto first = different_.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto last = first + static_cast<std::ptrdiff_t>(element_bytes_);
      count += std::any_of(first, last, [](std::byte byte) { return byte != std::byte{0}; }) ? 1 : 0;
    }
    return count;
  }

 private:
  size_t row_bytes() const { return row_ * element_bytes_; }

  /// Elements of the innermost dimension lie side by side; wires are computed one by one.
  const std::byte* row_now(size_t row) {
    if (field_.kind != hw::StateKind::kWire) {
      return table_.arena() + field_.byte_of(rows_[row].element);
    }
    wires_.resize(row_);
    for (size_t n = 0; n < row_; ++n) {
      wires_[n] = table_.peek({rows_[row].field, rows_[row].element + n});
    }
    return reinterpret_cast<const std::byte*>(wires_.data());
  }

  const hw::StateTable& table_;
  const hw::StateField& field_;
  uint64_t elements_;
  size_t element_bytes_;
  size_t row_;  ///< elements side by side
  std::vector<hw::Site> rows_;
  std::vector<std::byte> first_;
  std::vector<std::byte> different_;
  std::vector<uint64_t> wires_;
};

/// Cycles [first, end) of a layer.
struct Span {
  uint64_t first = 0;
  uint64_t end = 0;
};

std::vector<Span> spans_of(const std::vector<LayerSpan>& layers, uint64_t cycles) {
  std::vector<Span> spans = {{0, cycles}};
  for (size_t i = 1; i < layers.size(); ++i) {
    spans.back().end = layers[i].first_cycle;
    spans.push_back({layers[i].first_cycle, cycles});
  }
  return spans;
}

class Observation {
 public:
  Observation(const hw::StateTable& table, const inject::FaultSpace& space, std::vector<Span> spans)
      : space_(space), spans_(std::move(spans)) {
    for (const inject::StructurePopulation& structure : space.structures()) {
      watched_.emplace_back(table, structure);
    }
    live_cycles_.assign(watched_.size(), 0);
    uint64_t bytes = 1;
    for (const WatchedStructure& structure : watched_) {
      bytes += structure.is_memory() ? 0 : structure.bytes();
    }
    stride_ = spans_.back().end / std::clamp<uint64_t>(kMostBytes / bytes, 1, kMostLooks) + 1;
  }

  void observe(uint64_t cycle) {
    if (layer_ == spans_.size() || cycle < spans_[layer_].first || cycle >= spans_[layer_].end) {
      return;  // not a cycle of the inference
    }
    const Span& span = spans_[layer_];
    const bool first = cycle == span.first;
    const bool last = cycle + 1 == span.end;
    if (!first && !last && (cycle - span.first) % stride_ != 0) {
      return;
    }
    look(first, last);
  }

  /// The simulation stops at the edge that begins the last cycle, so that its end is seen only now.
  void finish() {
    if (layer_ < spans_.size()) {
      look(false, true);
    }
  }

  LiveShare result() const {
    LiveShare live;
    live.observed_cycles = looks_;
    const auto cycles = static_cast<double>(spans_.back().end);
    for (size_t i = 0; i < watched_.size(); ++i) {
      const inject::StructurePopulation& structure = space_.structures()[i];
      const double share = live_cycles_[i] / cycles / static_cast<double>(structure.elements());
      live.structures.push_back({structure.path, share});
      live.share += share * static_cast<double>(structure.positions()) / static_cast<double>(space_.positions());
    }
    return live;
  }

 private:
  void look(bool first, bool last) {
    ++looks_;
    for (WatchedStructure& structure : watched_) {
      if (first) {
        structure.begin();
      } else if (last || !structure.is_memory()) {
        structure.look();
      }
    }
    if (last) {
      end_layer(spans_[layer_]);
    }
  }

  void end_layer(const Span& span) {
    for (size_t i = 0; i < watched_.size(); ++i) {
      live_cycles_[i] += static_cast<double>(watched_[i].changed()) * static_cast<double>(span.end - span.first);
    }
    ++layer_;
  }

  const inject::FaultSpace& space_;
  std::vector<Span> spans_;
  std::vector<WatchedStructure> watched_;
  std::vector<double> live_cycles_;  ///< elements x cycles in use, by structure
  uint64_t stride_ = 1;
  uint64_t looks_ = 0;
  size_t layer_ = 0;
};

}  // namespace

LiveShare observe_live_share(engine::SimulationEngine& engine, const model::Values& input,
                             const std::vector<LayerSpan>& layers, uint64_t cycles, const inject::FaultSpace& space) {
  Observation observation(engine.platform().state(), space, spans_of(layers, cycles));
  engine.platform().observe([&](uint64_t cycle) { observation.observe(cycle); });
  engine.run(input);
  engine.platform().observe(nullptr);
  observation.finish();
  return observation.result();
}

nlohmann::ordered_json to_json(const LiveShare& live) {
  nlohmann::ordered_json object = {{"share", live.share},
                                   {"idle_share", 1 - live.share},
                                   {"observed_cycles", live.observed_cycles},
                                   {"structures", nlohmann::ordered_json::array()}};
  for (const LiveShare::Structure& structure : live.structures) {
    object["structures"].push_back({{"path", structure.path}, {"share", structure.share}});
  }
  return object;
}

}  // namespace faultline::campaign
