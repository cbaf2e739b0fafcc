#include "sim/report/campaign_page.h"
#include <gtest/gtest.h>
#include <fstream>
#include <cstdlib>
#include "tests/support/synthetic_campaign.h"
namespace faultline::report { namespace {
TEST(CampaignPage, Writes) {
  test::SyntheticCampaign made;
  if (getenv("SYN_N")) { made.experiments = strtoull(getenv("SYN_N"), nullptr, 10); made.rows=atoi(getenv("SYN_R")); made.columns=made.rows; }
  if (getenv("SYN_X")) { made.missing = 5; made.tool_errors = 3; }
  std::ofstream(getenv("SYN_OUT")) << campaign_page(test::synthetic_result(made));
}
}}
