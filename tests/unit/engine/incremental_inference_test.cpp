#include "sim/engine/incremental_inference.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 5;

/// Sets random elements of an operator's output in both, and compares all tensors.
void expect_equal_after_changes(const std::shared_ptr<const model::Network>& network, const hw::Multiplier& multiplier,
                                test::LayerMaker& maker, int rounds) {
  const FunctionalEngine functional(network, multiplier);
  IncrementalInference incremental(network, functional);
  const auto elements = model::element_count(network->tensor(network->graph_input).shape);
  const GoldenActivations golden = incremental.golden(maker.codes(elements));
  ASSERT_EQ(golden.tensors, functional.run(golden.tensors[static_cast<size_t>(network->graph_input)]));
  incremental.begin(golden);
  for (int round = 0; round < rounds; ++round) {
    std::vector<model::Values> expected = golden.tensors;
    const auto index = static_cast<size_t>(maker.between(0, static_cast<int>(network->operators.size()) - 1));
    auto* codes = std::get_if<std::vector<int8_t>>(&expected[static_cast<size_t>(network->operators[index]->output)]);
    if (codes == nullptr) {
      continue;
    }
    const int changes = maker.one_in(3) ? static_cast<int>(codes->size()) : maker.between(1, 3);
    for (int change = 0; change < changes; ++change) {
      const auto element = static_cast<size_t>(maker.between(0, static_cast<int>(codes->size()) - 1));
      const int8_t value = maker.code();
      (*codes)[element] = value;
      incremental.set_output(index, element, value);
    }
    functional.run_from(index + 1, expected);
    incremental.propagate(index + 1, network->operators.size());
    ASSERT_EQ(incremental.tensors(), expected) << "seed " << kSeed << ", round " << round;
    incremental.restore();
    ASSERT_EQ(incremental.tensors(), golden.tensors);
  }
}

TEST(IncrementalInference, GivesTheTensorsOfAWholeInference) {
  for (uint64_t stream = 0; stream < 20; ++stream) {
    SCOPED_TRACE("stream " + std::to_string(stream));
    test::LayerMaker maker(hw::CounterRandom(kSeed, stream));
    const auto network = test::small_classifier(maker);
    expect_equal_after_changes(network, stream % 2 == 0 ? hw::Multiplier() : maker.multiplier(), maker, 30);
  }
}

TEST(IncrementalInference, AddsDifferencesOfSums) {
  test::LayerMaker maker(hw::CounterRandom(kSeed, 100));
  const auto network = test::small_classifier(maker);
  const FunctionalEngine functional(network, maker.multiplier());
  IncrementalInference incremental(network, functional);
  const GoldenActivations golden = incremental.golden(maker.codes(100));
  incremental.begin(golden);
  const size_t last = network->operators.size() - 1;  // raw: its output is the sum with its bias
  const auto output = static_cast<size_t>(network->operators[last]->output);
  incremental.watch_sums(last, {0, 1, 0, 0, 0});
  incremental.add_to_sum(last, 0, 2, 1 << 30);
  incremental.add_to_sum(last, 0, 2, 1 << 30);
  incremental.propagate(last, last + 1);
  std::vector<int32_t> expected = std::get<std::vector<int32_t>>(golden.tensors[output]);
  expected[2] = hw::wrapping_add(expected[2], static_cast<int32_t>(0x80000000));
  EXPECT_EQ(std::get<std::vector<int32_t>>(incremental.tensors()[output]), expected);
  EXPECT_EQ(incremental.differences(network->operators[last]->output), std::vector<size_t>{2});
  EXPECT_FALSE(incremental.watched_sum_differs());
  incremental.restore();
  incremental.add_to_sum(last, 0, 1, 7);
  incremental.propagate(last, last + 1);
  EXPECT_TRUE(incremental.watched_sum_differs());
}

TEST(IncrementalInference, MeetsEveryGeometry) {
  for (uint64_t stream = 0; stream < 60; ++stream) {
    SCOPED_TRACE("stream " + std::to_string(stream));
    test::LayerMaker maker(hw::CounterRandom(kSeed, 1000 + stream));
    const auto network = test::unrelated_layers(maker, 6);
    expect_equal_after_changes(network, stream % 2 == 0 ? hw::Multiplier() : maker.multiplier(), maker, 20);
  }
}

}  // namespace
}  // namespace faultline::engine
