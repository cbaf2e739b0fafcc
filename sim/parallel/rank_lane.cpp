#include "sim/parallel/rank_lane.h"

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

/// Gives tasks to lanes one by one as they become free.
class Desk {
 public:
  explicit Desk(const std::vector<Lane*>& lanes) : lanes_(lanes), unanswered_(lanes.size(), 0) {}

  void add(std::vector<campaign::Task> tasks) {
    for (campaign::Task& task : tasks) {
      waiting_.push_back(std::move(task));
    }
  }
  void feed() {
    for (size_t lane = 0; lane < lanes_.size(); ++lane) {
      // One under way and one waiting, so that no lane runs dry.
      while (!waiting_.empty() && unanswered_[lane] <= lanes_[lane]->width()) {
        lanes_[lane]->send({waiting_.front()});
        waiting_.pop_front();
        ++unanswered_[lane];
      }
    }
  }
  std::vector<campaign::ExperimentRow> collect() {
    std::vector<campaign::ExperimentRow> all;
    for (size_t lane = 0; lane < lanes_.size(); ++lane) {
      for (campaign::ExperimentRow& row : lanes_[lane]->receive()) {
        --unanswered_[lane];
        all.push_back(std::move(row));
      }
    }
    return all;
  }

 private:
  std::vector<Lane*> lanes_;
  std::vector<size_t> unanswered_;
  std::deque<campaign::Task> waiting_;
};

/// Stands among the lanes so that waiting for them ends soon enough to ask for messages.
class MessageClock : public Lane {
 public:
  size_t width() const override { return 0; }
  void send(const std::vector<campaign::Task>& /*tasks*/) override {}
  std::vector<campaign::ExperimentRow> receive() override { return {}; }
  int descriptor() const override { return -1; }
  bool unsent() const override { return false; }
};

}  // namespace

/// One other rank, as rank 0 sees it.
class RankLanes::RankLane : public Lane {
 public:
  RankLane(RankLanes& all, int rank, size_t width) : all_(all), rank_(rank), width_(width) {}

  size_t width() const override { return width_; }
  void send(const std::vector<campaign::Task>& tasks) override {
    all_.ranks_.send(rank_, MessageKind::kTasks, pack(tasks));
  }
  std::vector<campaign::ExperimentRow> receive() override {
    all_.collect();
    return std::exchange(rows_, {});
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
      desk.add(unpack_tasks(message->content));
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
