#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/engine/cone_engine.h"
#include "tests/support/processor_time.h"
#include "tests/support/random_flips.h"

namespace faultline::test {

/// A network on a simulated accelerator with a cone engine beside it; one a process.
struct ConeMachine {
  ConeMachine(std::shared_ptr<const model::Network> source, hw::AcceleratorConfig configuration, engine::GridKind kind)
      : network(std::move(source)),
        config(std::move(configuration)),
        engine(network, config, kind),
        cone(engine, network, config) {}

  /// Random flips of bits of these fields, each bit and cycle as likely.
  std::vector<hw::Fault> flips(const std::vector<std::string>& paths, size_t count, uint64_t seed) {
    return random_flips(engine.platform().state(), cone.total_cycles(), paths, count, seed);
  }

  std::shared_ptr<const model::Network> network;
  hw::AcceleratorConfig config;
  engine::AcceleratorEngine engine;
  engine::ConeEngine cone;
};

}  // namespace faultline::test
