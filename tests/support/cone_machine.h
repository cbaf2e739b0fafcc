#pragma once

#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hw/common/counter_random.h"
#include "sim/engine/cone_engine.h"

namespace faultline::test {

/// Processor time of this process, so that others on the machine do not count.
template <typename Work>
double processor_seconds(Work work) {
  const std::clock_t begin = std::clock();
  work();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

/// A network on a simulated accelerator with a cone engine beside it; one a process.
struct ConeMachine {
  ConeMachine(std::shared_ptr<const model::Network> source, hw::AcceleratorConfig configuration, engine::GridKind kind)
      : network(std::move(source)),
        config(std::move(configuration)),
        engine(network, config, kind),
        cone(engine, network, config) {}

  /// Random flips of bits of these fields, each bit and cycle as likely.
  std::vector<hw::Fault> flips(const std::vector<std::string>& paths, size_t count, uint64_t seed) {
    const hw::StateTable& table = engine.platform().state();
    std::vector<size_t> fields;
    std::vector<uint64_t> bits;
    uint64_t all = 0;
    for (const std::string& path : paths) {
      fields.push_back(table.field_index(path));
      bits.push_back(table.fields()[fields.back()].bit_count());
      all += bits.back();
    }
    std::vector<hw::Fault> faults;
    for (size_t number = 0; number < count; ++number) {
      hw::CounterRandom random(seed, number);
      uint64_t place = random.uniform(all);
      size_t which = 0;
      for (; place >= bits[which]; ++which) {
        place -= bits[which];
      }
      const auto width = static_cast<uint64_t>(table.fields()[fields[which]].bits);
      hw::Fault fault;
      fault.site = {fields[which], static_cast<size_t>(place / width)};
      fault.mask = uint64_t{1} << (place % width);
      fault.start = random.uniform(cone.total_cycles());
      faults.push_back(fault);
    }
    return faults;
  }

  std::shared_ptr<const model::Network> network;
  hw::AcceleratorConfig config;
  engine::AcceleratorEngine engine;
  engine::ConeEngine cone;
};

}  // namespace faultline::test
