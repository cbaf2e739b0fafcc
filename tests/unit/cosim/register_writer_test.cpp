// What RegisterWriter says against what the grid does: an element that nothing writes keeps its value, and one that
// takes a neighbour's register has that value afterwards.
#include "sim/cosim/register_writer.h"

#include <map>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "hw/systolic/grid_factory.h"
#include "sim/cosim/grid_lockstep.h"

namespace faultline::cosim {
namespace {

constexpr uint64_t kSeed = 5;

class RegisterWriterTest : public testing::TestWithParam<hw::Dataflow> {};

/// All registers by path.
std::map<std::string, std::pair<hw::Site, uint64_t>> registers(const hw::StateTable& table) {
  std::map<std::string, std::pair<hw::Site, uint64_t>> all;
  for (size_t f = 0; f < table.fields().size(); ++f) {
    const hw::StateField& field = table.fields()[f];
    for (size_t e = 0; field.kind == hw::StateKind::kRegister && e < field.element_count(); ++e) {
      all[hw::element_path(field, e)] = {{f, e}, table.peek({f, e})};
    }
  }
  return all;
}

TEST_P(RegisterWriterTest, FollowsTheGrid) {
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  const hw::GridConfig config(3, 4, GetParam(), hw::Multiplier());
  GridLockstep lockstep(config, {"cycle", hw::grid_maker("cycle"), {}},
                        {"structural", hw::grid_maker("structural"), {}});
  const RegisterWriter writers(config, lockstep.reference());
  int copies = 0;
  int holds = 0;
  for (uint64_t number = 0; number < 6; ++number) {
    const GridProgram program = random_program(config, kSeed, number);
    std::map<std::string, std::pair<hw::Site, uint64_t>> before;
    std::map<std::string, std::optional<std::string>> writer;
    const auto check = [&](uint64_t cycle) {
      const auto now = registers(lockstep.reference());
      for (const auto& [path, source] : writer) {
        const uint64_t value = now.at(path).second;
        if (!source) {
          ++holds;
          ASSERT_EQ(value, before.at(path).second) << path << " in cycle " << cycle;
        } else if (const auto found = before.find(*source); found != before.end()) {
          ++copies;
          ASSERT_EQ(value, found->second.second) << path << " in cycle " << cycle << " from " << *source;
        }
      }
      before = now;
      for (const auto& [path, entry] : now) {
        writer[path] = writers.writer(entry.first, program.edges[cycle]);
      }
    };
    ASSERT_FALSE(lockstep.run(program, {}, check)) << "program " << number;
  }
  EXPECT_GT(copies, 1000);
  EXPECT_GT(holds, 100);
}

INSTANTIATE_TEST_SUITE_P(Dataflows, RegisterWriterTest,
                         testing::Values(hw::Dataflow::kWeightStationary, hw::Dataflow::kOutputStationary,
                                         hw::Dataflow::kInputStationary),
                         [](const auto& parameter) { return std::string(hw::to_string(parameter.param)); });

}  // namespace
}  // namespace faultline::cosim
