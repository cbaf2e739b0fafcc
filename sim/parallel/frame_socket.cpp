#include "sim/parallel/frame_socket.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace faultline::parallel {
namespace {

constexpr size_t kHeaderBytes = sizeof(uint64_t);
constexpr size_t kReadBytes = 1 << 16;

std::string with_header(const std::string& frame) {
  const uint64_t length = frame.size();
  std::string bytes(kHeaderBytes, '\0');
  std::memcpy(bytes.data(), &length, kHeaderBytes);
  return bytes + frame;
}

uint64_t length_at(const char* header) {
  uint64_t length = 0;
  std::memcpy(&length, header, kHeaderBytes);
  return length;
}

bool try_again(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

bool read_fully(int descriptor, char* bytes, size_t count) {
  while (count > 0) {
    const ssize_t got = ::recv(descriptor, bytes, count, 0);
    if (got > 0) {
      bytes += got;
      count -= static_cast<size_t>(got);
    } else if (got == 0 || errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace

FrameSocket::FrameSocket(int descriptor) : descriptor_(descriptor) {
  ::fcntl(descriptor_, F_SETFL, O_NONBLOCK);
}

FrameSocket::~FrameSocket() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

FrameSocket::FrameSocket(FrameSocket&& other) noexcept
    : descriptor_(other.descriptor_),
      closed_(other.closed_),
      out_(std::move(other.out_)),
      sent_(other.sent_),
      in_(std::move(other.in_)),
      taken_(other.taken_) {
  other.descriptor_ = -1;
}

void FrameSocket::send(const std::string& frame) {
  out_ += with_header(frame);
  write_some();
}

void FrameSocket::pump() {
  write_some();
  read_some();
}

void FrameSocket::write_some() {
  while (!closed_ && unsent()) {
    const ssize_t done = ::send(descriptor_, out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
    if (done < 0) {
      // A closed end is noticed by reading, so that what it sent before is not lost.
      if (!try_again(errno)) {
        sent_ = out_.size();
      }
      break;
    }
    sent_ += static_cast<size_t>(done);
  }
  if (!unsent()) {
    out_.clear();
    sent_ = 0;
  }
}

void FrameSocket::read_some() {
  std::array<char, kReadBytes> bytes;
  while (!closed_) {
    const ssize_t got = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    if (got > 0) {
      in_.append(bytes.data(), static_cast<size_t>(got));
    } else if (got == 0 || !try_again(errno)) {
      closed_ = true;
    } else {
      break;
    }
  }
}

std::optional<std::string> FrameSocket::receive() {
  const size_t held = in_.size() - taken_;
  if (held < kHeaderBytes || held - kHeaderBytes < length_at(in_.data() + taken_)) {
    in_.erase(0, taken_);
    taken_ = 0;
    return std::nullopt;
  }
  const auto length = static_cast<size_t>(length_at(in_.data() + taken_));
  std::string frame = in_.substr(taken_ + kHeaderBytes, length);
  taken_ += kHeaderBytes + length;
  return frame;
}

SocketPair::SocketPair() {
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw std::system_error(errno, std::generic_category(), "socketpair");
  }
}

std::optional<std::string> receive_blocking(int descriptor) {
  std::array<char, kHeaderBytes> header;
  if (!read_fully(descriptor, header.data(), header.size())) {
    return std::nullopt;
  }
  std::string frame(static_cast<size_t>(length_at(header.data())), '\0');
  if (!read_fully(descriptor, frame.data(), frame.size())) {
    return std::nullopt;
  }
  return frame;
}

bool send_blocking(int descriptor, const std::string& frame) {
  const std::string bytes = with_header(frame);
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t done = ::send(descriptor, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (done < 0 && errno != EINTR) {
      return false;
    }
    sent += done > 0 ? static_cast<size_t>(done) : 0;
  }
  return true;
}

}  // namespace faultline::parallel
