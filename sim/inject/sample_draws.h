#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "hw/common/counter_random.h"
#include "sim/inject/fault_sampler.h"
#include "sim/inject/sample_request.h"

namespace faultline::inject {

/// The size, in decimal, of a population that no sample is a noticeable share of.
extern const std::string kEndlessPopulation;

/// How many experiments are asked for: the request's number, or what the error margin takes from this population.
uint64_t sample_size(const SampleRequest& request, const SampleContext& context, const std::string& population);

/// How many of `images` each fault strikes. Throws UserError when it is to strike more than there are.
size_t images_per_fault(const SampleRequest& request, size_t images);

/// `count` of the numbers below `of`, each set as likely, ascending.
std::vector<size_t> draw_subset(hw::CounterRandom& random, size_t count, size_t of);

}  // namespace faultline::inject
