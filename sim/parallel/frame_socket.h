#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace faultline::parallel {

/// One end of a connected stream socket that carries whole messages (frames: eight bytes of length, then the bytes) and
/// never blocks: what cannot be sent yet waits in memory. Owns the descriptor.
class FrameSocket {
 public:
  explicit FrameSocket(int descriptor);
  ~FrameSocket();
  FrameSocket(FrameSocket&& other) noexcept;
  FrameSocket& operator=(FrameSocket&&) = delete;

  int descriptor() const { return descriptor_; }
  /// Queues a frame and sends what the socket takes.
  void send(const std::string& frame);
  /// Sends more of what is queued, reads what has come.
  void pump();
  /// True when frames wait for the socket to take more: poll for POLLOUT.
  bool unsent() const { return sent_ < out_.size(); }
  /// The next whole frame that has come, in order.
  std::optional<std::string> receive();
  /// True when the other end has gone; whole frames that came before can still be received.
  bool closed() const { return closed_; }

 private:
  void write_some();
  void read_some();

  int descriptor_;
  bool closed_ = false;
  std::string out_;
  size_t sent_ = 0;
  std::string in_;
  size_t taken_ = 0;
};

/// A connected pair of descriptors. Throws std::system_error.
struct SocketPair {
  SocketPair();
  int ends[2];
};

/// For the process at the end of the line, which has nothing else to do: blocks until a frame has come; nothing when
/// the other end has gone.
std::optional<std::string> receive_blocking(int descriptor);
/// Blocks until the frame is sent; false when the other end has gone.
bool send_blocking(int descriptor, const std::string& frame);

}  // namespace faultline::parallel
