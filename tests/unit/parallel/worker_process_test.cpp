#include "sim/parallel/worker_process.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "sim/campaign/canonical_row.h"
#include "sim/parallel/frame_socket.h"
#include "sim/parallel/scheduler.h"
#include "sim/parallel/task_messages.h"

namespace faultline::parallel {
namespace {

using campaign::ExperimentRow;
using campaign::Run;

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
  campaign::FaultyInference strike(const hw::Faults& faults, uint64_t) override {
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

/// Experiment n flips the n-th mask at cycle n, on image n % 10. Where there is a pilot, later masks are what settle()
/// was told.
class MaskedExperiments : public inject::ExperimentSource {
 public:
  explicit MaskedExperiments(std::vector<uint64_t> masks, uint64_t pilot = 0)
      : masks_(std::move(masks)), pilot_(pilot) {}
  uint64_t size() const override { return masks_.size(); }
  inject::Experiment at(uint64_t number) const override {
    return {{number % 10}, {{{0, 0}, masks_[number], hw::FaultModel::kFlip, number, 1, 0}}, 0, 1.0};
  }
  size_t images_per_experiment() const override { return 1; }
  uint64_t pilot_size() const override { return pilot_; }
  void settle(const std::vector<inject::PilotCount>& by_stratum) override {
    std::fill(masks_.begin() + static_cast<std::ptrdiff_t>(pilot_), masks_.end(), by_stratum.at(0).experiments);
  }
  nlohmann::ordered_json population() const override { return {}; }

 private:
  std::vector<uint64_t> masks_;
  uint64_t pilot_;
};

std::string canonical(const ExperimentRow& row) {
  std::string bytes;
  campaign::append_canonical(row, bytes);
  return bytes;
}

class WorkerProcessTest : public testing::Test {
 protected:
  /// Rows by number, of experiments with these masks, run by `jobs` processes.
  std::vector<ExperimentRow> run(const std::vector<uint64_t>& masks, size_t jobs) {
    MaskedExperiments source(masks);
    campaign::ExperimentRunner runner(target_, 2);
    std::vector<std::unique_ptr<WorkerProcess>> workers;
    std::vector<Lane*> lanes;
    for (size_t i = 0; i < jobs; ++i) {
      workers.push_back(std::make_unique<WorkerProcess>(runner, source));
      lanes.push_back(workers.back().get());
    }
    Scheduler scheduler(lanes);
    return run(scheduler, source, 0, masks.size());
  }
  std::vector<ExperimentRow> run(Scheduler& scheduler, const inject::ExperimentSource& source, uint64_t first,
                                 uint64_t end) {
    std::vector<ExperimentRow> rows(end - first);
    std::vector<int> seen(end - first);
    campaign::RunQueue queue(source, target_.images(), {first, end},
                             [](const campaign::ExperimentRange&) { return [](uint64_t, size_t) { return true; }; });
    scheduler.run(queue, [&](std::vector<ExperimentRow> come) {
      for (ExperimentRow& row : come) {
        ++seen.at(row.number - first);
        rows[row.number - first] = std::move(row);
      }
    });
    EXPECT_THAT(seen, testing::Each(1));
    return rows;
  }
  PerilousTarget target_;
};

TEST_F(WorkerProcessTest, EveryRunComesBackOnceWithItsResult) {
  const std::vector<ExperimentRow> rows = run(std::vector<uint64_t>(20'000, 1), 3);
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
      EXPECT_EQ(rows[n].faults.list().at(0).mask, masks[n]);
    }
  }
}

TEST_F(WorkerProcessTest, WorkersThatAlwaysDieEndTheCampaign) {
  EXPECT_THROW(run(std::vector<uint64_t>(50, 0x80), 1), std::runtime_error);
}

TEST_F(WorkerProcessTest, WhatAPilotGaveReachesWorkersHiredBeforeAndAfterIt) {
  constexpr uint64_t kPilot = 10;
  std::vector<uint64_t> masks(30, 0x80);
  std::fill_n(masks.begin(), kPilot, 1);
  MaskedExperiments source(masks, kPilot);
  campaign::ExperimentRunner runner(target_, 2);
  WorkerProcess worker(runner, source);
  Scheduler scheduler({&worker});
  run(scheduler, source, 0, kPilot);
  scheduler.settle({{0x81, 0}});
  source.settle({{0x81, 0}});
  EXPECT_THAT(run(scheduler, source, kPilot, kPilot + 2),
              testing::Each(testing::Field(&ExperimentRow::tool_error, testing::HasSubstr("killed"))));
  scheduler.settle({{2, 0}});
  source.settle({{2, 0}});
  for (const ExperimentRow& row : run(scheduler, source, kPilot + 2, masks.size())) {
    EXPECT_EQ(row.faults.list().at(0).mask, 2u);
    EXPECT_EQ(row.tool_error, "");
  }
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
  EXPECT_EQ(count_rows(pack(rows)), 2u);
  EXPECT_EQ(canonical(rows[0]), canonical(row));
  EXPECT_EQ(canonical(rows[1]), canonical({}));
  EXPECT_EQ(rows[0].faults.front().mask, uint64_t{1} << 63);
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
