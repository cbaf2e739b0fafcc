#include "sim/parallel/scheduler.h"

#include <algorithm>
#include <utility>

namespace faultline::parallel {
namespace {

/// A lane gets at most this part of its fair share of what is left.
constexpr size_t kPart = 4;

}  // namespace

Scheduler::Scheduler(const std::vector<Lane*>& lanes) : lanes_(lanes) {
  for (Lane* lane : lanes) {
    employed_.push_back({lane, {}});
    width_ += lane->width();
  }
}

void Scheduler::settle(const std::vector<inject::PilotCount>& by_stratum) {
  for (Lane* lane : lanes_) {
    lane->settle(by_stratum);
  }
}

bool Scheduler::wants_more(const Employed& employed) const {
  return employed.unanswered == 0 || (employed.lane->works_ahead() && employed.unanswered <= employed.sent / 2);
}

void Scheduler::feed(Employed& employed, campaign::RunQueue& queue) {
  const size_t width = employed.lane->width();
  const size_t fair = static_cast<size_t>(queue.left()) * width / (width_ * kPart);
  Share share;
  share.runs = queue.take(std::clamp(employed.share.runs(), width, std::max(width, fair)));
  if (share.runs.empty()) {
    return;
  }
  share.ask = queue.ask(share.runs.size());
  if (employed.unanswered == 0) {
    employed.share.begin(ShareSize::Clock::now());
  }
  employed.sent = share.runs.size();
  employed.unanswered += share.runs.size();
  employed.lane->send(share);
}

/// True when rows had come.
bool Scheduler::collect(Employed& employed, campaign::RunQueue& queue, const RowSink& sink) {
  Answers answers = employed.lane->receive();
  for (const campaign::RangeRuns& told : answers.told) {
    queue.plan(told);
  }
  if (answers.rows.empty()) {
    return false;
  }
  employed.unanswered -= answers.rows.size();
  employed.share.add(answers.rows.size(), ShareSize::Clock::now());
  sink(std::move(answers.rows));
  return true;
}

void Scheduler::run(campaign::RunQueue& queue, const RowSink& sink) {
  while (true) {
    bool under_way = false;
    for (Employed& employed : employed_) {
      if (wants_more(employed)) {
        feed(employed, queue);
      }
      under_way = under_way || employed.unanswered > 0;
    }
    if (!under_way) {
      return;
    }
    wait_for_any(lanes_);
    for (Employed& employed : employed_) {
      if (collect(employed, queue, sink) && wants_more(employed)) {
        feed(employed, queue);
      }
    }
  }
}

}  // namespace faultline::parallel
