#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <systemc>
#include <thread>

#include "sim/cli/command.h"
#include "sim/config/user_error.h"
#include "sim/parallel/ranks.h"

namespace faultline::cli {

std::vector<Command>& commands() {
  static std::vector<Command> all;
  return all;
}

namespace {

/// SystemC prints a banner from its main() unless this variable is set; ours is a command-line tool.
const bool kBannerOff = setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1) == 0;

constexpr int kUserMistake = 2;
constexpr int kToolError = 1;

/// Every process that mpirun starts finds the user's mistake. Rank 0 tells it, and mpirun ends the others when it has
/// ended: only one that made a mistake of its own, such as a file that its machine lacks, is still there after this.
void let_rank_0_speak_first() {
  constexpr std::chrono::seconds kUntilEnded{2};
  if (parallel::rank_before_start() > 0) {
    std::this_thread::sleep_for(kUntilEnded);
  }
}

/// CLI11 takes "-1" for an unsigned option and wraps it around; every such option is checked here instead.
std::string require_whole_number(const std::string& text) {
  const bool hexadecimal = text.rfind("0x", 0) == 0 && text.size() > 2;
  const bool whole = !text.empty() && (hexadecimal ? text.find_first_not_of("0123456789abcdefABCDEF", 2)
                                                   : text.find_first_not_of("0123456789")) == std::string::npos;
  return whole ? "" : "'" + text + "' is not a whole number of 0 or more";
}

void check_unsigned_options(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    if (option->get_type_name() == "UINT") {
      option->check(require_whole_number);
    }
  }
}

/// The place of a command whose name is "GROUP NAME": a subcommand of GROUP.
CLI::App& parent_of(CLI::App& app, const std::string& name) {
  const size_t space = name.find(' ');
  if (space == std::string::npos) {
    return app;
  }
  const std::string group = name.substr(0, space);
  const auto known = app.get_subcommands([&group](const CLI::App* sub) { return sub->get_name() == group; });
  if (!known.empty()) {
    return *known.front();
  }
  CLI::App* parent = app.add_subcommand(group, "Group of subcommands: see faultline " + group + " --help");
  parent->require_subcommand(1);
  return *parent;
}

int run(int argc, char** argv) {
  (void)kBannerOff;
  CLI::App app{"Faultline: what a fault in a register of an accelerator does to a network's answers", "faultline"};
  app.set_version_flag("--version", FAULTLINE_VERSION);
  app.require_subcommand(1);
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return "faultline: command line: " + std::string(error.what()) + "; see faultline --help\n";
  });

  std::sort(commands().begin(), commands().end(), [](const Command& a, const Command& b) { return a.name < b.name; });
  std::function<int()> chosen;
  for (const Command& command : commands()) {
    CLI::App* sub = parent_of(app, command.name)
                        .add_subcommand(command.name.substr(command.name.find(' ') + 1), command.description);
    auto run_command = std::make_shared<std::function<int()>>(command.configure(*sub));
    check_unsigned_options(*sub);
    sub->callback([&chosen, run_command] { chosen = *run_command; });
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) {
      let_rank_0_speak_first();
    }
    return app.exit(error) == 0 ? 0 : kUserMistake;
  }
  return chosen();
}

}  // namespace
}  // namespace faultline::cli

/// SystemC's library owns main() and calls this. User mistakes are one line on stderr and exit status 2.
int sc_main(int argc, char** argv) {
  try {
    return faultline::cli::run(argc, argv);
  } catch (const faultline::UserError& error) {
    faultline::cli::let_rank_0_speak_first();
    std::fprintf(stderr, "faultline: %s\n", error.what());
    return faultline::cli::kUserMistake;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "faultline: internal error: %s\n", error.what());
    return faultline::cli::kToolError;
  }
}
