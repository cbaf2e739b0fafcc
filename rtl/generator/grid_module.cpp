#include "rtl/generator/grid_module.h"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "rtl/generator/multiplier_module.h"
#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

/// A register of a processing element that its neighbour reads.
struct Link {
  std::string name;
  int bits;
  std::string edge;  ///< what an element at the edge takes instead
};

/// What distinguishes the grids of the dataflows.
struct GridWiring {
  std::vector<Link> eastward;
  std::vector<Link> southward;
  std::string sum;
  std::string column_control;       ///< port of the element
  std::string column_control_port;  ///< port of the grid
};

GridWiring wiring_of(hw::Dataflow dataflow) {
  const bool moves_weights = dataflow == hw::Dataflow::kInputStationary;
  const std::string moving = moves_weights ? "weight" : "activation";
  const std::string other = moves_weights ? "activation" : "weight";
  GridWiring wiring;
  wiring.eastward = {{moving, 8, "west_value[8*r+:8]"}, {moving + "_valid", 1, "west_valid[r]"}};
  if (dataflow == hw::Dataflow::kOutputStationary) {
    wiring.southward = {{other, 8, "north_value[8*c+:8]"}, {other + "_valid", 1, "north_valid[c]"}};
    wiring.sum = "accumulator";
    wiring.column_control = wiring.column_control_port = "drain";
  } else {
    wiring.eastward.push_back({"load", 1, "west_control[r]"});
    wiring.southward = {{other + "_next", 8, "north_value[8*c+:8]"}, {other + "_next_valid", 1, "north_valid[c]"}};
    wiring.sum = "psum";
    wiring.column_control = "shift";
    wiring.column_control_port = "north_control";
  }
  wiring.southward.push_back({wiring.sum, 32, "32'sd0"});
  return wiring;
}

constexpr const char* kGrid = R"(// Grid of processing elements, @dataflow@. Lane 0 of a vector lies in its lowest bits.
module systolic_grid #(
    parameter int ROWS    = @rows@,
    parameter int COLUMNS = @columns@
) (
    input  logic                  clock,
    input  logic                  reset,  // synchronous: every register to 0
    // west edge: one operand for each row
    input  logic [8*ROWS-1:0]     west_value,
    input  logic [ROWS-1:0]       west_valid,
@west_control@    // north edge: one operand for each column
    input  logic [8*COLUMNS-1:0]  north_value,
    input  logic [COLUMNS-1:0]    north_valid,
@column_control_port@    // south edge: the sums of the bottom row
    output logic [32*COLUMNS-1:0] south_sum
);
@kinds@@bypass@  for (genvar r = 0; r < ROWS; r++) begin : row
    for (genvar c = 0; c < COLUMNS; c++) begin : column
      // what enters this element
@inputs@
      // its registers, as its neighbours see them
@outputs@
      if (c == 0) begin : west_edge
@from_west_edge@      end else begin : west_neighbour
@from_west@      end

      if (r == 0) begin : north_edge
@from_north_edge@      end else begin : north_neighbour
@from_north@      end

      // Operands that leave the grid go nowhere.
      if (c == COLUMNS - 1) begin : east_edge
        logic unused;
        assign unused = &{@leaving_east@};
      end
      if (r == ROWS - 1) begin : south_edge
        logic unused;
        assign unused = &{@leaving_south@};
      end

      systolic_pe @kind@u_pe (
@faulty@@connections@      );
    end
  end

  for (genvar c = 0; c < COLUMNS; c++) begin : south
    assign south_sum[32*c+:32] = row[ROWS-1].column[c].@sum@;
  end
endmodule
)";

std::string declaration(const std::string& name, int bits) {
  return bits == 1 ? fmt::format("      logic               {};\n", name)
                   : fmt::format("      logic signed {:<6} {};\n", fmt::format("[{}:0]", bits - 1), name);
}

/// Text that goes over the links one by one.
class LinkText {
 public:
  explicit LinkText(const GridWiring& wiring) : wiring_(wiring) {}

  std::string declarations(const std::string& suffix) const {
    std::string text;
    for (const auto* links : {&wiring_.eastward, &wiring_.southward}) {
      for (const Link& link : *links) {
        text += declaration(link.name + suffix, link.bits);
      }
    }
    return text;
  }
  static std::string from_edge(const std::vector<Link>& links) {
    std::string text;
    for (const Link& link : links) {
      text += fmt::format("        assign {}_in = {};\n", link.name, link.edge);
    }
    return text;
  }
  static std::string from_neighbour(const std::vector<Link>& links, const std::string& neighbour) {
    std::string text;
    for (const Link& link : links) {
      text += fmt::format("        assign {0}_in = {1}.{0};\n", link.name, neighbour);
    }
    return text;
  }
  /// The names of the links but for the sums, which the south edge shows.
  std::string leaving(const std::vector<Link>& links) const {
    std::string text;
    for (const Link& link : links) {
      if (link.name != wiring_.sum) {
        text += (text.empty() ? "" : ", ") + link.name;
      }
    }
    return text;
  }
  std::string connections() const {
    std::string text = "          .clock(clock),\n          .reset(reset),\n";
    text += fmt::format("          .{}({}[c]),\n", wiring_.column_control, wiring_.column_control_port);
    for (const std::string suffix : {"_in", ""}) {
      for (const auto* links : {&wiring_.eastward, &wiring_.southward}) {
        for (const Link& link : *links) {
          text += fmt::format("          .{0}({0}),\n", link.name + suffix);
        }
      }
    }
    text.erase(text.size() - 2, 1);  // no comma after the last one
    return text;
  }

 private:
  const GridWiring& wiring_;
};

std::string dataflow_text(hw::Dataflow dataflow) {
  return dataflow == hw::Dataflow::kWeightStationary  ? "weight-stationary"
         : dataflow == hw::Dataflow::kInputStationary ? "input-stationary"
                                                      : "output-stationary";
}

/// Eight bits for each element, that of row 0, column 0 lowest.
std::string kinds_constant(const hw::GridConfig& config) {
  std::string digits;
  for (int row = config.rows - 1; row >= 0; --row) {
    for (int column = config.columns - 1; column >= 0; --column) {
      digits += fmt::format("{:02x}", multiplier_kind(config, row, column));
    }
  }
  const int bits = 8 * config.rows * config.columns;
  return fmt::format(
      "  // The multiplier of each element, row by row, for this ROWS and COLUMNS only.\n"
      "  localparam logic [{}:0] MULTIPLIERS = {}'h{};\n\n",
      bits - 1, bits, digits);
}

/// A bit for each element, that of row 0, column 0 lowest.
std::string bypass_constant(const hw::GridConfig& config) {
  std::string digits;
  for (int row = config.rows - 1; row >= 0; --row) {
    for (int column = config.columns - 1; column >= 0; --column) {
      digits += config.bypassed(row, column) ? '1' : '0';
    }
  }
  const int bits = config.rows * config.columns;
  return fmt::format(
      "  // The elements that are bypassed after a reset, row by row, for this ROWS and COLUMNS only.\n"
      "  localparam logic [{}:0] BYPASSED = {}'b{};\n\n",
      bits - 1, bits, digits);
}

}  // namespace

SourceFile grid_module(const hw::GridConfig& config) {
  const GridWiring wiring = wiring_of(config.dataflow);
  const LinkText links(wiring);
  const bool drains = config.dataflow == hw::Dataflow::kOutputStationary;
  const TemplateValues values = {
      {"dataflow", dataflow_text(config.dataflow)},
      {"rows", std::to_string(config.rows)},
      {"columns", std::to_string(config.columns)},
      {"west_control", drains ? "" : "    input  logic [ROWS-1:0]       west_control,   // load\n"},
      {"column_control_port", drains ? "    input  logic [COLUMNS-1:0]    drain,\n"
                                     : "    input  logic [COLUMNS-1:0]    north_control,  // shift\n"},
      {"inputs", links.declarations("_in")},
      {"outputs", links.declarations("")},
      {"from_west_edge", LinkText::from_edge(wiring.eastward)},
      {"from_west", LinkText::from_neighbour(wiring.eastward, "row[r].column[c-1]")},
      {"from_north_edge", LinkText::from_edge(wiring.southward)},
      {"from_north", LinkText::from_neighbour(wiring.southward, "row[r-1].column[c]")},
      {"leaving_east", links.leaving(wiring.eastward)},
      {"leaving_south", links.leaving(wiring.southward)},
      {"connections", links.connections()},
      {"sum", wiring.sum},
      {"kinds", config.regions.empty() ? "" : kinds_constant(config)},
      {"bypass", config.bypass ? bypass_constant(config) : ""},
      {"faulty", config.bypass ? "          .faulty(BYPASSED[r*COLUMNS+c]),\n" : ""},
      {"kind", config.regions.empty() ? "" : "#(\n          .MULTIPLIER(MULTIPLIERS[8*(r*COLUMNS+c)+:8])\n      ) "},
  };
  return {"systolic_grid.sv", fill_template(kGrid, values)};
}

std::string element_signal(const std::string& name) {
  return "row[*].column[*].u_pe." + name;
}

}  // namespace faultline::rtl
