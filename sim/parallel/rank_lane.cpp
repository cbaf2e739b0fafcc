#include "sim/parallel/rank_lane.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <string>
#include <thread>
#include <utility>

#include "sim/parallel/task_messages.h"

namespace faultline::parallel {
namespace {

constexpr std::chrono::milliseconds kAskAgain{1};

size_t total_width(const std::vector<Lane*>& lanes) {
  size_t width = 0;
  for (const Lane* lane : lanes) {
    width += lane->width();
  }
  return width;
}

Message wait_for_message(Ranks& ranks) {
  std::optional<Message> message = ranks.receive();
  while (!message) {
    std::this_thread::sleep_for(kAskAgain);
    message = ranks.receive();
  }
  return *message;
}

/// Gives runs to lanes as they become free.
class Desk {
 public:
  explicit Desk(const std::vector<Lane*>& lanes) : lanes_(lanes), unanswered_(lanes.size(), 0) {}

  void add(const std::vector<campaign::Run>& runs) { waiting_.insert(waiting_.end(), runs.begin(), runs.end()); }
  void feed() {
    // Each a part of what waits, so that the last that come are divided fairly.
    const size_t share = waiting_.size() / (2 * lanes_.size()) + 1;
    for (size_t lane = 0; lane < lanes_.size(); ++lane) {
      if (!waiting_.empty() && unanswered_[lane] == 0) {
        const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(share, waiting_.size()));
        lanes_[lane]->send({{waiting_.begin(), end}, {}});
        unanswered_[lane] += static_cast<size_t>(end - waiting_.begin());
        waiting_.erase(waiting_.begin(), end);
      }
    }
  }
  std::vector<campaign::ExperimentRow> collect() {
    std::vector<campaign::ExperimentRow> all;
    for (size_t lane = 0; lane < lanes_.size(); ++lane) {
      for (campaign::ExperimentRow& row : lanes_[lane]->receive().rows) {
        --unanswered_[lane];
        all.push_back(std::move(row));
      }
    }
    return all;
  }

 private:
  std::vector<Lane*> lanes_;
  std::vector<size_t> unanswered_;
  std::deque<campaign::Run> waiting_;
};

/// Stands among the lanes so that waiting for them ends soon enough to ask for messages.
class MessageClock : public Lane {
 public:
  size_t width() const override { return 0; }
  bool works_ahead() const override { return false; }
  void send(const Share& /*share*/) override {}
  void settle(const std::vector<inject::PilotCount>& /*by_stratum*/) override {}
  Answers receive() override { return {}; }
  int descriptor() const override { return -1; }
  bool unsent() const override { return false; }
};

}  // namespace

/// One other rank, as rank 0 sees it.
class RankLanes::RankLane : public Lane {
 public:
  RankLane(RankLanes& all, int rank, size_t width) : all_(all), rank_(rank), width_(width) {}

  size_t width() const override { return width_; }
  bool works_ahead() const override { return true; }
  /// What it is asked beside the runs would come back too late.
  void send(const Share& share) override { all_.ranks_.send(rank_, MessageKind::kRuns, pack(Share{share.runs, {}})); }
  void settle(const std::vector<inject::PilotCount>& by_stratum) override {
    all_.ranks_.send(rank_, MessageKind::kCounts, pack(by_stratum));
  }
  Answers receive() override {
    all_.collect();
    return {std::exchange(rows_, {}), {}};
  }
  int descriptor() const override { return -1; }
  bool unsent() const override { return false; }

  void deliver(std::vector<campaign::ExperimentRow> rows) {
    for (campaign::ExperimentRow& row : rows) {
      rows_.push_back(std::move(row));
    }
  }

 private:
  RankLanes& all_;
  int rank_;
  size_t width_;
  std::vector<campaign::ExperimentRow> rows_;
};

RankLanes::RankLanes(Ranks& ranks) : ranks_(ranks) {
  while (static_cast<int>(lanes_.size()) + 1 < ranks_.size()) {
    const Message message = wait_for_message(ranks_);
    lanes_[message.rank] = std::make_unique<RankLane>(*this, message.rank, std::stoul(message.content));
  }
}

RankLanes::~RankLanes() {
  for (const auto& [rank, lane] : lanes_) {
    ranks_.send(rank, MessageKind::kStop, "");
  }
}

std::vector<Lane*> RankLanes::lanes() {
  std::vector<Lane*> all;
  for (const auto& [rank, lane] : lanes_) {
    all.push_back(lane.get());
  }
  return all;
}

void RankLanes::collect() {
  while (const std::optional<Message> message = ranks_.receive()) {
    lanes_.at(message->rank)->deliver(unpack_rows(message->content));
  }
}

void serve_rank(Ranks& ranks, const std::vector<Lane*>& lanes) {
  ranks.send(0, MessageKind::kWidth, std::to_string(total_width(lanes)));
  Desk desk(lanes);
  MessageClock clock;
  std::vector<Lane*> waiting_for = lanes;
  waiting_for.push_back(&clock);
  while (true) {
    while (const std::optional<Message> message = ranks.receive()) {
      if (message->kind == MessageKind::kStop) {
        return;
      }
      if (message->kind == MessageKind::kCounts) {
        for (Lane* lane : lanes) {
          lane->settle(unpack_counts(message->content));
        }
      } else {
        desk.add(unpack_share(message->content).runs);
      }
    }
    desk.feed();
    wait_for_any(waiting_for);
    const std::vector<campaign::ExperimentRow> rows = desk.collect();
    if (!rows.empty()) {
      ranks.send(0, MessageKind::kRows, pack(rows));
    }
  }
}

}  // namespace faultline::parallel
