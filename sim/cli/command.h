#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

namespace faultline::cli {

/// One subcommand of `faultline`. A file of this folder defines one and registers it with a file-scope object:
///
///   const Registration kRegistration{{"sites", "List the state table", [](CLI::App& app) { ...; return run; }}};
///
/// `configure` adds the options to `app` and returns what to run once they have been parsed; the run's result is the
/// exit status. Logic belongs to the layers below: a subcommand only turns options into calls and results into text.
struct Command {
  std::string name;  ///< or "GROUP NAME"
  std::string description;
  std::function<std::function<int()>(CLI::App&)> configure;
};

/// All registered subcommands, by name.
std::vector<Command>& commands();

struct Registration {
  explicit Registration(Command command) { commands().push_back(std::move(command)); }
};

}  // namespace faultline::cli
