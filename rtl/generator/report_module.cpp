#include "rtl/generator/accelerator_modules.h"

namespace faultline::rtl {
namespace {

constexpr const char* kReportModule =
    R"(// What a protection unit tells the host. Flags stay until reset: corrected, alarm, replaced by 0.
module systolic_report #(
    parameter int   PORTS    = 1,
    parameter logic REPLACES = 1'b0  // an error is replaced by 0, without an alarm
) (
    input  logic             clock,
    input  logic             reset,
    input  logic [PORTS-1:0] port_corrected,
    input  logic [PORTS-1:0] port_error,
    output logic [34:0]      report
);
  logic [2:0]  flags;
  logic [15:0] corrected;
  logic [15:0] errors;

  logic [15:0] corrected_now, errors_now;
  always_comb begin
    corrected_now = 16'd0;
    errors_now = 16'd0;
    for (int i = 0; i < PORTS; i++) begin
      corrected_now = corrected_now + {15'd0, port_corrected[i]};
      errors_now = errors_now + {15'd0, port_error[i]};
    end
  end

  always_ff @(posedge clock) begin
    if (reset) begin
      flags <= 3'd0;
      corrected <= 16'd0;
      errors <= 16'd0;
    end else begin
      flags <= flags | {REPLACES && |port_error, !REPLACES && |port_error, |port_corrected};
      corrected <= corrected + corrected_now;
      errors <= errors + errors_now;
    end
  end
  assign report = {errors, corrected, flags};
endmodule
)";

}  // namespace

SourceFile report_module() {
  return {"systolic_report.sv", kReportModule};
}

}  // namespace faultline::rtl
