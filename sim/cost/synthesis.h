#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace faultline::cost {

/// What a circuit is synthesised from and how.
struct SynthesisRequest {
  std::string systemverilog;
  std::string top;      ///< module; empty: the one that no other contains
  bool dsps = true;     ///< multiplications may go to DSP blocks of the FPGA
  std::string liberty;  ///< text of a Liberty file for the ASIC mapping; empty: generic gates
};

/// Cells of a 7-series FPGA after Yosys' synth_xilinx, without I/O and clock buffers, before placement.
struct FpgaCost {
  int luts = 0;     ///< LUT1 to LUT6 and inverters
  int carries = 0;  ///< CARRY4
  int muxes = 0;    ///< MUXF7 and MUXF8
  int flip_flops = 0;
  int dsps = 0;
  int block_rams = 0;
};

/// Gates of two inputs, inverters and multiplexers after Yosys' synth and abc.
struct AsicCost {
  int gates = 0;  ///< flip-flops excluded
  int flip_flops = 0;
  double gate_equivalents = 0;         ///< Yosys' estimate of CMOS transistors / 4, the transistors of a NAND of two
  int depth = 0;                       ///< gates on the longest path between flip-flops or ports
  std::optional<double> liberty_area;  ///< in the Liberty file's unit
  /// Gate equivalents that switch per operation (netlist/switching_energy.h); only of combinational circuits.
  std::optional<double> switching_energy;
};

struct SynthesisResult {
  FpgaCost fpga;
  AsicCost asic;
  bool cached = false;  ///< taken from the cache
};

/// Runs Yosys. Results are kept under $XDG_CACHE_HOME/faultline (or ~/.cache/faultline) by the content of the request,
/// the scripts and Yosys' version. `where` names the circuit in messages. Throws UserError when Yosys is missing or
/// refuses the circuit.
SynthesisResult synthesize(const SynthesisRequest& request, const std::string& where);

/// The result with the names that commands print.
nlohmann::ordered_json to_json(const SynthesisResult& result);

}  // namespace faultline::cost
