#include "sim/parallel/worker_process.h"

#include <csignal>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "sim/parallel/frame_socket.h"
#include "sim/parallel/scheduler.h"
#include "sim/parallel/task_messages.h"

namespace faultline::parallel {
namespace {

using campaign::ExperimentRow;
using campaign::Task;

/// A design of one register of eight bits. Bit 7 kills the process that simulates it, bit 6 ends it, bit 5 throws; any
/// other changes the class.
class PerilousTarget : public campaign::InferenceTarget {
 public:
  PerilousTarget() {
    hw::StateField field;
    field.path = "register";
    field.bits = 8;
    table_.add<uint8_t>(field);
  }
  const hw::StateTable& state() const override { return table_; }
  size_t images() const override { return 10; }
  int label(size_t image) const override { return static_cast<int>(image); }
  int exact_class(size_t) override { return 0; }
  campaign::GoldenInference golden(size_t image) override { return {answer(0), {{"only", 0}}, 100 + image}; }
  campaign::FaultyInference strike(const std::vector<hw::Fault>& faults, uint64_t) override {
    const uint64_t mask = faults.front().mask;
    if ((mask & 0x80) != 0) {
      std::raise(SIGKILL);
    }
    if ((mask & 0x40) != 0) {
      _exit(3);
    }
    if ((mask & 0x20) != 0) {
      throw std::runtime_error("broken");
    }
    campaign::FaultyInference inference;
    inference.answer = answer(1);
    inference.cycles = faults.front().start;
    return inference;
  }

 private:
  static campaign::Answer answer(size_t top) {
    campaign::Answer made;
    std::vector<int8_t> codes(3, 0);
    codes[top] = 9;
    made.outputs = {codes};
    made.logits.assign(codes.begin(), codes.end());
    return made;
  }
  hw::StateTable table_;
};

Task task(uint64_t number, uint64_t mask) {
  return {number, number % 10, 0, 1.0, {{{0, 0}, mask, hw::FaultModel::kFlip, number, 1, 0}}};
}

class WorkerProcessTest : public testing::Test {
 protected:
  /// Rows by number, of tasks with these masks, run by `jobs` processes.
  std::vector<ExperimentRow> run(const std::vector<uint64_t>& masks, size_t jobs) {
    campaign::ExperimentRunner runner(target_, 2);
    std::vector<std::unique_ptr<WorkerProcess>> workers;
    std::vector<Lane*> lanes;
    for (size_t i = 0; i < jobs; ++i) {
      workers.push_back(std::make_unique<WorkerProcess>(runner));
      lanes.push_back(workers.back().get());
    }
    std::vector<ExperimentRow> rows(masks.size());
    std::vector<int> seen(masks.size());
    Scheduler(lanes).run(
        masks.size(), [&](size_t index) { return task(index, masks[index]); },
        [&](ExperimentRow row) {
          ++seen.at(row.number);
          rows[row.number] = std::move(row);
        });
    EXPECT_THAT(seen, testing::Each(1));
    return rows;
  }
  PerilousTarget target_;
};

TEST_F(WorkerProcessTest, EveryTaskComesBackOnceWithItsResult) {
  const std::vector<ExperimentRow> rows = run(std::vector<uint64_t>(1000, 1), 3);
  for (uint64_t n = 0; n < rows.size(); ++n) {
    EXPECT_EQ(rows[n].cycles, n);
    EXPECT_EQ(rows[n].golden_cycles, 100 + n % 10);
    EXPECT_EQ(rows[n].label, static_cast<int>(n % 10));
    EXPECT_TRUE(rows[n].judgement.sdc_1);
    EXPECT_EQ(rows[n].tool_error, "");
  }
}

TEST_F(WorkerProcessTest, ADyingWorkerCostsOneExperiment) {
  std::vector<uint64_t> masks(200, 1);
  for (const size_t n : {0, 17, 18, 199}) {
    masks[n] = 0x80;
  }
  masks[50] = 0x40;
  masks[60] = 0x20;
  for (const size_t jobs : {1, 2}) {
    const std::vector<ExperimentRow> rows = run(masks, jobs);
    for (size_t n = 0; n < rows.size(); ++n) {
      const std::string expected = masks[n] == 0x80   ? "killed by signal 9"
                                   : masks[n] == 0x40 ? "ended with status 3"
                                   : masks[n] == 0x20 ? "broken"
                                                      : "";
      EXPECT_THAT(rows[n].tool_error, testing::HasSubstr(expected)) << n;
      EXPECT_EQ(rows[n].tool_error.empty(), masks[n] == 1) << n << ": " << rows[n].tool_error;
      EXPECT_EQ(rows[n].number, n);
      EXPECT_EQ(rows[n].faults.at(0).mask, masks[n]);
    }
  }
}

TEST_F(WorkerProcessTest, WorkersThatAlwaysDieEndTheCampaign) {
  EXPECT_THROW(run(std::vector<uint64_t>(50, 0x80), 1), std::runtime_error);
}

TEST(TaskMessages, ArriveAsTheyWereSent) {
  ExperimentRow row;
  row.number = ~uint64_t{0};
  row.image = 7;
  row.stratum = 3;
  row.weight = 0.1;
  row.faults = {{{4, 5}, uint64_t{1} << 63, hw::FaultModel::kStuckAt1, 8, 0, 9}};
  row.site = {4, 5};
  row.bit = 63;
  row.layer = campaign::kWholeRunLayer;
  row.judgement.outcome = campaign::Outcome::kHang;
  row.judgement.sdc_5 = true;
  row.judgement.faulty_confidence = 1e-300;
  row.extent = campaign::Extent::kLogits;
  row.masked_in = campaign::MaskedIn::kClamp;
  row.detection = {"parity", true, 12};
  row.followed = true;
  row.tool_error = std::string("a\0b", 3);
  const std::vector<ExperimentRow> rows = unpack_rows(pack(std::vector<ExperimentRow>{row, {}}));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(pack(rows), pack(std::vector<ExperimentRow>{row, {}}));
  EXPECT_EQ(rows[0].faults[0].mask, uint64_t{1} << 63);
  EXPECT_EQ(rows[0].judgement.sdc_5, true);
  EXPECT_EQ(rows[1].judgement.sdc_5, std::nullopt);
  EXPECT_EQ(rows[0].detection.cycle, 12u);
  EXPECT_TRUE(rows[0].followed);
  EXPECT_EQ(rows[0].tool_error, row.tool_error);
}

TEST(FrameSocketTest, CarriesFramesLargerThanTheSocketHolds) {
  const SocketPair pair;
  FrameSocket one(pair.ends[0]);
  FrameSocket other(pair.ends[1]);
  const std::string large(3'000'000, 'x');
  one.send(large);
  one.send("");
  other.send("back");
  EXPECT_TRUE(one.unsent());
  std::vector<std::string> received;
  while (received.size() < 2) {
    one.pump();
    other.pump();
    while (const auto frame = other.receive()) {
      received.push_back(*frame);
    }
  }
  EXPECT_EQ(received, (std::vector<std::string>{large, ""}));
  one.pump();
  EXPECT_EQ(one.receive(), "back");
  EXPECT_FALSE(one.closed());
}

}  // namespace
}  // namespace faultline::parallel
