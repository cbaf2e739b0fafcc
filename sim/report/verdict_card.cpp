#include "sim/report/verdict_card.h"

#include <cctype>

namespace faultline::report {
namespace {

std::string capitalised(std::string text) {
  if (!text.empty()) {
    text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  }
  return text;
}

}  // namespace

void write_verdict(Markup& page, const std::string& title, const std::string& figure,
                   const std::vector<std::string>& lines) {
  const auto card = page.scope("div");
  page.element("dt", capitalised(title));
  page.element("dd", figure, {{"class", "figure"}});
  for (const std::string& line : lines) {
    page.element("dd", line);
  }
}

}  // namespace faultline::report
