#include "sim/inject/upset.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace faultline::inject {
namespace {

constexpr int kMostBits = 64;

int read_bits(const config::YamlValue& section, const std::string& key) {
  int bits = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), bits);
  if (error != std::errc() || end != key.data() + key.size() || bits < 1 || bits > kMostBits) {
    section.require(key).fail(fmt::format("multiplicity '{}' is no number of bits", key),
                              fmt::format("use 1 to {}", kMostBits));
  }
  return bits;
}

std::vector<std::pair<int, double>> read_multiplicities(const config::YamlValue& section) {
  if (!section.is_mapping()) {
    section.fail("multiplicity is no list of bits and probabilities", "write it as {1: 0.9, 2: 0.1}");
  }
  std::vector<std::pair<int, double>> multiplicities;
  double total = 0;
  for (const std::string& key : section.keys()) {
    const double probability = section.require(key).number("a probability of multiplicity", 0, 1);
    multiplicities.emplace_back(read_bits(section, key), probability);
    total += probability;
  }
  if (std::abs(total - 1) > 1e-9) {
    section.fail(fmt::format("the probabilities of multiplicity add up to {}", total), "make them add up to 1");
  }
  std::sort(multiplicities.begin(), multiplicities.end());
  return multiplicities;
}

const UpsetPattern* find_pattern(const config::YamlValue& written) {
  const std::string name = written.text("pattern");
  std::vector<std::string> known;
  for (const UpsetPattern& pattern : upset_patterns()) {
    if (pattern.name == name) {
      return &pattern;
    }
    known.push_back(pattern.name);
  }
  std::sort(known.begin(), known.end());
  written.fail(fmt::format("unknown pattern '{}'", name), fmt::format("use {}", fmt::join(known, " or ")));
}

}  // namespace

std::vector<UpsetPattern>& upset_patterns() {
  static std::vector<UpsetPattern> patterns;
  return patterns;
}

Upset Upset::read(const config::YamlValue& section) {
  section.check_keys("upset", {"multiplicity", "pattern"});
  Upset upset;
  upset.multiplicities_ = read_multiplicities(section.require("multiplicity"));
  upset.pattern_ = find_pattern(section.require("pattern"));
  return upset;
}

std::vector<hw::Fault> Upset::strike(const hw::Fault& anchor, const StructurePopulation& structure,
                                     hw::CounterRandom& random) const {
  double left = random.uniform_real();
  size_t drawn = 0;
  while (drawn + 1 < multiplicities_.size() && left >= multiplicities_[drawn].second) {
    left -= multiplicities_[drawn].second;
    ++drawn;
  }
  const int count = std::min(multiplicities_[drawn].first, pattern_->largest(structure));
  return pattern_->spread(anchor, count, structure, random);
}

nlohmann::ordered_json Upset::settings() const {
  nlohmann::ordered_json multiplicity = nlohmann::ordered_json::object();
  for (const auto& [bits, probability] : multiplicities_) {
    multiplicity[std::to_string(bits)] = probability;
  }
  return {{"multiplicity", std::move(multiplicity)}, {"pattern", pattern_->name}};
}

double Upset::cut_share(const FaultSpace& space) const {
  double cut = 0;
  for (const StructurePopulation& structure : space.structures()) {
    for (const auto& [bits, probability] : multiplicities_) {
      cut += bits > pattern_->largest(structure) ? probability * static_cast<double>(structure.positions()) : 0.0;
    }
  }
  return cut / static_cast<double>(space.positions());
}

}  // namespace faultline::inject
