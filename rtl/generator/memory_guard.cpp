#include "rtl/generator/memory_guard.h"

#include <set>
#include <utility>

#include <fmt/format.h>

#include "rtl/generator/word_code_modules.h"

namespace faultline::rtl {
namespace {

constexpr const char* kPartialSum = "partial_sum";
constexpr int kByteBits = 8;
constexpr int kSumBits = 32;

constexpr const char* kGuardedBuffer =
    R"(// A byte memory with check bits of the code @code@: encoders before its write ports, decoders behind its read ports.
module systolic_@code@_buffer #(
    parameter int   WORDS         = 1,
    parameter int   ADDRESS_BITS  = 34,
    parameter int   READERS       = 1,
    parameter int   WRITERS       = 1,
    parameter logic ZERO_ON_ERROR = 1'b0  // give 0 for a word that is wrong, else the word as it is stored
) (
    input  logic                            clock,
    input  logic                            reset,  // of the report; the memory keeps its content
    input  logic [READERS-1:0]              read_enable,
    input  logic [READERS*ADDRESS_BITS-1:0] read_address,
    output logic [8*READERS-1:0]            read_data,
    input  logic [WRITERS-1:0]              write_enable,
    input  logic [WRITERS*ADDRESS_BITS-1:0] write_address,
    input  logic [8*WRITERS-1:0]            write_data,
    output logic [34:0]                     report
);
  localparam int CHECK_BITS = @check_bits@;

  logic [8*READERS-1:0]          stored;
  logic [CHECK_BITS*READERS-1:0] stored_check;
  logic [CHECK_BITS*WRITERS-1:0] write_check;
  logic [READERS-1:0]            port_corrected;
  logic [READERS-1:0]            port_error;

  systolic_buffer #(
      .WORDS(WORDS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .READERS(READERS),
      .WRITERS(WRITERS)
  ) u_words (
      .clock(clock),
      .read_address(read_address),
      .read_data(stored),
      .write_enable(write_enable),
      .write_address(write_address),
      .write_data(write_data)
  );

  systolic_buffer #(
      .WORDS(WORDS),
      .WIDTH(CHECK_BITS),
      .ADDRESS_BITS(ADDRESS_BITS),
      .READERS(READERS),
      .WRITERS(WRITERS)
  ) u_check (
      .clock(clock),
      .read_address(read_address),
      .read_data(stored_check),
      .write_enable(write_enable),
      .write_address(write_address),
      .write_data(write_check)
  );

  for (genvar w = 0; w < WRITERS; w++) begin : writer
    systolic_@code@_8_encoder u_encoder (
        .word(write_data[8*w+:8]),
        .check(write_check[CHECK_BITS*w+:CHECK_BITS])
    );
  end

  for (genvar r = 0; r < READERS; r++) begin : reader
    logic [7:0] word;
    logic       corrected;
    logic       error;
    systolic_@code@_8_decoder u_decoder (
        .stored(stored[8*r+:8]),
        .check(stored_check[CHECK_BITS*r+:CHECK_BITS]),
        .word(word),
        .corrected(corrected),
        .error(error)
    );
    assign read_data[8*r+:8] = ZERO_ON_ERROR && error ? 8'd0 : word;
    assign port_corrected[r] = read_enable[r] && corrected;
    assign port_error[r] = read_enable[r] && error;
  end

  systolic_report #(
      .PORTS(READERS),
      .REPLACES(ZERO_ON_ERROR)
  ) u_report (
      .clock(clock),
      .reset(reset),
      .port_corrected(port_corrected),
      .port_error(port_error),
      .report(report)
  );
endmodule
)";

/// The instance of a byte memory.
const std::map<std::string, std::string>& byte_memories() {
  static const std::map<std::string, std::string> kInstances = {{"input", "u_input_feeder.u_buffer"},
                                                                {"weight", "u_weight_feeder.u_buffer"},
                                                                {"output", "u_post_processing.u_output_buffer"}};
  return kInstances;
}

}  // namespace

TemplateValues guard_values(const hw::ProtectionConfig& protection, const std::string& memory,
                            const std::string& enable) {
  const hw::MemoryProtection* guard = protection.of_memory(memory);
  if (guard == nullptr) {
    return {{"buffer", "systolic_buffer"}, {"guard_parameters", ""}, {"guard_connections", ""}, {"report_port", ""}};
  }
  const bool zero = guard->on_error == hw::ErrorAction::kZero;
  return {{"buffer", "systolic_" + guard->code + "_buffer"},
          {"guard_parameters", fmt::format("      .ZERO_ON_ERROR(1'b{}),\n", zero ? 1 : 0)},
          {"guard_connections",
           fmt::format("      .reset(reset),\n      .read_enable({}),\n      .report(report),\n", enable)},
          {"report_port",
           "    // what the memory's check bits found: errors, corrected, flags\n"
           "    output logic [34:0] report,\n"}};
}

int guarded_word_bits(const std::string& memory) {
  return memory == kPartialSum ? kSumBits : kByteBits;
}

MemoryPorts memory_ports(const hw::AcceleratorConfig& config, const std::string& memory) {
  const int rows = config.grid.rows;
  const int lanes = config.grid.columns;
  const int columns = config.grid.used_columns();
  const bool by_column = config.grid.dataflow == hw::Dataflow::kInputStationary;
  const int unit = config.protection.neuron_unit.empty() ? 0 : 1;
  const bool corrects = config.protection.checksum && config.protection.checksum->corrects;
  const std::map<std::string, MemoryPorts> ports = {
      {"input", {(by_column ? lanes : rows) + columns, config.bus_bytes}},  // lanes, and pooling
      {"weight", {by_column ? rows : lanes, config.bus_bytes}},
      // To accumulate, for post-processing, and where the checksum unit corrects.
      {kPartialSum, {(corrects ? 3 : 2) * columns, (corrects ? 2 : 1) * columns}},
      {"output", {config.bus_bytes + unit, 4 * columns + unit}}};  // a raw result has four bytes
  return ports.at(memory);
}

std::string if_guarded(const hw::ProtectionConfig& protection, const std::string& memory, const std::string& text) {
  return protection.of_memory(memory) == nullptr ? "" : text;
}

std::vector<SourceFile> guard_modules(const hw::ProtectionConfig& protection) {
  std::vector<SourceFile> modules;
  std::set<std::string> names;
  const auto add = [&](SourceFile file) {
    if (names.insert(file.name).second) {
      modules.push_back(std::move(file));
    }
  };
  for (const hw::MemoryProtection& guard : protection.memories) {
    const bool bytes = guard.memory != kPartialSum;
    for (SourceFile& file : word_code_modules(guard.code, guarded_word_bits(guard.memory))) {
      add(std::move(file));
    }
    if (bytes) {
      add({"systolic_" + guard.code + "_buffer.sv",
           fill_template(kGuardedBuffer,
                         {{"code", guard.code}, {"check_bits", std::to_string(check_bits(guard.code, kByteBits))}})});
    }
  }
  return modules;
}

std::map<std::string, std::string> guard_places(const hw::ProtectionConfig& protection) {
  std::map<std::string, std::string> places;
  for (const hw::MemoryProtection& guard : protection.memories) {
    const std::string unit = "protection." + guard.memory;
    std::string block = "u_partial_sum_buffer";
    if (guard.memory == kPartialSum) {
      places[unit + ".check[*][*]"] = block + ".column[*].check[*]";
    } else {
      block = byte_memories().at(guard.memory);
      places["buffer." + guard.memory + "[*]"] = block + ".u_words.memory[*]";
      places[unit + ".check[*]"] = block + ".u_check.memory[*]";
    }
    for (const char* part : {"flags", "corrected", "errors"}) {
      places[unit + ".report." + part] = block + ".u_report." + part;
    }
  }
  return places;
}

}  // namespace faultline::rtl
