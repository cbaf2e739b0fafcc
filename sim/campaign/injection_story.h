#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "hw/fault/faults.h"
#include "sim/campaign/difference_trace.h"
#include "sim/campaign/outcome.h"
#include "sim/engine/simulation_engine.h"

namespace faultline::campaign {

/// An operator whose output a fault changed.
struct AffectedOperator {
  size_t index = 0;  ///< in Network::operators
  std::string name;
  std::string kind;
  size_t differing = 0;  ///< elements of its output
  size_t elements = 0;
};

/// A fault, and where and when it struck.
struct StruckSite {
  std::string path;
  hw::Fault fault;
  std::string layer;  ///< in whose cycles the first window opens
};

/// What the faults of an experiment did to one inference: where they struck, what they reached, and where they died or
/// which class they turned.
struct InjectionStory {
  std::vector<StruckSite> struck;  ///< at least one, by start
  uint64_t golden_cycles = 0;
  uint64_t faulty_cycles = 0;
  Judgement judgement;
  bool latent = false;
  std::optional<hw::DetectionRecord> detection;  ///< what protection units said
  std::vector<double> golden_logits;
  std::vector<double> faulty_logits;  ///< empty when the run gave no answer
  /// Structures that differed from the fault-free run while watched: from the first fault to the end of the layer it
  /// struck, but for kMostWatchedCycles at most (fewer where the state is very large).
  std::vector<Reach> reached;
  uint64_t watched_until = 0;              ///< the last cycle that was watched
  std::vector<AffectedOperator> affected;  ///< in the order of execution
  std::string died_in;                     ///< where the last difference vanished; empty when it did not
};

/// Longest stretch of cycles that is compared structure by structure.
constexpr uint64_t kMostWatchedCycles = 20000;

/// Runs `input` without and with the faults (at least one, all checked) and tells the difference.
InjectionStory tell_story(engine::SimulationEngine& engine, const model::Values& input, const hw::Faults& faults,
                          double hang_factor);

/// The story as JSON: the first fault, all faults, outcome, first_affected (null when no operator's output differs),
/// golden_class, faulty_class, logits and what led to them.
nlohmann::ordered_json to_json(const InjectionStory& story);

/// The story as lines for a terminal.
std::string to_text(const InjectionStory& story);

}  // namespace faultline::campaign
