#pragma once

#include <optional>
#include <string>
#include <vector>

namespace faultline::campaign {

/// A number for each kind of site that the user gave one for.
struct RatePerKind {
  std::optional<double> flip_flop;
  std::optional<double> memory;
  std::optional<double> wire;
};

/// What a device meets in its environment.
struct Radiation {
  RatePerKind cross_section;  ///< cm^2 per bit
  double flux = 0;            ///< particles per cm^2 and hour
};

/// A safety mechanism and how much of a structure's faults it covers.
struct SafetyMechanism {
  std::string structure;         ///< a path of a field without its indices, or the beginning of some: "buffer"
  double residual_coverage = 0;  ///< share of the faults violating the goal that it controls, in [0, 1]
  double latent_coverage = 0;    ///< share of those controlled that somebody hears of, in [0, 1]
  int line = 0;                  ///< in the file
};

/// What counts as a violation, and what is done about it.
struct SafetyPlan {
  std::string goal;  ///< name of the metric that violates the safety goal
  std::vector<SafetyMechanism> mechanisms;
};

/// Physical rates, all given by the user: there are no defaults. docs/reliability.md.
struct Rates {
  std::string file;
  RatePerKind raw_fit;              ///< FIT per 10^6 bits, of transient faults
  std::optional<double> permanent;  ///< FIT per 10^6 bits, of stuck-ats
  std::optional<double> clock_hz;
  std::optional<Radiation> radiation;
  std::optional<SafetyPlan> safety;
};

/// Reads a YAML file of rates. Unknown keys, numbers out of range and unknown metrics throw UserError with file and
/// line; so does a file without any rate.
Rates read_rates(const std::string& path);

}  // namespace faultline::campaign
