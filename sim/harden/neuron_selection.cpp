#include "sim/harden/neuron_selection.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/config/user_error.h"

namespace faultline::harden {
namespace {

struct Candidate {
  size_t layer = 0;
  size_t element = 0;
  double nvf = 0;
};

std::vector<Candidate> candidates_of(const std::vector<NeuronScores>& scores, const std::string& only) {
  std::vector<Candidate> candidates;
  for (size_t layer = 0; layer < scores.size(); ++layer) {
    for (size_t element = 0; element < scores[layer].nvf.size() && (only.empty() || scores[layer].layer == only);
         ++element) {
      candidates.push_back({layer, element, scores[layer].nvf[element]});
    }
  }
  if (candidates.empty()) {
    std::vector<std::string> names;
    std::transform(scores.begin(), scores.end(), std::back_inserter(names),
                   [](const NeuronScores& layer) { return layer.layer; });
    throw UserError("--layer", 0, fmt::format("'{}' is no layer of the analysis", only),
                    fmt::format("its layers are {}", fmt::join(names, ", ")));
  }
  return candidates;
}

const model::MatrixOperator& layer_of(const model::Network& network, const std::string& name) {
  const auto found = std::find_if(network.operators.begin(), network.operators.end(),
                                  [&](const auto& step) { return step->name == name; });
  return dynamic_cast<const model::MatrixOperator&>(**found);
}

/// The chosen candidates, in the order of the network.
std::vector<Candidate> choose(std::vector<Candidate> candidates, const SelectionTerms& terms) {
  if (terms.threshold) {
    const auto below = [&](const Candidate& candidate) { return candidate.nvf < *terms.threshold; };
    candidates.erase(std::remove_if(candidates.begin(), candidates.end(), below), candidates.end());
    return candidates;
  }
  const double share = terms.top_percent.value_or(100) / 100;
  const auto count = static_cast<size_t>(std::lround(share * static_cast<double>(candidates.size())));
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.nvf > b.nvf; });
  candidates.resize(count);
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.layer, a.element) < std::tie(b.layer, b.element);
  });
  return candidates;
}

}  // namespace

NeuronSelection select_neurons(const model::Network& network, const NeuronScheme& scheme,
                               const std::vector<NeuronScores>& scores, const SelectionTerms& terms) {
  const std::vector<Candidate> candidates = candidates_of(scores, terms.layer);
  const std::vector<Candidate> chosen = choose(candidates, terms);
  NeuronSelection selection;
  selection.considered = candidates.size();
  selection.chosen = chosen.size();
  for (auto first = chosen.begin(); first != chosen.end();) {
    const auto end = std::find_if(first, chosen.end(), [&](const auto& other) { return other.layer != first->layer; });
    const std::string& name = scores[first->layer].layer;
    const model::MatrixOperator& layer = layer_of(network, name);
    const std::string reason = scheme.obstacle(layer, network.tensor(layer.output).quantisation.zero_point);
    if (reason.empty()) {
      ProtectedLayer protected_layer;
      protected_layer.name = name;
      std::transform(first, end, std::back_inserter(protected_layer.neurons),
                     [](const Candidate& candidate) { return candidate.element; });
      selection.layers.push_back(std::move(protected_layer));
    } else {
      selection.unprotectable.push_back({name, static_cast<size_t>(end - first), reason});
    }
    first = end;
  }
  return selection;
}

}  // namespace faultline::harden
