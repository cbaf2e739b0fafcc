#include "sim/report/campaign_page.h"

#include "sim/report/description_text.h"
#include "sim/report/page_frame.h"
#include "sim/report/page_sections.h"

namespace faultline::report {
namespace {

void write_contents(Markup& page, const CampaignResult& result) {
  const auto navigation = page.scope("nav", {{"aria-label", "Contents"}});
  const auto list = page.scope("ul");
  const auto entry = [&](const std::string& id, const std::string& title) {
    const auto item = page.scope("li");
    page.element("a", title, {{"href", "#" + id}});
  };
  entry("outcomes", "Outcomes");
  entry("places", "Places and memories");
  entry("groups", "Structures, layers, bits");
  if (result.reliability) {
    entry("reliability", "Reliability");
  }
  entry("worst", "Worst sites");
  if (!result.summary.tool_errors.empty()) {
    entry("tool-errors", "Tool errors");
  }
  entry("repeat", "How to repeat it");
  entry("method", "Method");
}

}  // namespace

std::string campaign_page(const CampaignResult& result) {
  Markup content;
  write_head(content, result);
  write_contents(content, result);
  {
    const auto main = content.scope("main");
    write_outcomes(content, result);
    write_places(content, result);
    write_groups(content, result);
    write_reliability(content, result);
    write_worst(content, result);
    write_tool_errors(content, result);
    write_repetition(content, result);
    write_method(content, result);
  }
  return page("Fault-injection report: " + design_title(result.description), content.str());
}

}  // namespace faultline::report
