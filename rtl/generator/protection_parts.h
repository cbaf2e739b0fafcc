#pragma once

#include <string>
#include <vector>

#include "hw/systolic/accelerator_config.h"

namespace faultline::rtl {

/// A circuit that a protection unit adds to the accelerator, as a design of its own. Memories are no part of it.
struct ProtectionPart {
  std::string unit;  ///< "lcu", "checksum", "weight_check", or a memory and its code: "weight secded"
  /// "unit", "encoder", "decoder", "report", "check", "element", "interval", "bank", "registers", "address"
  std::string name;
  int instances = 1;          ///< in the accelerator
  std::string systemverilog;  ///< memories are black boxes
  std::string top;            ///< its module
};

/// The circuits of the unit for critical neurons, of the codes of protected memories, of checksums of the array, of
/// spare columns (their elements and registers among them), of the weight check, of bypassed elements and of bounds of
/// channels that give 0 (the others clamp as every accelerator does). Left out: the port by which the checksum unit
/// corrects a sum, the register beside the output buffer that holds a word for the neuron unit, ports of that buffer
/// and of the mask, and the gates that start the unit. Throws RtlError for a unit without circuits and for operands
/// that the RTL has not.
std::vector<ProtectionPart> protection_parts(const hw::AcceleratorConfig& config);

}  // namespace faultline::rtl
