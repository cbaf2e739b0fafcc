#include <algorithm>
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>
#include <boost/mpi/nonblocking.hpp>
#include <list>
#include <optional>
#include <string>
#include <utility>

#include "sim/parallel/ranks.h"

namespace faultline::parallel {
namespace {

/// Ranks over MPI. Only the thread that made it uses it.
class MpiRanks : public Ranks {
 public:
  ~MpiRanks() override {
    for (Sending& sending : sendings_) {
      sending.request.wait();
    }
  }

  int rank() const override { return world_.rank(); }
  int size() const override { return world_.size(); }

  void send(int rank, MessageKind kind, const std::string& content) override {
    sendings_.remove_if([](Sending& sending) { return sending.request.test().has_value(); });
    sendings_.push_back({content, {}});
    Sending& sending = sendings_.back();
    sending.request = world_.isend(rank, static_cast<int>(kind), sending.content);
  }

  std::optional<Message> receive() override {
    const boost::optional<boost::mpi::status> waiting = world_.iprobe();
    if (!waiting) {
      return std::nullopt;
    }
    Message message;
    message.rank = waiting->source();
    message.kind = static_cast<MessageKind>(waiting->tag());
    world_.recv(waiting->source(), waiting->tag(), message.content);
    return message;
  }

 private:
  /// A message on its way, and what must live until it has gone.
  struct Sending {
    std::string content;
    boost::mpi::request request;
  };

  boost::mpi::environment environment_{boost::mpi::threading::single};
  boost::mpi::communicator world_;
  std::list<Sending> sendings_;
};

}  // namespace
}  // namespace faultline::parallel

/// What connect_ranks() looks up; see ConnectRanks.
extern "C" __attribute__((visibility("default"))) faultline::parallel::Ranks* faultline_connect_ranks() {
  return new faultline::parallel::MpiRanks();
}
