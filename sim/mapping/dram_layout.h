#pragma once

#include <cstdint>
#include <string>

namespace faultline::mapping {

/// Hands out DRAM: first what never changes (weights, parameters, tables), then one input and one output region that
/// all layers share, because the host moves activations between layers.
class DramLayout {
 public:
  /// `dram_bytes` is what there is; `network` names the file in messages.
  DramLayout(int64_t dram_bytes, std::string network) : limit_(dram_bytes), network_(std::move(network)) {}

  /// An aligned region of `bytes`. Throws UserError naming dram_bytes when it does not fit.
  int64_t allocate(int64_t bytes);
  /// Bytes handed out so far.
  int64_t used() const { return next_; }

 private:
  int64_t limit_;
  std::string network_;
  int64_t next_ = 0;
};

}  // namespace faultline::mapping
