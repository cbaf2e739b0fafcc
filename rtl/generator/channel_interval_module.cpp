#include "rtl/generator/accelerator_modules.h"

namespace faultline::rtl {
namespace {

constexpr const char* kChannelInterval =
    R"(// A code of a channel, or the code of 0 where it lies outside the channel's bounds.
module systolic_channel_interval (
    input  logic signed [7:0] code,
    input  logic signed [7:0] low,
    input  logic signed [7:0] high,
    input  logic [7:0]        zero,
    output logic [7:0]        kept
);
  assign kept = code < low || code > high ? zero : code;
endmodule
)";

}  // namespace

std::vector<SourceFile> channel_interval_modules(const hw::ProtectionConfig& protection) {
  if (!protection.channel_bounds || !protection.channel_bounds->zeroes) {
    return {};
  }
  return {{"systolic_channel_interval.sv", kChannelInterval}};
}

}  // namespace faultline::rtl
