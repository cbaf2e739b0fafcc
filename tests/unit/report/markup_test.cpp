#include "sim/report/markup.h"

#include <gtest/gtest.h>

#include "tests/support/xml_document.h"

namespace faultline::report {
namespace {

TEST(Escape, ReplacesWhatHasAMeaning) {
  EXPECT_EQ(escape("a<b> & \"c\" 'd'"), "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
}

TEST(Escape, KeepsUtf8) {
  EXPECT_EQ(escape("\u00E9\u2026\U0001F600"), "\u00E9\u2026\U0001F600");
}

TEST(Escape, ReplacesBytesThatAreNoText) {
  EXPECT_EQ(escape(std::string("a\x01\x7F") + "b\n"), "a\uFFFD\uFFFDb\n");
  EXPECT_EQ(escape("\xFF\xC3"), "\uFFFD\uFFFD");
  EXPECT_EQ(escape("\xC0\xAF"), "\uFFFD\uFFFD") << "overlong";
  EXPECT_EQ(escape("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD") << "surrogate";
  EXPECT_EQ(escape("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD") << "beyond U+10FFFF";
}

TEST(Escape, MakesAnyBytesWellFormed) {
  std::string bytes;
  for (int first = 0; first < 256; ++first) {
    for (const int second : {0, 0x41, 0x80, 0xBF, 0xE2, 0xFF}) {
      bytes += static_cast<char>(first);
      bytes += static_cast<char>(second);
    }
  }
  Markup markup;
  markup.element("p", bytes, {{"title", bytes}});
  EXPECT_TRUE(test::XmlDocument(markup.str()).is_well_formed());
}

TEST(Markup, ClosesWhatItOpens) {
  Markup markup;
  {
    const auto table = markup.scope("table", {{"class", "a\"b"}});
    const auto row = markup.scope("tr");
    markup.element("td", "1 < 2").empty("br");
  }
  const test::XmlDocument document(markup.str());
  EXPECT_EQ(document.text("/table/tr/td"), "1 < 2");
  EXPECT_EQ(document.text("/table/@class"), "a\"b");
  EXPECT_EQ(document.count("/table/tr/br"), 1U);
}

TEST(Markup, ChartsHaveNames) {
  Markup markup;
  { const auto chart = chart_scope(markup, {"map", "A map", "What it shows"}, {{"width", "10"}}); }
  const test::XmlDocument document(markup.str());
  EXPECT_EQ(document.text("/s:svg/@role"), "img");
  EXPECT_EQ(document.text("//*[@id=/s:svg/@aria-labelledby]"), "A map");
  EXPECT_EQ(document.text("//*[@id=/s:svg/@aria-describedby]"), "What it shows");
}

}  // namespace
}  // namespace faultline::report
