#include "hw/protection/guarded_buffer.h"

#include "gtest/gtest.h"
#include "hw/protection/detection_monitor_core.h"
#include "hw/protection/protected_memories.h"

namespace faultline::hw {
namespace {

constexpr int64_t kBytes = 16;

/// A protected buffer alone in a state table.
class GuardedBufferTest : public testing::Test {
 protected:
  void build(const std::string& code, ErrorAction action) {
    config_.memories = {{"input", code, action}};
    buffer_ = std::make_unique<GuardedBuffer>(table_, config_, "input", kBytes);
    monitor_ = std::make_unique<DetectionMonitorCore>(table_);
  }
  void flip(const std::string& path, size_t element, uint64_t mask) {
    const Site site{table_.field_index(path), element};
    table_.poke(site, table_.peek(site) ^ mask);
  }
  uint64_t report(const std::string& name) {
    return table_.peek({table_.field_index("protection.input.report." + name), 0});
  }

  StateTable table_;
  ProtectionConfig config_;
  std::unique_ptr<GuardedBuffer> buffer_;
  std::unique_ptr<DetectionMonitorCore> monitor_;
};

TEST_F(GuardedBufferTest, WithoutProtectionIsABuffer) {
  GuardedBuffer plain(table_, config_, "input", kBytes);
  EXPECT_EQ(table_.fields().size(), 1U);
  plain.write(3, -7);
  EXPECT_EQ(plain.read(3), -7);
  EXPECT_EQ(plain.read(-1), 0);
  EXPECT_FALSE(DetectionMonitorCore(table_).watches_any());
}

TEST_F(GuardedBufferTest, SecDedCorrectsOnEveryReadAndLeavesTheWord) {
  build("secded", ErrorAction::kFlag);
  buffer_->write(3, -7);
  EXPECT_EQ(buffer_->read(3), -7);
  monitor_->look(4);
  EXPECT_FALSE(monitor_->record());
  flip("buffer.input[*]", 3, 0x10);
  EXPECT_EQ(buffer_->read(3), -7);
  EXPECT_EQ(buffer_->read(3), -7);
  EXPECT_EQ(report("corrected"), 2U);
  EXPECT_EQ(report("errors"), 0U);
  EXPECT_FALSE(ProtectedMemories(table_, config_).all_right());
  monitor_->look(5);
  monitor_->look(6);
  ASSERT_TRUE(monitor_->record());
  EXPECT_EQ(monitor_->record()->unit, "protection.input");
  EXPECT_EQ(monitor_->record()->cycle, 5U);
  EXPECT_TRUE(monitor_->record()->corrected);
  EXPECT_FALSE(monitor_->record()->alarm);
  buffer_->write(3, 1);
  EXPECT_TRUE(ProtectedMemories(table_, config_).all_right());
}

TEST_F(GuardedBufferTest, SecDedRaisesTheAlarmAndPassesTheWordOn) {
  build("secded", ErrorAction::kFlag);
  buffer_->write(0, 0x55);
  flip("buffer.input[*]", 0, 0x03);
  EXPECT_EQ(buffer_->read(0), 0x56);
  EXPECT_EQ(report("flags"), ReportRegisters::kAlarm);
  monitor_->look(9);
  ASSERT_TRUE(monitor_->record());
  EXPECT_TRUE(monitor_->record()->alarm);
  EXPECT_FALSE(monitor_->record()->corrected);
}

TEST_F(GuardedBufferTest, ParityMayReadAsZero) {
  build("parity", ErrorAction::kZero);
  buffer_->write(0, 0x55);
  flip("protection.input.check[*]", 0, 1);
  EXPECT_EQ(buffer_->read(0), 0);
  EXPECT_EQ(report("flags"), ReportRegisters::kReplaced);
  EXPECT_EQ(report("errors"), 1U);
  monitor_->look(0);
  EXPECT_FALSE(monitor_->record()->alarm);
  EXPECT_FALSE(monitor_->record()->corrected);
}

TEST_F(GuardedBufferTest, PlacesOutOfRangeHaveNoCheckBits) {
  build("secded", ErrorAction::kFlag);
  buffer_->write(kBytes, 5);
  EXPECT_EQ(buffer_->read(kBytes), 0);
  EXPECT_EQ(buffer_->read(-1), 0);
  EXPECT_EQ(report("flags"), 0U);
}

TEST_F(GuardedBufferTest, AStruckFlagIsAFalseAlarm) {
  build("secded", ErrorAction::kFlag);
  flip("protection.input.report.flags", 0, ReportRegisters::kAlarm);
  monitor_->look(2);
  ASSERT_TRUE(monitor_->record());
  EXPECT_TRUE(monitor_->record()->alarm);
  monitor_->set_record(std::nullopt);
  EXPECT_FALSE(monitor_->record());
}

}  // namespace
}  // namespace faultline::hw
