#include "sim/campaign/fault_wave.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "sim/campaign/attribution.h"
#include "sim/campaign/pending_file.h"
#include "sim/config/user_error.h"
#include "sim/inject/vcd_writer.h"

namespace faultline::campaign {
namespace {

constexpr uint64_t kCyclesBefore = 16;
constexpr uint64_t kCyclesAfter = 300;
/// Signals that a viewer can still list.
constexpr size_t kMostSignals = 400;
/// What the fault-free run may keep of its state.
constexpr size_t kMostKeptBytes = size_t{512} << 20;
constexpr uint64_t kPeriodNanoseconds = 10;  // of the platform's clock

/// The cycles to show: around the first fault and, when what it struck is used only later, around that time.
class Window {
 public:
  Window(uint64_t strike, const std::vector<Reach>& reached) : strike_(strike) {
    add_around(strike);
    const auto spread = std::find_if(reached.begin(), reached.end(), [this](const Reach& reach) {
      return reach.first_cycle > stretches_.front().last;
    });
    if (spread != reached.end()) {
      add_around(spread->first_cycle);
    }
  }

  /// Of the first fault.
  uint64_t strike() const { return strike_; }
  uint64_t first() const { return stretches_.front().first; }
  bool holds(uint64_t cycle) const {
    return std::any_of(stretches_.begin(), stretches_.end(), [&](const Stretch& one) { return one.holds(cycle); });
  }
  /// The place among the cycles to show of one that is shown.
  uint64_t index_of(uint64_t cycle) const {
    uint64_t before = 0;
    for (const Stretch& stretch : stretches_) {
      if (stretch.holds(cycle)) {
        return before + cycle - stretch.first;
      }
      before += stretch.cycles();
    }
    return before;
  }
  uint64_t cycles() const { return index_of(stretches_.back().last) + 1; }

 private:
  struct Stretch {
    uint64_t first;
    uint64_t last;
    bool holds(uint64_t cycle) const { return cycle >= first && cycle <= last; }
    uint64_t cycles() const { return last - first + 1; }
  };

  void add_around(uint64_t cycle) {
    const uint64_t begin = cycle - std::min(cycle, kCyclesBefore);
    if (!stretches_.empty() && begin <= stretches_.back().last) {
      stretches_.back().last = cycle + kCyclesAfter;
    } else {
      stretches_.push_back({begin, cycle + kCyclesAfter});
    }
  }

  uint64_t strike_;
  std::vector<Stretch> stretches_;  ///< ascending, apart
};

/// Distinct sites, in the order in which they were added, up to a limit.
class SignalSet {
 public:
  explicit SignalSet(const hw::StateTable& table) {
    for (const hw::StateField& field : table.fields()) {
      present_.emplace_back(field.element_count());
    }
  }
  void add(const hw::Site& site) {
    if (sites_.size() < kMostSignals && !present_[site.field][site.element]) {
      present_[site.field][site.element] = true;
      sites_.push_back(site);
    }
  }
  const std::vector<hw::Site>& sites() const { return sites_; }

 private:
  std::vector<std::vector<bool>> present_;
  std::vector<hw::Site> sites_;
};

/// Finds the elements of some fields that differ between two runs in a window of cycles.
class ElementTrace {
 public:
  ElementTrace(const hw::StateTable& table, const Window& window, const std::vector<Reach>& reached)
      : table_(table), window_(window) {
    for (const Reach& reach : reached) {
      const size_t index = table.field_index(reach.path);
      const size_t bytes = span_bytes(table.fields()[index]);
      if ((cycle_bytes_ + bytes) * window.cycles() <= kMostKeptBytes) {
        fields_.push_back({index, cycle_bytes_, bytes});
        cycle_bytes_ += bytes;
      }
    }
    kept_.resize(cycle_bytes_ * window.cycles());
  }

  /// The settled state of a cycle of the fault-free run.
  void record(uint64_t cycle) {
    for (const Kept& kept : fields_) {
      std::memcpy(place(cycle, kept), live(kept), kept.bytes);
    }
  }

  /// Adds the elements that differ at a cycle of the faulty run.
  void compare(uint64_t cycle, SignalSet& differing) {
    for (const Kept& kept : fields_) {
      if (std::memcmp(place(cycle, kept), live(kept), kept.bytes) != 0) {
        compare_elements(kept, place(cycle, kept), differing);
      }
    }
  }

 private:
  struct Kept {
    size_t field;
    size_t offset;  ///< in a cycle's share of kept_
    size_t bytes;
  };

  /// Bytes from a field's first element to its last.
  static size_t span_bytes(const hw::StateField& field) {
    return field.byte_of(field.element_count() - 1) - field.offset + static_cast<size_t>(field.element_bytes);
  }
  std::byte* place(uint64_t cycle, const Kept& kept) {
    return kept_.data() + static_cast<size_t>(window_.index_of(cycle)) * cycle_bytes_ + kept.offset;
  }
  const std::byte* live(const Kept& kept) const { return table_.arena() + table_.fields()[kept.field].offset; }

  void compare_elements(const Kept& kept, const std::byte* golden, SignalSet& differing) const {
    const hw::StateField& field = table_.fields()[kept.field];
    for (size_t element = 0; element < field.element_count(); ++element) {
      const size_t at = field.byte_of(element) - field.offset;
      if (std::memcmp(golden + at, live(kept) + at, static_cast<size_t>(field.element_bytes)) != 0) {
        differing.add({kept.field, element});
      }
    }
  }

  const hw::StateTable& table_;
  const Window& window_;
  std::vector<Kept> fields_;
  size_t cycle_bytes_ = 0;
  std::vector<std::byte> kept_;
};

/// The path of the block that a field belongs to.
std::string block_of(const hw::StateField& field) {
  return field.path.substr(0, std::min(field.path.rfind('.'), field.path.size()));
}

/// The struck sites, then what their blocks hold at the same place.
void add_struck(const hw::StateTable& table, const hw::Faults& faults, SignalSet& signals) {
  for (const hw::Fault& fault : faults) {
    signals.add(fault.site);
  }
  for (const hw::Fault& fault : faults) {
    const hw::StateField& struck = table.fields()[fault.site.field];
    for (size_t index = 0; index < table.fields().size(); ++index) {
      const hw::StateField& field = table.fields()[index];
      const bool beside = field.kind == hw::StateKind::kRegister || field.kind == hw::StateKind::kWire;
      if (beside && field.dimensions == struck.dimensions && block_of(field) == block_of(struck)) {
        signals.add({index, fault.site.element});
      }
    }
  }
}

/// Runs `input` without and with faults under observers of their own.
class Runs {
 public:
  Runs(engine::SimulationEngine& engine, const model::Values& input, const hw::Faults& faults, uint64_t cycle_limit)
      : engine_(engine), input_(input), faults_(faults), cycle_limit_(cycle_limit), golden_(engine.golden(input)) {}

  void without_faults(const std::function<void(uint64_t cycle)>& observer) {
    engine_.platform().observe(observer);
    engine_.run(input_);
    engine_.platform().observe(nullptr);
  }
  void with_faults(const std::function<void(uint64_t cycle)>& observer) {
    engine_.platform().observe(observer);
    engine_.run_with_faults(golden_, faults_, cycle_limit_);
    engine_.platform().observe(nullptr);
  }

 private:
  engine::SimulationEngine& engine_;
  const model::Values& input_;
  const hw::Faults& faults_;
  uint64_t cycle_limit_;
  engine::GoldenRun golden_;
};

}  // namespace

WaveSummary write_fault_wave(engine::SimulationEngine& engine, const model::Values& input, const hw::Faults& faults,
                             uint64_t cycle_limit, const std::vector<Reach>& reached, const std::string& path) {
  const hw::StateTable& table = engine.platform().state();
  const Window window(faults.first_to_act().start, reached);
  Runs runs(engine, input, faults, cycle_limit);

  SignalSet signals(table);
  add_struck(table, faults, signals);
  ElementTrace trace(table, window, reached);
  const auto in_window = [&window](const auto& use) {
    return [&window, use](uint64_t cycle) {
      if (window.holds(cycle)) {
        use(cycle);
      }
    };
  };
  WaveSummary summary;
  runs.without_faults(in_window([&](uint64_t cycle) {
    trace.record(cycle);
    summary.last_cycle = cycle;
  }));
  // A faulty run may be longer than the fault-free one.
  const uint64_t last_golden = summary.last_cycle;
  runs.with_faults(in_window([&](uint64_t cycle) {
    if (cycle <= last_golden) {
      trace.compare(cycle, signals);
    }
  }));

  PendingFile file(path);
  try {
    inject::VcdWriter writer(file.temporary(), table, signals.sites(), kPeriodNanoseconds);
    summary = {signals.sites().size(), window.first(), window.first()};
    const auto sample = [&](uint64_t cycle) {
      writer.sample(cycle);
      summary.last_cycle = cycle;
    };
    // Before the first fault both runs are the same; the faulty one may be simulated from there only.
    runs.without_faults(in_window([&](uint64_t cycle) { cycle < window.strike() ? sample(cycle) : void(); }));
    runs.with_faults(in_window([&](uint64_t cycle) { cycle >= window.strike() ? sample(cycle) : void(); }));
    writer.finish();
  } catch (const UserError&) {
    throw UserError(path, 0, "cannot be written", "give a path in a folder that you may write, with room on its disk");
  }
  file.publish();
  return summary;
}

}  // namespace faultline::campaign
