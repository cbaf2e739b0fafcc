#pragma once

namespace faultline::hw {

/// Lets a block skip steps that cannot change its state.
///
/// A block whose inputs have been idle for `bound` cycles in a row holds only idle words in its pipelines, so another
/// idle step writes every register with the value it has. Anything that changes state from outside (a fault, a restored
/// snapshot) starts the count again.
class Quiescence {
 public:
  explicit Quiescence(int bound) : bound_(bound) {}

  /// True when this step may be skipped. Call once per step.
  bool skip(bool inputs_idle) {
    idle_ = inputs_idle ? idle_ + (idle_ <= bound_ ? 1 : 0) : 0;
    return idle_ > bound_;
  }
  void state_changed() { idle_ = 0; }

 private:
  int bound_;
  int idle_ = 0;
};

}  // namespace faultline::hw
