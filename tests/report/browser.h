#pragma once

#include <array>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/run_faultline.h"

namespace faultline::test {

/// What a browser made of a page.
struct BrowserRun {
  int status = -1;
  std::string dom;                    ///< serialised, after scripts have run
  std::vector<std::string> console;   ///< lines that the page wrote to the console, errors among them
  std::vector<std::string> requests;  ///< what the page asked of the network, itself left out
};

/// Headless Chromium. Every run has a profile of its own.
class Browser {
 public:
  Browser() {
    for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
      if (program_.empty() && std::system(("command -v " + std::string(name) + " >/dev/null 2>&1").c_str()) == 0) {
        program_ = name;
      }
    }
  }

  bool is_there() const { return !program_.empty(); }

  /// Loads a page and gives it time for its scripts.
  BrowserRun load(const std::filesystem::path& page, const std::string& options = "") const {
    const TemporaryFolder folder;
    const std::string log = (folder.path() / "net.json").string();
    BrowserRun run;
    run.status = start(page, "--dump-dom --enable-logging=stderr --log-net-log='" + log + "' " + options, folder);
    run.dom = read_file(folder.path() / "out");
    run.console = lines_with(read_file(folder.path() / "err"), "CONSOLE");
    run.requests = requests_in(log);
    return run;
  }

  /// Prints a page; false when there is no PDF.
  bool print(const std::filesystem::path& page, const std::filesystem::path& pdf, const std::string& options) const {
    const TemporaryFolder folder;
    return start(page, "--no-pdf-header-footer --print-to-pdf='" + pdf.string() + "' " + options, folder) == 0 &&
           std::filesystem::exists(pdf);
  }

 private:
  int start(const std::filesystem::path& page, const std::string& options, const TemporaryFolder& folder) const {
    const std::string in_folder = "'" + folder.path().string();
    const std::string command = "timeout 120 " + program_ +
                                " --headless=new --no-sandbox --disable-gpu --disable-background-networking"
                                " --disable-component-update --disable-sync --no-first-run --user-data-dir=" +
                                in_folder + "/profile' " + options + " 'file://" + page.string() + "' >" + in_folder +
                                "/out' 2>" + in_folder + "/err'";
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  static std::vector<std::string> lines_with(const std::string& text, const std::string& word) {
    std::vector<std::string> lines;
    for (size_t start = 0; start < text.size();) {
      const size_t end = std::min(text.find('\n', start), text.size());
      const std::string line = text.substr(start, end - start);
      if (line.find(word) != std::string::npos) {
        lines.push_back(line);
      }
      start = end + 1;
    }
    return lines;
  }

  /// The browser's own requests (updates, time) have no page's key; those of a page from a file have "file://".
  static std::vector<std::string> requests_in(const std::string& log) {
    std::vector<std::string> requests;
    const auto json = nlohmann::json::parse(read_file(log), nullptr, false);
    if (json.is_discarded()) {
      return {"the browser's network log cannot be read"};
    }
    for (const auto& event : json.at("events")) {
      const auto parameters = event.value("params", nlohmann::json::object());
      const std::string key = parameters.value("network_isolation_key", "");
      const std::string url = parameters.value("url", "");
      if (key.rfind("file://", 0) == 0 && url.rfind("file://", 0) != 0 && url.rfind("data:", 0) != 0) {
        requests.push_back(url);
      }
    }
    return requests;
  }

  std::string program_;
};

}  // namespace faultline::test
