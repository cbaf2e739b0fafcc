#include "sim/inject/fault_injection_controller.h"

#include <memory>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "sim/inject/fault_injection_initiator.h"

namespace faultline::inject {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

const sc_time kPeriod(1, SC_NS);

/// A core with an 8-bit counter, a register that follows the wire `twice` = 2 x counter, and a memory that nothing
/// writes.
class FakeCore : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  hw::StateTable table;
  hw::FaultTaps taps{&table};

  FakeCore(const sc_core::sc_module_name& name, const hw::CycleClock& cycles) : sc_module(name), cycles_(cycles) {
    counter_ = table.add<uint8_t>(field("core.counter", 8, {}));
    follower_ = table.add<uint16_t>(field("core.follower", 9, {}));
    hw::StateField memory = field("core.memory[*]", 16, {4});
    memory.kind = hw::StateKind::kMemory;
    table.add<uint16_t>(memory);
    hw::StateField wire = field("core.twice", 9, {});
    wire.read_wire = [this](size_t) { return twice(); };
    table.add_wire(wire);
    hw::StateField outside = field("dram.request", 8, {});
    outside.kind = hw::StateKind::kEnvironment;
    table.add<uint8_t>(outside);
    SC_HAS_PROCESS(FakeCore);
    SC_METHOD(step);
    sensitive << clock.pos();
    dont_initialize();
  }

  /// The counter after each cycle, indexed by cycle.
  std::vector<int> counter_trace;
  std::vector<int> follower_trace;

 private:
  static hw::StateField field(const char* path, int bits, std::vector<int> dimensions) {
    hw::StateField made;
    made.path = path;
    made.bits = bits;
    made.dimensions = std::move(dimensions);
    return made;
  }
  uint64_t twice() const { return taps.apply_wire({3, 0}, 2u * counter_[0] & 0x1FFu, last_cycle_); }
  void step() {
    const auto next_follower = static_cast<uint16_t>(twice());
    const auto next_counter = static_cast<uint8_t>(counter_[0] + 1);
    follower_[0] = next_follower;
    counter_[0] = next_counter;
    last_cycle_ = cycles_.cycle();
    taps.apply_registers(last_cycle_);
    counter_trace.push_back(counter_[0]);
    follower_trace.push_back(follower_[0]);
  }

  const hw::CycleClock& cycles_;
  hw::StateArray<uint8_t> counter_;
  hw::StateArray<uint16_t> follower_;
  uint64_t last_cycle_ = 0;
};

class FaultInjectionControllerTest : public testing::Test {
 protected:
  FaultInjectionControllerTest() {
    core.clock(clock);
    initiator.socket.bind(controller.socket);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);  // elaborates: sockets answer from here on
  }
  /// One access at address; returns the response.
  tlm::tlm_response_status access(tlm::tlm_command command, uint64_t address, unsigned int bytes,
                                  sc_time delay = sc_core::SC_ZERO_TIME) {
    std::vector<unsigned char> data(bytes + 1);
    tlm::tlm_generic_payload transaction;
    transaction.set_command(command);
    transaction.set_address(address);
    transaction.set_data_ptr(data.data());
    transaction.set_data_length(bytes);
    transaction.set_streaming_width(bytes);
    initiator.socket->b_transport(transaction, delay);
    EXPECT_EQ(delay == sc_core::SC_ZERO_TIME || !transaction.is_response_ok(), true);
    return transaction.get_response_status();
  }

  hw::CycleClock cycles{kPeriod};
  // The first edge comes one period after the start, as cycle 1 of simulated time.
  sc_core::sc_clock clock{"clock", kPeriod, 0.5, kPeriod};
  FakeCore core{"core", cycles};
  FaultInjectionController controller{"controller", core.table, [this](size_t) -> hw::FaultTaps& { return core.taps; },
                                      cycles};
  FaultInjectionInitiator initiator{"initiator"};

  void start_at_cycle_zero() { cycles.set_next_cycle(0); }
};

hw::Fault flip(hw::Site site, uint64_t mask, uint64_t start, uint64_t duration = 1, uint64_t period = 0) {
  return {site, mask, hw::FaultModel::kFlip, start, duration, period};
}

TEST_F(FaultInjectionControllerTest, FlipsARegisterOnceAtTheStartOfItsCycle) {
  start_at_cycle_zero();
  initiator.arm(flip({0, 0}, 0x40, 3));
  EXPECT_EQ(initiator.read32(kStatus), kStatusArmed | kStatusPending);
  sc_core::sc_start(7.5 * kPeriod);
  EXPECT_EQ(core.counter_trace, (std::vector<int>{1, 2, 3, 4 ^ 0x40, 0x45, 0x46, 0x47}));
  EXPECT_EQ(initiator.read64(kHitCountLow), 1u);
  EXPECT_EQ(initiator.read32(kStatus), kStatusArmed);
  EXPECT_EQ(initiator.read64(kCycleLow), 7u);
}

TEST_F(FaultInjectionControllerTest, FlipsAWireInEveryCycleOfItsWindow) {
  start_at_cycle_zero();
  initiator.arm(flip({3, 0}, 0x100, 1, 2));
  sc_core::sc_start(6 * kPeriod);
  // The follower takes the wire's value of the cycle before.
  EXPECT_EQ(core.follower_trace, (std::vector<int>{0, 2, 4 | 0x100, 6 | 0x100, 8}));
}

TEST_F(FaultInjectionControllerTest, SeveralFaultsActAtOnceAndStuckAtBeatsFlip) {
  start_at_cycle_zero();
  initiator.arm(flip({2, 1}, 0x8001, 0));
  initiator.arm(flip({2, 1}, 0x0003, 0));
  initiator.arm({{2, 1}, 0x8000, hw::FaultModel::kStuckAt0, 0, 0, 0});
  initiator.arm({{2, 2}, 0x00F0, hw::FaultModel::kStuckAt1, 2, 1, 4});
  sc_core::sc_start(2 * kPeriod);
  EXPECT_EQ(initiator.peek({2, 1}), 0x0002u);
  EXPECT_EQ(initiator.peek({2, 2}), 0u);
  sc_core::sc_start(3 * kPeriod);
  EXPECT_EQ(initiator.peek({2, 2}), 0x00F0u);
}

TEST_F(FaultInjectionControllerTest, DisarmingLeavesTheRunAsItWouldBe) {
  start_at_cycle_zero();
  initiator.arm(flip({0, 0}, 0xFF, 1));
  initiator.disarm();
  sc_core::sc_start(5 * kPeriod);
  EXPECT_EQ(core.counter_trace, (std::vector<int>{1, 2, 3, 4}));
  EXPECT_EQ(initiator.read32(kStatus), 0u);
}

TEST_F(FaultInjectionControllerTest, ArmingAtAnEdgeTakesEffectAtTheNextOneWhateverWakesTheInitiator) {
  start_at_cycle_zero();
  sc_core::sc_spawn([this] {
    wait(3 * kPeriod);  // the time of the edge that begins cycle 2, before the clock's event
    initiator.arm({{2, 0}, 1, hw::FaultModel::kStuckAt1, 0, 0, 0});
    wait(clock.posedge_event());
    EXPECT_EQ(core.table.peek({2, 0}), 0u) << "the edge at the time of arming must not see the fault";
    wait(clock.posedge_event());
    wait(sc_core::SC_ZERO_TIME);
    EXPECT_EQ(core.table.peek({2, 0}), 1u);
    initiator.arm({{2, 3}, 1, hw::FaultModel::kStuckAt1, 0, 0, 0});  // after the clock's event of this edge
    EXPECT_EQ(core.table.peek({2, 3}), 0u);
  });
  sc_core::sc_start(7 * kPeriod);
  EXPECT_EQ(core.table.peek({2, 0}), 1u);
  EXPECT_EQ(core.table.peek({2, 3}), 1u);
}

TEST_F(FaultInjectionControllerTest, HonoursTheAnnotatedDelay) {
  start_at_cycle_zero();
  sc_core::sc_spawn([this] {
    EXPECT_EQ(access(tlm::TLM_READ_COMMAND, kStatus, 4, 4 * kPeriod), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(sc_core::sc_time_stamp(), 4 * kPeriod);
  });
  sc_core::sc_start(6 * kPeriod);
  EXPECT_EQ(access(tlm::TLM_READ_COMMAND, kStatus, 4, kPeriod), tlm::TLM_GENERIC_ERROR_RESPONSE)
      << "nothing can wait between two runs";
}

TEST_F(FaultInjectionControllerTest, DebugReadsHaveNoSideEffects) {
  start_at_cycle_zero();
  initiator.arm(flip({2, 0}, 0xABCD, 0));
  sc_core::sc_start(4 * kPeriod);
  EXPECT_EQ(initiator.peek({2, 0}), 0xABCDu);
  EXPECT_EQ(initiator.peek({3, 0}), 6u) << "the wire";
  EXPECT_EQ(initiator.peek({4, 0}), 0u) << "what is outside may be read";
  const std::vector<std::byte> before = core.table.snapshot();
  unsigned char bytes[12] = {};
  tlm::tlm_generic_payload transaction;
  transaction.set_command(tlm::TLM_READ_COMMAND);
  transaction.set_address(value_address({2, 0}) + 1);
  transaction.set_data_ptr(bytes);
  transaction.set_data_length(sizeof bytes);
  transaction.set_streaming_width(sizeof bytes);
  EXPECT_EQ(initiator.socket->transport_dbg(transaction), sizeof bytes);
  EXPECT_EQ(bytes[0], 0xAB);
  EXPECT_EQ(bytes[1], 0);
  transaction.set_address(value_address({2, 3}));
  EXPECT_EQ(initiator.socket->transport_dbg(transaction), 0u) << "past the end of the field";
  transaction.set_command(tlm::TLM_WRITE_COMMAND);
  transaction.set_address(value_address({2, 0}));
  EXPECT_EQ(initiator.socket->transport_dbg(transaction), 0u);
  EXPECT_TRUE(core.table.equals(before));
}

TEST_F(FaultInjectionControllerTest, BadAccessesSetAResponseStatusAndChangeNothing) {
  EXPECT_EQ(access(tlm::TLM_READ_COMMAND, kRegisterBytes, 4), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(access(tlm::TLM_READ_COMMAND, kRegisterBytes - 4, 8), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(access(tlm::TLM_READ_COMMAND, ~uint64_t{0} & ~kValueWindow, 8), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(access(tlm::TLM_READ_COMMAND, kModel + 1, 4), tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(access(tlm::TLM_READ_COMMAND, kModel, 2), tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(access(tlm::TLM_READ_COMMAND, kModel, 0), tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(access(tlm::TLM_WRITE_COMMAND, kStatus, 4), tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(access(tlm::TLM_IGNORE_COMMAND, kModel, 4), tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(access(tlm::TLM_READ_COMMAND, value_address({5, 0}), 8), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(access(tlm::TLM_READ_COMMAND, value_address({2, 4}), 8), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(access(tlm::TLM_WRITE_COMMAND, value_address({2, 0}), 8), tlm::TLM_COMMAND_ERROR_RESPONSE);

  unsigned char enables[4] = {0xFF, 0xFF, 0xFF, 0xFF};
  unsigned char data[4] = {};
  tlm::tlm_generic_payload transaction;
  transaction.set_command(tlm::TLM_WRITE_COMMAND);
  transaction.set_address(kModel);
  transaction.set_data_ptr(data);
  transaction.set_data_length(4);
  transaction.set_streaming_width(4);
  transaction.set_byte_enable_ptr(enables);
  transaction.set_byte_enable_length(4);
  sc_time delay = sc_core::SC_ZERO_TIME;
  initiator.socket->b_transport(transaction, delay);
  EXPECT_EQ(transaction.get_response_status(), tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  tlm::tlm_dmi direct;
  EXPECT_FALSE(initiator.socket->get_direct_mem_ptr(transaction, direct));
}

TEST_F(FaultInjectionControllerTest, RefusedArmingSaysWhyAndArmsNothing) {
  EXPECT_THROW(initiator.arm(flip({4, 0}, 1, 0)), std::runtime_error) << "not injectable";
  EXPECT_EQ(initiator.read32(kStatus), kStatusUnknownSite);
  EXPECT_THROW(initiator.arm(flip({2, 4}, 1, 0)), std::runtime_error);
  EXPECT_EQ(initiator.read32(kStatus), kStatusUnknownSite);
  EXPECT_THROW(initiator.arm(flip({99, 0}, 1, 0)), std::runtime_error);
  EXPECT_EQ(initiator.read32(kFieldBits), 0u);
  EXPECT_THROW(initiator.arm(flip({0, 0}, 0x100, 0)), std::runtime_error);
  EXPECT_EQ(initiator.read32(kStatus), kStatusBadMask);
  EXPECT_THROW(initiator.arm(flip({0, 0}, 0, 0)), std::runtime_error);
  EXPECT_EQ(initiator.read32(kStatus), kStatusBadMask);
  EXPECT_THROW(initiator.arm({{0, 0}, 1, static_cast<hw::FaultModel>(3), 0, 1, 0}), std::runtime_error);
  EXPECT_EQ(initiator.read32(kStatus), kStatusUnknownModel);
  EXPECT_TRUE(core.taps.empty());
  initiator.arm(flip({0, 0}, 1, 0));
  EXPECT_EQ(initiator.read32(kStatus) & ~uint32_t{kStatusPending}, kStatusArmed);
}

TEST_F(FaultInjectionControllerTest, DescribesTheFaultSpace) {
  EXPECT_EQ(initiator.read32(kIdentity), kIdentityValue);
  EXPECT_EQ(initiator.read32(kFieldCount), 5u);
  EXPECT_EQ(initiator.read64(kSiteCountLow), 1u + 1 + 4 + 1) << "dram.request is not injectable";
  initiator.write32(kSiteField, 2);
  EXPECT_EQ(initiator.read32(kFieldBits), 16u);
  EXPECT_EQ(initiator.read32(kFieldElements), 4u);
  EXPECT_EQ(initiator.read32(kFieldKind), static_cast<uint32_t>(hw::StateKind::kMemory));
  initiator.write64(kStartLow, 0x123456789A);
  EXPECT_EQ(initiator.read32(kStartHigh), 0x12u);
  EXPECT_EQ(initiator.read64(kStartLow), 0x123456789Au);
}

}  // namespace
}  // namespace faultline::inject
