#pragma once

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace faultline::test {

/// `faultline ARGUMENTS...` in `folder`, running beside the test; its output is dropped. Killed when it is forgotten.
class BackgroundFaultline {
 public:
  BackgroundFaultline(const std::vector<std::string>& arguments, const std::filesystem::path& folder) {
    process_ = fork();
    if (process_ == 0) {
      const int nowhere = open("/dev/null", O_RDWR);
      for (const int stream : {0, 1, 2}) {
        dup2(nowhere, stream);
      }
      std::vector<char*> words{const_cast<char*>(FAULTLINE_BINARY)};
      for (const std::string& argument : arguments) {
        words.push_back(const_cast<char*>(argument.c_str()));
      }
      words.push_back(nullptr);
      if (chdir(folder.c_str()) == 0) {
        execv(FAULTLINE_BINARY, words.data());
      }
      _exit(127);
    }
  }
  ~BackgroundFaultline() {
    if (process_ > 0) {
      kill(process_, SIGKILL);
      wait();
    }
  }
  BackgroundFaultline(const BackgroundFaultline&) = delete;
  BackgroundFaultline& operator=(const BackgroundFaultline&) = delete;

  pid_t process() const { return process_; }
  /// Its exit status; -1 when it was killed.
  int wait() {
    int status = 0;
    waitpid(process_, &status, 0);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t process_ = -1;
};

/// The processes whose parent is `process`.
inline std::set<pid_t> children_of(pid_t process) {
  std::set<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) {
      continue;
    }
    std::ifstream file(entry.path() / "stat");
    std::string text;
    std::getline(file, text);
    const size_t after_name = text.rfind(')');
    // ") S 123": the state, then the parent.
    if (after_name != std::string::npos && std::stoi(text.substr(after_name + 4)) == process) {
      children.insert(std::stoi(name));
    }
  }
  return children;
}

}  // namespace faultline::test
