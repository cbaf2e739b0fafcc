#include "sim/parallel/worker_process.h"

#include <algorithm>
#include <boost/interprocess/anonymous_shared_memory.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <deque>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/parallel/task_messages.h"

namespace faultline::parallel {
namespace {

/// Workers that die in a row without finishing a task, before the watcher gives up.
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
constexpr std::chrono::milliseconds kRowsTogether{2};

/// Which task of a frame the worker is at, where its watcher sees it also after the worker's death.
class TaskMark {
 public:
  TaskMark() : mark_(boost::interprocess::anonymous_shared_memory(sizeof(uint64_t))) { set(0); }
  void set(uint64_t task) { *static_cast<volatile uint64_t*>(mark_.get_address()) = task; }
  uint64_t get() const { return *static_cast<const volatile uint64_t*>(mark_.get_address()); }

 private:
  boost::interprocess::mapped_region mark_;
};

/// The worker: runs what it is sent, a row back for every task, in order.
[[noreturn]] void work(int descriptor, campaign::ExperimentRunner& runner, TaskMark& mark) {
  while (const auto frame = receive_blocking(descriptor)) {
    const std::vector<campaign::Task> tasks = unpack_tasks(*frame);
    std::vector<campaign::ExperimentRow> rows;
    auto sent = std::chrono::steady_clock::now();
    for (size_t i = 0; i < tasks.size(); ++i) {
      mark.set(i);
      rows.push_back(runner.run(tasks[i]));
      const auto now = std::chrono::steady_clock::now();
      if (i + 1 < tasks.size() && now - sent < kRowsTogether) {
        continue;
      }
      if (!send_blocking(descriptor, pack(rows))) {
        ::_exit(0);
      }
      rows.clear();
      sent = now;
    }
  }
  ::_exit(0);
}

/// Stands between the campaign and one worker at a time.
class Watcher {
 public:
  Watcher(int descriptor, campaign::ExperimentRunner& runner) : master_(descriptor), runner_(runner) { hire(); }
  [[noreturn]] void run();

 private:
  void hire();
  void feed();
  void take_tasks();
  void take_rows();
  void bury();
  void wait();

  FrameSocket master_;
  campaign::ExperimentRunner& runner_;
  pid_t process_ = -1;
  std::unique_ptr<FrameSocket> worker_;
  std::deque<campaign::Task> waiting_;
  std::deque<campaign::Task> running_;  ///< sent to the worker and not answered, in order
  size_t answered_ = 0;                 ///< tasks of the frame before them
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
    work(pair.ends[1], runner_, mark_);
  }
  ::close(pair.ends[1]);
  worker_ = std::make_unique<FrameSocket>(pair.ends[0]);
}

/// One frame at a time, when the worker has nothing left to do.
void Watcher::feed() {
  if (running_.empty() && !waiting_.empty()) {
    running_.swap(waiting_);
    answered_ = 0;
    mark_.set(0);
    worker_->send(pack(std::vector<campaign::Task>(running_.begin(), running_.end())));
  }
}

void Watcher::take_tasks() {
  master_.pump();
  while (const auto frame = master_.receive()) {
    for (campaign::Task& task : unpack_tasks(*frame)) {
      waiting_.push_back(std::move(task));
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
    const auto rows = static_cast<std::ptrdiff_t>(unpack_rows(*frame).size());
    running_.erase(running_.begin(), running_.begin() + rows);
    answered_ += static_cast<size_t>(rows);
    deaths_ = 0;
    master_.send(*frame);
  }
  if (worker_->closed()) {
    bury();
  }
}

/// The task that the worker died at is answered for it; a new worker takes the others, those before it too whose rows
/// had not been sent.
void Watcher::bury() {
  int status = 0;
  ::waitpid(process_, &status, 0);
  if (++deaths_ > kMostDeaths) {
    ::_exit(1);
  }
  if (!running_.empty()) {
    const auto fatal =
        running_.begin() + static_cast<std::ptrdiff_t>(std::max<uint64_t>(mark_.get(), answered_) - answered_);
    const campaign::ExperimentRow row = runner_.failed(*fatal, description_of(status));
    master_.send(pack(std::vector<campaign::ExperimentRow>{row}));
    running_.erase(fatal);
    waiting_.insert(waiting_.begin(), running_.begin(), running_.end());
    running_.clear();
  }
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
    take_tasks();
    take_rows();
  }
}

[[noreturn]] void watch(int descriptor, campaign::ExperimentRunner& runner) {
  try {
    Watcher(descriptor, runner).run();
  } catch (const std::exception&) {
    // The campaign sees the socket close and says so.
  }
  ::_exit(1);
}

}  // namespace

WorkerProcess::WorkerProcess(campaign::ExperimentRunner& runner) {
  const SocketPair pair;
  const pid_t parent = ::getpid();
  watcher_ = checked_fork();
  if (watcher_ == 0) {
    end_with(parent);
    ::close(pair.ends[0]);
    watch(pair.ends[1], runner);
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

void WorkerProcess::send(const std::vector<campaign::Task>& tasks) {
  socket_->send(pack(tasks));
}

std::vector<campaign::ExperimentRow> WorkerProcess::receive() {
  socket_->pump();
  std::vector<campaign::ExperimentRow> rows;
  while (const auto frame = socket_->receive()) {
    for (campaign::ExperimentRow& row : unpack_rows(*frame)) {
      rows.push_back(std::move(row));
    }
  }
  if (socket_->closed() && rows.empty()) {
    throw std::runtime_error("worker processes keep dying");
  }
  return rows;
}

int WorkerProcess::descriptor() const {
  return socket_->descriptor();
}

bool WorkerProcess::unsent() const {
  return socket_->unsent();
}

}  // namespace faultline::parallel
