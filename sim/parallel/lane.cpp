#include "sim/parallel/lane.h"

#include <algorithm>

#include <poll.h>

namespace faultline::parallel {

void wait_for_any(const std::vector<Lane*>& lanes) {
  constexpr int kAskAgain = 1;  // ms
  constexpr int kForEver = -1;
  std::vector<pollfd> descriptors;
  int timeout = kForEver;
  for (const Lane* lane : lanes) {
    if (lane->descriptor() < 0) {
      timeout = kAskAgain;
    } else {
      const int events = POLLIN | (lane->unsent() ? POLLOUT : 0);
      descriptors.push_back({lane->descriptor(), static_cast<short>(events), 0});
    }
  }
  ::poll(descriptors.data(), descriptors.size(), timeout);
}

}  // namespace faultline::parallel
