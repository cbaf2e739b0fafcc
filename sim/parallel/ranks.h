#pragma once

#include <memory>
#include <optional>
#include <string>

namespace faultline::parallel {

/// What a message between ranks is about.
enum class MessageKind { kWidth, kRuns, kCounts, kRows, kStop };

struct Message {
  int rank = 0;  ///< who sent it
  MessageKind kind = MessageKind::kStop;
  std::string content;
};

/// The processes that mpirun started, this one among them. Messages between two ranks arrive in order.
class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Sends in the background.
  virtual void send(int rank, MessageKind kind, const std::string& content) = 0;
  /// A message that has come, if there is one. Never waits.
  virtual std::optional<Message> receive() = 0;
};

/// True when mpirun (or srun) started this process.
bool started_by_mpi();
/// Rank among those that mpirun started, known before connecting to them; 0 when it did not start this process.
int rank_before_start();

/// Connects to the other ranks. It starts threads: whatever is forked must have been forked before. Throws UserError
/// where the build lacks MPI.
std::unique_ptr<Ranks> connect_ranks();

/// What the MPI module exports as "faultline_connect_ranks".
using ConnectRanks = Ranks* (*)();

}  // namespace faultline::parallel
