#pragma once

#include <boost/property_tree/ptree_fwd.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace faultline::cosim {

/// A design in SystemVerilog as Verilator elaborates it: its ports and what its instances declare.
class ElaboratedDesign {
 public:
  /// Something declared: a port or a signal.
  struct Declaration {
    std::string module;     ///< that declares it, as the source calls it
    std::string direction;  ///< "input", "output" or nothing
    int bits;               ///< 0: no plain vector
    std::string file;
    int line;
  };

  /// Throws UserError, at the place that Verilator names, when it does not accept the sources.
  ElaboratedDesign(const std::vector<std::string>& sources, const std::string& top,
                   const std::vector<std::pair<std::string, int64_t>>& parameters);
  ~ElaboratedDesign();

  /// A signal by its path below the top module ("row[0].u_pe.sum_q"), or nothing.
  std::optional<Declaration> find(const std::string& path) const;
  /// The names of the top module's ports.
  std::vector<std::string> ports() const;

 private:
  using Tree = boost::property_tree::ptree;
  const Tree* module_named(const std::string& name) const;
  Declaration describe(const Tree& variable, const std::string& module) const;

  std::unique_ptr<Tree> netlist_;
  const Tree* top_ = nullptr;
  std::map<std::string, int> bits_of_type_;
  std::map<std::string, std::string> file_names_;
};

}  // namespace faultline::cosim
