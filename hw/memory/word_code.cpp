#include "hw/memory/word_code.h"

#include <algorithm>
#include <utility>

namespace faultline::hw {
namespace {

std::vector<WordCodeFamily>& registered() {
  static std::vector<WordCodeFamily> families;
  return families;
}

}  // namespace

const std::vector<WordCodeFamily>& word_codes() {
  return registered();
}

const WordCodeFamily* find_word_code(const std::string& name) {
  const auto& families = word_codes();
  const auto found =
      std::find_if(families.begin(), families.end(), [&](const WordCodeFamily& family) { return family.name == name; });
  return found == families.end() ? nullptr : &*found;
}

WordCodeRegistration::WordCodeRegistration(WordCodeFamily family) {
  auto& families = registered();
  const auto after = [](const WordCodeFamily& a, const WordCodeFamily& b) { return a.name < b.name; };
  families.insert(std::upper_bound(families.begin(), families.end(), family, after), std::move(family));
}

}  // namespace faultline::hw
