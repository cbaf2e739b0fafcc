#include "sim/campaign/json_number.h"

#include <limits>
#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

namespace faultline::campaign {
namespace {

using nlohmann::json;

TEST(WholeJsonNumber, TakesWholeNumbersOfEitherSignedness) {
  EXPECT_EQ(whole_json_number(json(7)), 7U);
  EXPECT_EQ(whole_json_number(json(uint64_t{7})), 7U);
  EXPECT_EQ(whole_json_number(json::parse("18446744073709551615")), std::numeric_limits<uint64_t>::max());
}

TEST(WholeJsonNumber, RefusesAnythingElse) {
  for (const char* text : {"-1", "0.5", "7.0", "1e30", "18446744073709551616", "true", "null", "\"7\"", "[7]"}) {
    EXPECT_THROW(whole_json_number(json::parse(text)), json::exception) << text;
  }
}

}  // namespace
}  // namespace faultline::campaign
