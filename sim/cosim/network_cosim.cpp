#include "sim/cosim/network_cosim.h"

#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <chrono>
#include <memory>
#include <variant>

#include <fmt/format.h>

#include "sim/config/user_error.h"
#include "sim/cosim/case_faults.h"
#include "sim/cosim/difference_waves.h"
#include "sim/cosim/engine_names.h"
#include "sim/cosim/random_faults.h"
#include "sim/cosim/state_history.h"
#include "sim/cosim/state_stream.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/harden/neuron_protection.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"

namespace faultline::cosim {
namespace {

/// A faulty inference of more than this times the golden cycles ends.
constexpr uint64_t kHangFactor = 2;
constexpr size_t kMostSignalsOfNetwork = 400;

struct Inputs {
  std::shared_ptr<const model::Network> network;
  std::vector<model::Values> images;
};

Inputs load(const NetworkCosimRequest& request) {
  const auto network = std::make_shared<model::Network>(model::import_onnx(request.model));
  if (!request.hardened.empty()) {
    const harden::HardenedDesign design = harden::read_hardened_design(request.hardened);
    harden::hold_to_intervals(*network, design);
    harden::protect_neurons(*network, design);
  }
  const model::Dataset dataset =
      model::load_dataset(request.data, model::Split::kTest, static_cast<size_t>(request.images));
  model::check_dataset_fits(*network, dataset);
  Inputs inputs{network, {}};
  for (size_t image = 0; image < dataset.size(); ++image) {
    inputs.images.push_back(model::network_input(*network, dataset.image(image)));
  }
  return inputs;
}

engine::GridKind kind_named(const std::string& name) {
  for (const engine::GridKind kind :
       {engine::GridKind::kCycle, engine::GridKind::kStructural, engine::GridKind::kRtl, engine::GridKind::kRtlGrid}) {
    if (engine::grid_name(kind) == name) {
      return kind;
    }
  }
  throw UserError("--engines", 0, fmt::format("engine '{}' has no clock", name),
                  "give two of cycle, structural, rtl and rtl_grid");
}

uint64_t digest(const engine::AcceleratorRun& run) {
  size_t seed = 0;
  boost::hash_combine(seed, static_cast<int>(run.status));
  boost::hash_combine(seed, run.total_cycles);
  for (const model::Values& values : run.tensors) {
    std::visit([&seed](const auto& all) { boost::hash_combine(seed, boost::hash_range(all.begin(), all.end())); },
               values);
  }
  return seed;
}

/// The cases of a request on one engine: both processes run the same ones in the same order.
class NetworkCases {
 public:
  NetworkCases(const NetworkCosimRequest& request, const Inputs& inputs, const std::string& engine)
      : request_(request),
        inputs_(inputs),
        engine_(inputs.network, request.config, kind_named(engine)),
        golden_(inputs.images.size()) {}

  engine::Platform& platform() { return engine_.platform(); }
  uint64_t image_of(uint64_t number) const { return number % inputs_.images.size(); }

  /// Runs a case; what it gives is a digest of its outputs. A case with faults needs its image's own case before.
  uint64_t run(uint64_t number) {
    const size_t image = image_of(number);
    if (number < inputs_.images.size()) {
      golden_[image] = engine_.golden(inputs_.images[image]);
      return digest(golden_[image].run);
    }
    const uint64_t limit = kHangFactor * golden_[image].run.total_cycles;
    return digest(engine_.run_with_faults(golden_[image], faults_of(number), limit));
  }
  std::vector<hw::Fault> faults_of(uint64_t number) {
    if (number < inputs_.images.size()) {
      return {};
    }
    return faults().at(number - inputs_.images.size(), golden_[image_of(number)].run.total_cycles);
  }
  /// Of the request. Known once an image has been run.
  uint64_t count() { return inputs_.images.size() + faults().count(); }
  /// The cases to run, in order: all, or one and what it needs.
  std::vector<uint64_t> wanted() {
    std::vector<uint64_t> numbers;
    for (uint64_t number = 0; number < count(); ++number) {
      if (!request_.only_case || number == *request_.only_case || number == image_of(*request_.only_case)) {
        numbers.push_back(number);
      }
    }
    return numbers;
  }

 private:
  CaseFaults& faults() {
    if (!faults_) {
      const hw::StateTable& table = engine_.platform().state();
      faults_ = std::make_unique<CaseFaults>(table, injectable_fields(table), request_.faults, request_.fault_list,
                                             request_.seed);
    }
    return *faults_;
  }

  const NetworkCosimRequest& request_;
  const Inputs& inputs_;
  engine::AcceleratorEngine engine_;
  std::vector<engine::GoldenRun> golden_;
  std::unique_ptr<CaseFaults> faults_;
};

void step_reference(const NetworkCosimRequest& request, const Inputs& inputs, const std::string& engine,
                    StateWriter& writer) {
  NetworkCases cases(request, inputs, engine);
  cases.platform().observe([&](uint64_t cycle) { writer.cycle(cycle, image_of(cases.platform().state())); });
  for (const uint64_t number : cases.wanted()) {
    writer.end_of_run(cases.run(number));
  }
}

/// The other engine, and the comparison of each of its cycles with the reference's.
class NetworkLockstep {
 public:
  NetworkLockstep(NetworkCases& cases, StateProcess& reference)
      : table_(cases.platform().state()),
        process_(reference),
        layout_(image_of(table_)),
        reference_(table_),
        other_(table_),
        comparison_(reference_.table(), table_) {
    cases.platform().observe([this](uint64_t cycle) { compare(cycle); });
  }

  void begin_case() { history_.clear(); }
  /// What the engines made of the case, once the other has finished it.
  void end_case(uint64_t digest) {
    if (ended_or_differs()) {
      return;
    }
    const StateMessage message = process_.next(layout_);
    if (message.kind == StateMessage::Kind::kCycle) {
      divergence_ = rtl::Divergence{message.number, "end of the run", 0, 1};
    } else if (message.number != digest) {
      divergence_ = rtl::Divergence{last_cycle_, "outputs (as a digest)", message.number, digest};
    }
  }

  const std::optional<rtl::Divergence>& divergence() const { return divergence_; }
  uint64_t cycles() const { return cycles_; }
  uint64_t comparisons() const { return comparison_.comparisons(); }

  /// Everything about the difference; writes waveforms unless `folder` is empty.
  Difference examine(const EngineNames& names, const std::string& folder) {
    Difference difference{*divergence_, std::nullopt, {}, {}};
    for (const hw::Site& site : differing_) {
      difference.differing.push_back(hw::element_path(table_.fields()[site.field], site.element));
    }
    if (!differing_.empty()) {
      difference.last_writer = history_.last_change(differing_.front(), divergence_->cycle, reference_, other_);
    }
    if (!folder.empty()) {
      DifferenceWaves waves(folder, {{names.reference, reference_.table()}, {names.other, other_.table()}}, differing_,
                            differing_.size(), divergence_->cycle);
      for (const StateHistory::Entry& entry : history_.entries()) {
        reference_.show(entry.reference);
        other_.show(entry.other);
        waves.sample(entry.cycle);
      }
      difference.files = waves.finish();
    }
    return difference;
  }

 private:
  bool ended_or_differs() const { return reference_ended_ || divergence_; }

  void compare(uint64_t cycle) {
    last_cycle_ = cycle;
    const bool enough = divergence_ && cycle > divergence_->cycle + DifferenceWaves::kCyclesAfter;
    if (reference_ended_ || enough) {
      return;
    }
    StateMessage message = process_.next(layout_);
    if (message.kind == StateMessage::Kind::kEndOfRun || message.number != cycle) {
      reference_ended_ = true;
      divergence_ = divergence_ ? divergence_ : rtl::Divergence{cycle, "end of the run", 1, 0};
      return;
    }
    reference_.show(message.image);
    history_.add({cycle, std::move(message.image), image_of(table_)});
    if (!divergence_) {
      ++cycles_;
      divergence_ = comparison_.compare(cycle);
      if (divergence_) {
        differing_ = comparison_.differing_sites();
        differing_.resize(std::min(differing_.size(), kMostSignalsOfNetwork));
      }
    }
  }

  const hw::StateTable& table_;
  StateProcess& process_;
  const StateImage layout_;
  StateMirror reference_;
  StateMirror other_;
  rtl::LockstepComparison comparison_;
  StateHistory history_{DifferenceWaves::kCyclesBefore + 1 + DifferenceWaves::kCyclesAfter};
  std::optional<rtl::Divergence> divergence_;
  std::vector<hw::Site> differing_;
  bool reference_ended_ = false;
  uint64_t last_cycle_ = 0;
  uint64_t cycles_ = 0;
};

}  // namespace

CosimResult run_network_cosim(const NetworkCosimRequest& request,
                              const std::function<void(uint64_t done, uint64_t total)>& progress) {
  const auto begin = std::chrono::steady_clock::now();
  CosimResult result;
  result.engines = parse_engine_names(request.engines);
  kind_named(result.engines.reference);
  const Inputs inputs = load(request);
  // Before anything of SystemC exists in this process.
  StateProcess reference(
      [&](StateWriter& writer) { step_reference(request, inputs, result.engines.reference, writer); });
  NetworkCases cases(request, inputs, result.engines.other);
  if (request.only_case && *request.only_case >= cases.count()) {
    throw UserError("--case", 0, fmt::format("there is no case {}", *request.only_case),
                    fmt::format("give 0 to {}", cases.count() - 1));
  }
  const hw::StateTable& table = cases.platform().state();
  result.sites = site_coverage(table, injectable_fields(table), "");
  NetworkLockstep lockstep(cases, reference);
  const std::vector<uint64_t> wanted = cases.wanted();
  for (const uint64_t number : wanted) {
    progress(result.cases, wanted.size());
    lockstep.begin_case();
    lockstep.end_case(cases.run(number));
    ++result.cases;
    if (lockstep.divergence()) {
      const Difference difference = lockstep.examine(result.engines, request.wave_folder);
      result.mismatches = std::max<uint64_t>(1, difference.differing.size());
      result.first =
          DifferingCase{number, cases.image_of(number), "image",
                        inject::to_entries(cases.platform().state(), cases.faults_of(number), ""), difference};
      break;
    }
  }
  result.cycles = lockstep.cycles();
  result.comparisons = lockstep.comparisons();
  result.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

}  // namespace faultline::cosim
