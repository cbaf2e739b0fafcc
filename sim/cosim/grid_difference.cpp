#include "sim/cosim/grid_difference.h"

#include <algorithm>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "sim/cosim/difference_waves.h"
#include "sim/cosim/register_writer.h"
#include "sim/inject/fault_text.h"

namespace faultline::cosim {
namespace {

/// Signals that a viewer can still list.
constexpr size_t kMostSignalsOfGrid = 400;

/// The site of a signal; for a sum of the south edge the register that it shows.
std::optional<hw::Site> site_of(const std::string& signal, const hw::StateTable& table, const hw::GridConfig& config) {
  for (size_t f = 0; f < table.fields().size(); ++f) {
    for (size_t element = 0; element < table.fields()[f].element_count(); ++element) {
      if (hw::element_path(table.fields()[f], element) == signal) {
        return hw::Site{f, element};
      }
    }
  }
  for (int column = 0; column < config.columns; ++column) {
    if (signal == fmt::format("south[{}]", column)) {
      return hw::Site{0, static_cast<size_t>((config.rows - 1) * config.columns + column)};
    }
  }
  return std::nullopt;
}

/// Follows a case and remembers what wrote one element last.
class WriterTrace {
 public:
  WriterTrace(const hw::GridConfig& config, const GridLockstep& lockstep, hw::Site site, const GridProgram& program,
              const std::vector<hw::Fault>& faults)
      : writers_(config, lockstep.reference()),
        lockstep_(lockstep),
        site_(site),
        program_(program),
        faults_(faults),
        wire_(lockstep.reference().fields()[site.field].kind == hw::StateKind::kWire),
        next_(program.registers ? "random start" : "reset") {}

  void follow(uint64_t cycle) {
    if (wire_) {
      next_ = "its operands, in every cycle";
    }
    for (const hw::Fault& fault : faults_) {
      const bool acts = fault.model == hw::FaultModel::kFlip && !wire_ ? fault.opens(cycle) : fault.active(cycle);
      if (fault.site == site_ && acts) {
        next_ = fmt::format("fault {} {:#x}", inject::to_string(fault.model), fault.mask);
      }
    }
    if (next_) {
      last_ = {cycle, *next_, lockstep_.reference().peek(site_), lockstep_.other().peek(site_)};
    }
    next_ = writers_.writer(site_, program_.edges[cycle]);
  }
  const std::optional<LastWriter>& last() const { return last_; }

 private:
  RegisterWriter writers_;
  const GridLockstep& lockstep_;
  hw::Site site_;
  const GridProgram& program_;
  const std::vector<hw::Fault>& faults_;
  bool wire_;
  std::optional<std::string> next_;  ///< what writes at the next edge
  std::optional<LastWriter> last_;
};

/// What differs, then the other signals of the processing element where the difference was found.
std::vector<hw::Site> shown_sites(const std::vector<hw::Site>& differing, std::optional<hw::Site> first,
                                  const std::vector<size_t>& fields) {
  std::vector<hw::Site> sites = differing;
  for (const size_t field : fields) {
    const hw::Site site{field, first ? first->element : 0};
    if (first && std::find(sites.begin(), sites.end(), site) == sites.end()) {
      sites.push_back(site);
    }
  }
  return sites;
}

}  // namespace

Difference examine(GridLockstep& lockstep, const hw::GridConfig& config, const EngineNames& names,
                   const GridProgram& program, const std::vector<hw::Fault>& faults, const rtl::Divergence& divergence,
                   const std::string& wave_folder) {
  Difference difference{divergence, std::nullopt, {}, {}};
  std::vector<hw::Site> differing = lockstep.differing_sites();
  differing.resize(std::min(differing.size(), kMostSignalsOfGrid));
  for (const hw::Site& site : differing) {
    difference.differing.push_back(hw::element_path(lockstep.reference().fields()[site.field], site.element));
  }
  const std::optional<hw::Site> first = site_of(divergence.signal, lockstep.reference(), config);
  std::unique_ptr<DifferenceWaves> waves;
  if (!wave_folder.empty()) {
    const std::vector<DifferenceWaves::Engine> engines = {{names.reference, lockstep.reference()},
                                                          {names.other, lockstep.other()}};
    waves = std::make_unique<DifferenceWaves>(wave_folder, engines, shown_sites(differing, first, lockstep.fields()),
                                              differing.size(), divergence.cycle);
  }
  std::optional<WriterTrace> trace;
  if (first) {
    trace.emplace(config, lockstep, *first, program, faults);
  }
  const auto observe = [&](uint64_t cycle) {
    if (trace && cycle <= divergence.cycle) {
      trace->follow(cycle);
    }
    if (waves) {
      waves->sample(cycle);
    }
  };
  lockstep.run(program, faults, observe, waves ? DifferenceWaves::kCyclesAfter : 0);
  difference.last_writer = trace ? trace->last() : std::nullopt;
  if (waves) {
    difference.files = waves->finish();
  }
  return difference;
}

}  // namespace faultline::cosim
