#include "sim/parallel/worker_process.h"

#include <algorithm>
#include <boost/interprocess/anonymous_shared_memory.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/campaign/campaign.h"
#include "sim/campaign/task_source.h"
#include "sim/parallel/task_messages.h"

namespace faultline::parallel {
namespace {

/// Workers that die in a row without finishing a run, before the watcher gives up.
constexpr int kMostDeaths = 3;

pid_t checked_fork() {
  const pid_t process = ::fork();
  if (process < 0) {
    throw std::system_error(errno, std::generic_category(), "fork");
  }
  return process;
}

/// The kernel kills this process when its parent ends.
void end_with(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) {
    ::_exit(1);
  }
}

std::string description_of(int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("the worker process was killed by signal {} ({})", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
  }
  return fmt::format("the worker process ended with status {}", WEXITSTATUS(status));
}

/// Rows are sent together until this much time has passed: a message costs more than a short experiment.
constexpr std::chrono::milliseconds kRowsTogether{20};

/// What a frame is: its first letter. To a worker:
constexpr char kShare = 's';
constexpr char kCounts = 'c';
/// From a worker:
constexpr char kTold = 't';
constexpr char kRows = 'r';

template <typename Content>
std::string frame_of(char kind, const Content& content) {
  return kind + pack(content);
}
std::string_view content_of(const std::string& frame) {
  return std::string_view(frame).substr(1);
}

/// A row as it is sent: many faults cost more than to draw them again where they are needed.
campaign::ExperimentRow light(campaign::ExperimentRow row) {
  constexpr size_t kMostFaultsSent = 32;
  if (row.faults.size() > kMostFaultsSent) {
    row.faults = {};
  }
  return row;
}

/// Which run of a frame the worker is at, where its watcher sees it also after the worker's death.
class TaskMark {
 public:
  TaskMark() : mark_(boost::interprocess::anonymous_shared_memory(sizeof(uint64_t))) { set(0); }
  void set(uint64_t task) { *static_cast<volatile uint64_t*>(mark_.get_address()) = task; }
  uint64_t get() const { return *static_cast<const volatile uint64_t*>(mark_.get_address()); }

 private:
  boost::interprocess::mapped_region mark_;
};

/// The worker: runs what it is sent, a row back for every run, in order.
class Worker {
 public:
  Worker(int descriptor, campaign::ExperimentRunner& runner, inject::ExperimentSource& source, TaskMark& mark)
      : descriptor_(descriptor), runner_(runner), source_(source), tasks_(source), mark_(mark) {}

  [[noreturn]] void work() {
    while (const auto frame = receive_blocking(descriptor_)) {
      if (frame->front() == kCounts) {
        tasks_.settle(unpack_counts(content_of(*frame)));
      } else {
        run(unpack_share(content_of(*frame)));
      }
    }
    ::_exit(0);
  }

 private:
  using Clock = std::chrono::steady_clock;

  void run(const Share& share) {
    if (share.ask.size() > 0) {
      send(
          frame_of(kTold, campaign::RangeRuns{share.ask, campaign::all_runs(source_, share.ask.first, share.ask.end)}));
    }
    const std::vector<campaign::Run>& runs = share.runs;
    sent_ = Clock::now();
    for (size_t i = 0; i < runs.size(); ++i) {
      mark_.set(i);
      rows_.push_back(light(runner_.run(tasks_.at(runs[i]))));
      if (i + 1 == runs.size() || Clock::now() - sent_ >= kRowsTogether) {
        send(frame_of(kRows, rows_));
        rows_.clear();
        sent_ = Clock::now();
      }
    }
  }
  void send(const std::string& frame) {
    if (!send_blocking(descriptor_, frame)) {
      ::_exit(0);
    }
  }

  int descriptor_;
  campaign::ExperimentRunner& runner_;
  const inject::ExperimentSource& source_;
  campaign::TaskSource tasks_;
  TaskMark& mark_;
  std::vector<campaign::ExperimentRow> rows_;  ///< not sent
  Clock::time_point sent_;
};

/// Stands between the campaign and one worker at a time.
class Watcher {
 public:
  Watcher(int descriptor, campaign::ExperimentRunner& runner, inject::ExperimentSource& source)
      : master_(descriptor), runner_(runner), source_(source) {
    hire();
  }
  [[noreturn]] void run();

 private:
  void hire();
  void feed();
  void take_frames();
  void take_rows();
  void bury();
  void wait();

  FrameSocket master_;
  campaign::ExperimentRunner& runner_;
  inject::ExperimentSource& source_;
  pid_t process_ = -1;
  std::unique_ptr<FrameSocket> worker_;
  Share waiting_;
  std::vector<campaign::Run> running_;  ///< sent to the worker, in order
  size_t answered_ = 0;                 ///< of running_
  TaskMark mark_;
  int deaths_ = 0;
};

void Watcher::hire() {
  const SocketPair pair;
  const pid_t parent = ::getpid();
  process_ = checked_fork();
  if (process_ == 0) {
    end_with(parent);
    ::close(pair.ends[0]);
    ::close(master_.descriptor());
    Worker(pair.ends[1], runner_, source_, mark_).work();
  }
  ::close(pair.ends[1]);
  worker_ = std::make_unique<FrameSocket>(pair.ends[0]);
}

/// One frame at a time, when the worker has nothing left to do.
void Watcher::feed() {
  if (answered_ == running_.size() && !waiting_.runs.empty()) {
    mark_.set(0);  // before the worker can begin
    worker_->send(frame_of(kShare, waiting_));
    running_.swap(waiting_.runs);
    waiting_ = {};
    answered_ = 0;
  }
}

void Watcher::take_frames() {
  master_.pump();
  while (const auto frame = master_.receive()) {
    if (frame->front() == kCounts) {
      source_.settle(unpack_counts(content_of(*frame)));
      worker_->send(*frame);
    } else {
      const Share share = unpack_share(content_of(*frame));
      waiting_.runs.insert(waiting_.runs.end(), share.runs.begin(), share.runs.end());
      waiting_.ask = share.ask;
    }
  }
  if (master_.closed()) {
    ::kill(process_, SIGKILL);
    ::_exit(0);
  }
}

void Watcher::take_rows() {
  worker_->pump();
  while (const auto frame = worker_->receive()) {
    if (frame->front() == kRows) {
      answered_ += count_rows(content_of(*frame));
      deaths_ = 0;
    }
    master_.send(*frame);
  }
  if (worker_->closed()) {
    bury();
  }
}

/// The run that the worker died at is answered for it; a new worker takes the others, those before it too whose rows
/// had not been sent.
void Watcher::bury() {
  int status = 0;
  ::waitpid(process_, &status, 0);
  if (mark_.get() > answered_) {
    deaths_ = 0;  // it had finished runs, whose rows are lost with it
  }
  if (++deaths_ > kMostDeaths) {
    ::_exit(1);
  }
  if (answered_ < running_.size()) {
    const auto fatal = running_.begin() + static_cast<std::ptrdiff_t>(std::max<uint64_t>(mark_.get(), answered_));
    const campaign::ExperimentRow row = runner_.failed(campaign::task_of(source_, *fatal), description_of(status));
    master_.send(frame_of(kRows, std::vector<campaign::ExperimentRow>{light(row)}));
    waiting_.runs.insert(waiting_.runs.begin(), fatal + 1, running_.end());
    waiting_.runs.insert(waiting_.runs.begin(), running_.begin() + static_cast<std::ptrdiff_t>(answered_), fatal);
  }
  running_.clear();
  answered_ = 0;
  hire();
}

void Watcher::wait() {
  const auto events = [](const FrameSocket& socket) {
    return static_cast<short>(POLLIN | (socket.unsent() ? POLLOUT : 0));
  };
  pollfd descriptors[] = {{master_.descriptor(), events(master_), 0}, {worker_->descriptor(), events(*worker_), 0}};
  ::poll(descriptors, 2, -1);
}

void Watcher::run() {
  while (true) {
    feed();
    wait();
    take_frames();
    take_rows();
  }
}

[[noreturn]] void watch(int descriptor, campaign::ExperimentRunner& runner, inject::ExperimentSource& source) {
  try {
    Watcher(descriptor, runner, source).run();
  } catch (const std::exception&) {
    // The campaign sees the socket close and says so.
  }
  ::_exit(1);
}

}  // namespace

WorkerProcess::WorkerProcess(campaign::ExperimentRunner& runner, inject::ExperimentSource& source) {
  const SocketPair pair;
  const pid_t parent = ::getpid();
  watcher_ = checked_fork();
  if (watcher_ == 0) {
    end_with(parent);
    ::close(pair.ends[0]);
    watch(pair.ends[1], runner, source);
  }
  ::close(pair.ends[1]);
  socket_ = std::make_unique<FrameSocket>(pair.ends[0]);
}

WorkerProcess::~WorkerProcess() {
  // Closing the socket would not reach it while other watchers hold copies. The worker ends with it.
  ::kill(watcher_, SIGKILL);
  int status = 0;
  ::waitpid(watcher_, &status, 0);
}

void WorkerProcess::send(const Share& share) {
  socket_->send(frame_of(kShare, share));
}

void WorkerProcess::settle(const std::vector<inject::PilotCount>& by_stratum) {
  socket_->send(frame_of(kCounts, by_stratum));
}

Answers WorkerProcess::receive() {
  socket_->pump();
  Answers answers;
  bool any = false;
  while (const auto frame = socket_->receive()) {
    any = true;
    if (frame->front() == kTold) {
      answers.told.push_back(unpack_told(content_of(*frame)));
      continue;
    }
    std::vector<campaign::ExperimentRow> rows = unpack_rows(content_of(*frame));
    if (answers.rows.empty()) {
      answers.rows = std::move(rows);
    } else {
      std::move(rows.begin(), rows.end(), std::back_inserter(answers.rows));
    }
  }
  if (socket_->closed() && !any) {
    throw std::runtime_error("worker processes keep dying");
  }
  return answers;
}

int WorkerProcess::descriptor() const {
  return socket_->descriptor();
}

bool WorkerProcess::unsent() const {
  return socket_->unsent();
}

}  // namespace faultline::parallel
