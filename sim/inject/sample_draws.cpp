#include "sim/inject/sample_draws.h"

#include <set>

#include <fmt/format.h>

namespace faultline::inject {

const std::string kEndlessPopulation = "1" + std::string(40, '0');

uint64_t sample_size(const SampleRequest& request, const SampleContext& context, const std::string& population) {
  return request.size > 0 || !context.sample_size ? request.size : context.sample_size(population);
}

size_t images_per_fault(const SampleRequest& request, size_t images) {
  if (request.images > images) {
    request.place.fail(fmt::format("each fault is to strike {} images of {}", request.images, images),
                       "ask for fewer images per fault, or for all of them");
  }
  return request.images == kAllImages ? images : request.images;
}

/// Floyd's algorithm: Bentley and Floyd, "Programming pearls: a sample of brilliance", CACM 30, 1987.
std::vector<size_t> draw_subset(hw::CounterRandom& random, size_t count, size_t of) {
  std::set<size_t> drawn;
  for (size_t last = of - count; last < of; ++last) {
    const size_t number = random.uniform(last + 1);
    drawn.insert(drawn.count(number) == 0 ? number : last);
  }
  return {drawn.begin(), drawn.end()};
}

}  // namespace faultline::inject
