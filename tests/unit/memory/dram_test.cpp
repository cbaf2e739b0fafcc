#include <cstring>
#include <numeric>
#include <vector>

#include "gtest/gtest.h"
#include "hw/memory/dram_content.h"
#include "hw/memory/dram_core.h"

namespace faultline::hw {
namespace {

TEST(DramContent, PutsBackThePagesThatAStrayStoreChanged) {
  DramContent content(64 * 1024);
  std::vector<uint8_t> image(3 * DramContent::kPageBytes);
  std::iota(image.begin(), image.end(), uint8_t{1});
  content.write(0, image.data(), image.size());
  content.mark_clean();

  const uint32_t stray = 0xDEADBEEF;
  content.write(DramContent::kPageBytes - 2, &stray, sizeof stray);  // across two pages
  const DramContent::Pages changed = content.changed_pages();
  EXPECT_EQ(changed.size(), 2u);

  std::vector<uint8_t> now(image.size());
  content.restore_clean();
  content.read(0, now.data(), now.size());
  EXPECT_EQ(now, image);

  content.restore(changed);
  uint32_t again = 0;
  content.read(DramContent::kPageBytes - 2, &again, sizeof again);
  EXPECT_EQ(again, stray);
}

TEST(DramContent, RangesNeverWrapAround) {
  const DramContent content(4096);
  EXPECT_TRUE(content.contains(4095, 1));
  EXPECT_FALSE(content.contains(4095, 2));
  EXPECT_FALSE(content.contains(~uint64_t{0}, 2));
}

class DramCoreTest : public testing::TestWithParam<int> {};

TEST_P(DramCoreTest, AnswersInOrderAfterTheLatency) {
  DramContent content(4096);
  for (uint8_t i = 0; i < 100; ++i) {
    content.write(i, &i, 1);
  }
  StateTable table;
  DramCore dram(GetParam(), content, table);
  std::vector<int> answered_at;
  std::vector<int> first_bytes;
  for (int cycle = 0; cycle < GetParam() + 20; ++cycle) {
    DramRequest request;
    request.valid = cycle < 3;
    request.count = 4;
    request.address = static_cast<uint32_t>(cycle) * 10;
    dram.step(request);
    if (dram.response().valid) {
      answered_at.push_back(cycle + 1);  // visible in the cycle after the edge
      first_bytes.push_back(dram.response().data.bytes[0]);
      EXPECT_FALSE(dram.response().error);
    }
  }
  EXPECT_EQ(answered_at, (std::vector<int>{GetParam(), GetParam() + 1, GetParam() + 2}));
  EXPECT_EQ(first_bytes, (std::vector<int>{0, 10, 20}));
}

INSTANTIATE_TEST_SUITE_P(Latencies, DramCoreTest, testing::Values(1, 2, 3, 20));

TEST(DramCore, RefusesAddressesOutsideAndChangesNothing) {
  DramContent content(4096);
  StateTable table;
  DramCore dram(1, content, table);
  DramRequest request;
  request.valid = true;
  request.write = true;
  request.count = 8;
  request.address = 4092;
  std::memset(request.data.bytes, 0xFF, sizeof request.data.bytes);
  dram.step(request);
  EXPECT_TRUE(dram.response().valid);
  EXPECT_TRUE(dram.response().error);
  EXPECT_TRUE(content.changed_pages().empty());
}

}  // namespace
}  // namespace faultline::hw
