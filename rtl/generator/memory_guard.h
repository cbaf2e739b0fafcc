#pragma once

#include <map>
#include <string>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "rtl/generator/source_file.h"
#include "rtl/generator/text_template.h"

namespace faultline::rtl {

/// Bits of a unit's report registers on its port: errors, corrected, flags, the first in the highest bits.
constexpr int kReportBits = 35;

/// What check bits beside a memory put into the text of the block that owns it: values of the placeholders
/// `buffer` (the module of a byte memory), `guard_parameters`, `guard_connections` (lines of its instance) and
/// `report_port` (of the block). `enable` names the signal that says which readers read. Without a guard the memory is
/// a systolic_buffer and the rest empty.
TemplateValues guard_values(const hw::ProtectionConfig& protection, const std::string& memory,
                            const std::string& enable);

/// Bits of a word of a protectable memory.
int guarded_word_bits(const std::string& memory);

/// How many words of a memory the RTL reads and writes in one cycle: as many encoders and decoders a code of it has.
struct MemoryPorts {
  int readers;
  int writers;
};
MemoryPorts memory_ports(const hw::AcceleratorConfig& config, const std::string& memory);

/// `text` where the memory has check bits, else nothing.
std::string if_guarded(const hw::ProtectionConfig& protection, const std::string& memory, const std::string& text);

/// The modules that the protected memories need, each once, before their users.
std::vector<SourceFile> guard_modules(const hw::ProtectionConfig& protection);

/// Where fields of protected memories, their check bits and their report registers lie below the top module, by path.
std::map<std::string, std::string> guard_places(const hw::ProtectionConfig& protection);

}  // namespace faultline::rtl
