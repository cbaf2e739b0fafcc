#include "sim/cosim/state_stream.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <system_error>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace faultline::cosim {

void StateWriter::cycle(uint64_t number, const StateImage& image) {
  const std::array<uint64_t, 2> head = {static_cast<uint64_t>(StateMessage::Kind::kCycle), number};
  write_all(head.data(), sizeof head);
  write_all(image.arena.data(), image.arena.size());
  write_all(image.wires.data(), image.wires.size() * sizeof(uint64_t));
}

void StateWriter::end_of_run(uint64_t digest) {
  const std::array<uint64_t, 2> head = {static_cast<uint64_t>(StateMessage::Kind::kEndOfRun), digest};
  write_all(head.data(), sizeof head);
}

void StateWriter::write_all(const void* data, size_t bytes) {
  const auto* next = static_cast<const std::byte*>(data);
  while (bytes > 0) {
    const ssize_t written = send(descriptor_, next, bytes, MSG_NOSIGNAL);
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      _exit(0);
    }
    next += written;
    bytes -= static_cast<size_t>(written);
  }
}

StateProcess::StateProcess(const std::function<void(StateWriter& writer)>& step) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) {
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
  std::fflush(nullptr);
  child_ = fork();
  if (child_ < 0) {
    throw std::system_error(errno, std::generic_category(), "fork");
  }
  if (child_ == 0) {
    close(ends[0]);
    try {
      StateWriter writer(ends[1]);
      step(writer);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "faultline: the reference's process: %s\n", error.what());
    }
    _exit(0);
  }
  close(ends[1]);
  descriptor_ = ends[0];
}

StateProcess::~StateProcess() {
  close(descriptor_);
  kill(child_, SIGKILL);
  while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

StateMessage StateProcess::next(const StateImage& layout) {
  std::array<uint64_t, 2> head{};
  read_all(head.data(), sizeof head);
  StateMessage message{static_cast<StateMessage::Kind>(head[0]), head[1], {}};
  if (message.kind == StateMessage::Kind::kCycle) {
    message.image.arena.resize(layout.arena.size());
    message.image.wires.resize(layout.wires.size());
    read_all(message.image.arena.data(), message.image.arena.size());
    read_all(message.image.wires.data(), message.image.wires.size() * sizeof(uint64_t));
  }
  return message;
}

void StateProcess::read_all(void* data, size_t bytes) {
  auto* next = static_cast<std::byte*>(data);
  while (bytes > 0) {
    const ssize_t got = recv(descriptor_, next, bytes, 0);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      throw std::runtime_error("the process of the reference has ended early");
    }
    next += got;
    bytes -= static_cast<size_t>(got);
  }
}

}  // namespace faultline::cosim
