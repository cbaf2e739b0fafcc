#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "hw/common/state_table.h"
#include "hw/fault/fault.h"
#include "sim/inject/keyed_permutation.h"
#include "sim/inject/sample_request.h"
#include "sim/inject/site_path.h"

namespace faultline::inject {

/// A fault, and the image it strikes.
struct FaultMember {
  hw::Fault fault;
  size_t image = 0;
};

/// The faults of one structure in a population: elements of a field x places of the mask in an element.
struct StructurePopulation {
  std::string path;  ///< of the field
  SiteSet sites;
  int bits = 0;         ///< of one element
  int first_place = 0;  ///< lowest bit of the mask in its first place
  int places = 0;

  uint64_t elements() const { return sites.size(); }
  uint64_t positions() const { return elements() * static_cast<uint64_t>(places); }
};

/// The population that samples are drawn from, as one exact index space:
///
///   places of the mask x fault models x cycles at which a fault may start x images
///
/// A flip, and a stuck-at of limited duration, starts at any cycle of the fault-free run; a stuck-at to the end of the
/// run starts at cycle 0, so that its population has no cycles. Storage and wires are never in one space.
class FaultSpace {
 public:
  /// Throws UserError when no site of the population matches, when no matching field has `bits` bits (narrower fields
  /// hold no such fault: they have 0 places), and when the size exceeds 128 bits. With `images` 1 the population is of
  /// faults, whatever they strike.
  FaultSpace(const SampleRequest& request, const hw::StateTable& table, uint64_t run_cycles, size_t images);

  /// The part of the space in these structures, which must be parts of its own.
  FaultSpace within(std::vector<StructurePopulation> structures) const;
  /// The part with starts in [first, first + count), which must be cycles of the space.
  FaultSpace within_cycles(uint64_t first, uint64_t count) const;

  /// positions() x models() x cycles() x images().
  FaultCount size() const;
  /// Member `index` < size().
  FaultMember member(FaultCount index) const;

  /// The structure that holds a site of the space.
  const StructurePopulation& structure_of(hw::Site site) const;

  Population kind() const { return kind_; }
  const std::vector<StructurePopulation>& structures() const { return structures_; }
  /// Places of the mask over all structures.
  uint64_t positions() const { return cumulative_.empty() ? 0 : cumulative_.back(); }
  /// Fault models per place: 2 when both stuck-at values are drawn.
  uint64_t models() const { return model_ == SampleModel::kStuckAtBoth ? 2 : 1; }
  /// False for faults that hold from the first cycle to the end of the run.
  bool chooses_start() const { return model_ == SampleModel::kFlip || duration_ > 0; }
  uint64_t first_cycle() const { return first_cycle_; }
  uint64_t cycles() const { return cycles_; }
  size_t images() const { return images_; }
  /// Where the request stands, for messages.
  const TextPlace& place() const { return place_; }

 private:
  void set_structures(std::vector<StructurePopulation> structures);

  SampleModel model_;
  int bits_;
  uint64_t duration_;
  uint64_t period_;
  TextPlace place_;
  Population kind_ = Population::kStorage;
  uint64_t first_cycle_ = 0;
  uint64_t cycles_;
  size_t images_;
  std::vector<StructurePopulation> structures_;
  std::vector<uint64_t> cumulative_;  ///< positions up to and including each structure
};

/// As JSON: a number where it fits 64 bits, else its digits as text.
nlohmann::ordered_json exact_number(FaultCount count);

/// The size of a space, its factors and its structures, for reports.
nlohmann::ordered_json to_json(const FaultSpace& space);

}  // namespace faultline::inject
