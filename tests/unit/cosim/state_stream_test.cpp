// States that another process writes, shown by a mirror, and what a history says of them.
#include "sim/cosim/state_stream.h"

#include <stdexcept>

#include <gtest/gtest.h>

#include "sim/cosim/state_history.h"

namespace faultline::cosim {
namespace {

/// Two rows of three padded counters, and a wire that is twice the first one of a row.
class Machine {
 public:
  Machine() {
    hw::StateField counter;
    counter.path = "counter[*][*]";
    counter.bits = 16;
    counter.dimensions = {2, 3};
    counters_ = table_.add<uint16_t>(counter, 5);
    hw::StateField twice;
    twice.path = "twice[*]";
    twice.bits = 16;
    twice.dimensions = {2};
    twice.read_wire = [this](size_t row) { return 2 * table_.peek({0, 3 * row}); };
    table_.add_wire(twice);
  }
  void set(size_t element, uint64_t value) { table_.poke({0, element}, value); }
  const hw::StateTable& table() const { return table_; }

 private:
  hw::StateTable table_;
  hw::StateArray<uint16_t> counters_;
};

TEST(StateStream, MirrorsAnotherProcess) {
  StateProcess process([](StateWriter& writer) {
    Machine machine;
    for (uint64_t cycle = 0; cycle < 50; ++cycle) {
      machine.set(3, cycle / 20);
      writer.cycle(cycle, image_of(machine.table()));
    }
    writer.end_of_run(77);
  });
  const Machine machine;
  const StateImage layout = image_of(machine.table());
  StateMirror reference(machine.table());
  StateMirror other(machine.table());
  StateHistory history(20);
  for (uint64_t cycle = 0; cycle < 50; ++cycle) {
    StateMessage message = process.next(layout);
    ASSERT_EQ(message.kind, StateMessage::Kind::kCycle);
    ASSERT_EQ(message.number, cycle);
    reference.show(message.image);
    EXPECT_EQ(reference.table().peek({0, 3}), cycle / 20);
    EXPECT_EQ(reference.table().peek({1, 1}), 2 * (cycle / 20));
    history.add({cycle, message.image, layout});
  }
  const StateMessage end = process.next(layout);
  EXPECT_EQ(end.kind, StateMessage::Kind::kEndOfRun);
  EXPECT_EQ(end.number, 77U);
  EXPECT_THROW(process.next(layout), std::runtime_error);

  EXPECT_EQ(history.entries().size(), 20U);
  const std::optional<LastWriter> last = history.last_change({0, 3}, 49, reference, other);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->cycle, 40U);
  EXPECT_EQ(last->reference, 2U);
  EXPECT_EQ(last->other, 0U);
  EXPECT_FALSE(history.last_change({0, 3}, 39, reference, other));
}

}  // namespace
}  // namespace faultline::cosim
