#include <algorithm>
#include <cctype>
#include <fstream>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/report/campaign_page.h"
#include "sim/report/comparison.h"
#include "sim/report/palette.h"
#include "tests/report/browser.h"
#include "tests/support/synthetic_campaign.h"

/// The pages in a real browser. What is emulated: the dark scheme by Blink's setting for it, the width of a phone by a
/// frame of 360 pixels (a headless window is never narrower than 500).
namespace faultline::report {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kDark = "--blink-settings=preferredColorScheme=0";
constexpr const char* kLight = "--blink-settings=preferredColorScheme=1";

class Chromium : public testing::Test {
 protected:
  void SetUp() override {
    if (!browser_.is_there()) {
      GTEST_SKIP() << "no chromium in PATH: what a browser makes of the pages is not tested";
    }
  }

  static std::string campaign() { return campaign_page(test::synthetic_result({})); }
  static std::string comparison() {
    test::SyntheticCampaign second;
    second.seed = 2;
    second.harm = 0.5;
    return comparison_page(compare(test::synthetic_result({}), test::synthetic_result(second)));
  }

  /// A page with a script at its end.
  static std::string with_script(std::string page, const std::string& script) {
    return page.insert(page.rfind("</body>"), "<script>//<![CDATA[\n" + script + "\n//]]></script>");
  }

  /// What page_probe.js says of a page.
  json probe(const std::string& page, const std::string& options) {
    const std::string script = test::read_file(FAULTLINE_SOURCE_DIR "/tests/report/page_probe.js");
    return result_of(browser_.load(folder_.write("probed.html", with_script(page, script)), options));
  }

  /// Likewise, in a frame as wide as a phone.
  json probe_narrow(const std::string& page) {
    const std::string script = test::read_file(FAULTLINE_SOURCE_DIR "/tests/report/page_probe.js");
    folder_.write("probed.html", with_script(page, script));
    const std::string frame = folder_.write(
        "frame.html",
        "<!DOCTYPE html><html><body style='margin:0'><iframe src='probed.html' width='360' height='800' "
        "style='border:0' onload=\"document.body.append(this.contentDocument.getElementById('probe'))\"></iframe>"
        "</body></html>");
    return result_of(browser_.load(frame, "--allow-file-access-from-files " + std::string(kLight)));
  }

  static json result_of(const test::BrowserRun& run) {
    EXPECT_EQ(run.status, 0);
    EXPECT_THAT(run.console, IsEmpty());
    const std::string opening = "<pre id=\"probe\">";
    const size_t start = run.dom.find(opening);
    if (start == std::string::npos) {
      ADD_FAILURE() << "the probe did not run";
      return {};
    }
    const size_t text = start + opening.size();
    return json::parse(decoded(run.dom.substr(text, run.dom.find('<', text) - text)));
  }

  static std::string decoded(const std::string& text) {
    std::string bytes;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '%') {
        bytes += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
        i += 2;
      } else {
        bytes += text[i];
      }
    }
    return bytes;
  }

  static std::string hex(const json& colour) {
    std::string text = "#";
    for (size_t i = 0; i < 3; ++i) {
      char digits[3];
      std::snprintf(digits, sizeof digits, "%02x", colour.at(i).get<int>());
      text += digits;
    }
    return text;
  }

  static void expect_sound(const json& result) {
    EXPECT_THAT(result["low"], IsEmpty()) << result["low"];
    EXPECT_GT(result["texts"].get<int>(), 100);
    EXPECT_EQ(result["unnamed"], 0);
    EXPECT_THAT(result["resources"], IsEmpty());
    EXPECT_EQ(result["headings"].at(0), 1);
    EXPECT_EQ(std::count(result["headings"].begin(), result["headings"].end(), 1), 1);
    for (size_t i = 1; i < result["headings"].size(); ++i) {
      EXPECT_LE(result["headings"][i].get<int>(), result["headings"][i - 1].get<int>() + 1) << i;
    }
  }

  test::Browser browser_;
  test::TemporaryFolder folder_;
};

/// The other tests look for console lines and requests: they must be able to see some. The script waits for the answer:
/// the page is not done before.
TEST_F(Chromium, TellsOfConsoleAndNetwork) {
  const std::string page = with_script(campaign(),
                                       "const request = new XMLHttpRequest();\n"
                                       "request.open('GET', 'http://example.invalid/asked', false);\n"
                                       "try { request.send(); } catch (error) { console.error('refused'); }");
  const test::BrowserRun run = browser_.load(folder_.write("page.html", page));
  EXPECT_THAT(run.requests, testing::Contains("http://example.invalid/asked"));
  EXPECT_FALSE(run.console.empty());
}

TEST_F(Chromium, AsksForNothingAndComplainsOfNothing) {
  for (const std::string& page : {campaign(), comparison()}) {
    const test::BrowserRun run = browser_.load(folder_.write("page.html", page));
    EXPECT_EQ(run.status, 0);
    EXPECT_THAT(run.console, IsEmpty());
    EXPECT_THAT(run.requests, IsEmpty());
    EXPECT_THAT(run.dom, HasSubstr("</html>"));
  }
}

TEST_F(Chromium, ShowsTheCampaign) {
  const json result = probe(campaign(), std::string(kLight) + " --window-size=1100,900");
  expect_sound(result);
  EXPECT_EQ(result["title"], "Fault-injection report: lenet5_digits on 16x16 ws");
  EXPECT_EQ(result["maps"], 2);
  EXPECT_GT(result["mapBox"].get<double>(), 300);
  EXPECT_GT(result["flowBox"].get<double>(), 200);
  EXPECT_GT(result["bars"].get<int>(), 40);
  EXPECT_GT(result["rows"].get<int>(), 100);
  EXPECT_THAT(result["wide"], IsEmpty()) << result["wide"];
  EXPECT_FALSE(result["dark"].get<bool>());
  EXPECT_EQ(hex(result["page"]), colour("page").light);
  EXPECT_EQ(hex(result["text"]), colour("text").light);
  EXPECT_EQ(hex(result["barFill"]), colour("rate").light);
}

TEST_F(Chromium, ShowsTheComparison) {
  const json result = probe(comparison(), std::string(kLight) + " --window-size=1100,900");
  expect_sound(result);
  EXPECT_EQ(result["title"], "Fault-injection comparison: lenet5_digits on 16x16 ws and lenet5_digits on 16x16 ws");
  EXPECT_GT(result["bars"].get<int>(), 20);
  EXPECT_THAT(result["wide"], IsEmpty()) << result["wide"];
}

TEST_F(Chromium, FollowsTheDarkScheme) {
  for (const std::string& page : {campaign(), comparison()}) {
    const json result = probe(page, kDark);
    expect_sound(result);
    EXPECT_TRUE(result["dark"].get<bool>());
    EXPECT_EQ(hex(result["page"]), colour("page").dark);
    EXPECT_EQ(hex(result["text"]), colour("text").dark);
  }
}

TEST_F(Chromium, FitsAPhone) {
  for (const std::string& page : {campaign(), comparison()}) {
    const json result = probe_narrow(page);
    expect_sound(result);
    EXPECT_EQ(result["width"], 360);
    EXPECT_EQ(result["scrollWidth"], result["clientWidth"]) << "nothing sticks out";
    EXPECT_THAT(result["wide"], IsEmpty()) << result["wide"];
  }
}

TEST_F(Chromium, SortsTables) {
  const json result = probe(campaign(), kLight);
  std::vector<double> expected = result["before"].get<std::vector<double>>();
  ASSERT_FALSE(std::is_sorted(expected.rbegin(), expected.rend())) << "nothing to sort";
  std::sort(expected.rbegin(), expected.rend());
  EXPECT_EQ(result["sorted"].get<std::vector<double>>(), expected);
  EXPECT_EQ(result["ariaSort"], "descending");
}

/// A page of a PDF as grey values, by pdftoppm.
std::vector<unsigned char> grey_pixels(const std::filesystem::path& pdf, const std::filesystem::path& folder) {
  const std::string base = (folder / "sheet").string();
  const std::string command = "pdftoppm -gray -r 40 -f 1 -l 1 -singlefile '" + pdf.string() + "' '" + base + "'";
  if (std::system(command.c_str()) != 0) {
    return {};
  }
  std::ifstream in(base + ".pgm", std::ios::binary);
  std::string magic;
  int width = 0, height = 0, most = 0;
  in >> magic >> width >> height >> most;
  in.get();
  std::vector<unsigned char> pixels(static_cast<size_t>(width) * static_cast<size_t>(height));
  in.read(reinterpret_cast<char*>(pixels.data()), static_cast<std::streamsize>(pixels.size()));
  return in ? pixels : std::vector<unsigned char>();
}

TEST_F(Chromium, PrintsOnWhitePaperInTheDarkSchemeToo) {
  if (std::system("command -v pdftoppm >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "no pdftoppm in PATH: printing is not tested";
  }
  const std::string page = folder_.write("page.html", campaign());
  const std::filesystem::path pdf = folder_.path() / "page.pdf";
  ASSERT_TRUE(browser_.print(page, pdf, kDark));
  const std::vector<unsigned char> pixels = grey_pixels(pdf, folder_.path());
  ASSERT_FALSE(pixels.empty());
  EXPECT_EQ(pixels.front(), 255) << "the margin";
  const auto white = std::count_if(pixels.begin(), pixels.end(), [](unsigned char grey) { return grey > 240; });
  const auto ink = std::count_if(pixels.begin(), pixels.end(), [](unsigned char grey) { return grey < 128; });
  EXPECT_GT(static_cast<double>(white), 0.7 * static_cast<double>(pixels.size())) << "paper stays white";
  EXPECT_GT(ink, 200) << "text is dark";
}

}  // namespace
}  // namespace faultline::report
