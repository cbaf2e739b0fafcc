#pragma once

#include <string>

#include "hw/systolic/accelerator_config.h"

namespace faultline::rtl {

/// `text`, the module of a feeder, with what the two have in common in place of
///   @dma_ports@, @edge_ports@     ports for the DMA's writes and towards the grid,
///   @u_buffer@, @writers@         the memory with its signals, and the DMA's way to it,
///   @operands@                    the registers at the grid's edge.
/// `memory` is the feeder's ("input", "weight"), `readers` how many ports read it, `reads` whether lane l brings an
/// operand, `value` what the operand's register takes, with `reads` in place of @reads@. The module has LANES,
/// BUS_BYTES and BYTES as parameters, and lanes `lane[l].{read, control}`.
std::string with_feeder_text(std::string text, const hw::ProtectionConfig& protection, const std::string& memory,
                             const std::string& readers, const std::string& reads, const std::string& value);

}  // namespace faultline::rtl
