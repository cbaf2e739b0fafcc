// An array that somebody else wrote in SystemVerilog, Verilated, inside SystemC: driven and injected over TLM-2.0.
//
//   build/release/testbenches/testbench_cosim      (from the project's root: it reads testbenches/cosim/vendor_array)
//
// A host writes the edges of the array and reads its sums as memory-mapped registers; the FaultInjectionController of
// the platform strikes its registers as those of any other engine. docs/cosim.md tells how to compare such an array
// with the cycle engine in every cycle. Needs verilator, make and g++; says so and exits with 77 where they are
// missing.
#include <cstdlib>
#include <cstring>
#include <systemc>
#include <tlm>
#include <vector>

#include <fmt/core.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "hw/common/cycle_clock.h"
#include "rtl/verilated/rtl_grid.h"
#include "sim/cosim/external_design.h"
#include "sim/inject/fault_injection_controller.h"
#include "sim/inject/fault_injection_initiator.h"
#include "sim/inject/site_path.h"
#include "sim/process/child_process.h"

namespace {

using namespace faultline;

constexpr int kSize = 4;    // rows and columns
constexpr int kPixels = 6;  // rows of A and C
constexpr int kCycles = 32;
constexpr int kMissingTool = 77;
const sc_core::sc_time kPeriod(10, sc_core::SC_NS);

/// The array's edges as registers: one byte for each value, valid and control bit, four for each sum.
class GridPort : public sc_core::sc_module {
 public:
  enum Address : uint64_t { kWest = 0x000, kNorth = 0x400, kSums = 0x800 };

  tlm_utils::simple_target_socket<GridPort> socket{"socket"};
  sc_core::sc_signal<hw::OperandEdge> west{"west", hw::OperandEdge(kSize)}, north{"north", hw::OperandEdge(kSize)};
  sc_core::sc_signal<hw::DrainEdge> drain{"drain", hw::DrainEdge(kSize)};
  sc_core::sc_signal<hw::SumEdge> south{"south"};

  explicit GridPort(const sc_core::sc_module_name& name) : sc_module(name) {
    socket.register_b_transport(this, &GridPort::b_transport);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    wait(delay);
    delay = sc_core::SC_ZERO_TIME;
    const bool whole = transaction.get_data_length() == sizeof(hw::OperandEdge);
    if (transaction.is_write() && whole && transaction.get_address() == kWest) {
      west.write(*reinterpret_cast<const hw::OperandEdge*>(transaction.get_data_ptr()));
    } else if (transaction.is_write() && whole && transaction.get_address() == kNorth) {
      north.write(*reinterpret_cast<const hw::OperandEdge*>(transaction.get_data_ptr()));
    } else if (transaction.is_read() && transaction.get_address() == kSums &&
               transaction.get_data_length() == kSize * sizeof(int32_t)) {
      std::memcpy(transaction.get_data_ptr(), south.read().value, kSize * sizeof(int32_t));
    } else {
      transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    transaction.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

/// C = A B with B in the array: shifts B in from the north, loads it, streams A from the west, a cycle later for each
/// row.
class Host : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Host> socket{"socket"};
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_event start{"start"};
  int8_t a[kPixels][kSize] = {};
  int8_t b[kSize][kSize] = {};
  int32_t c[kPixels][kSize] = {};

  explicit Host(const sc_core::sc_module_name& name) : sc_module(name) {
    SC_HAS_PROCESS(Host);
    SC_THREAD(run);
  }

 private:
  void run() {
    while (true) {
      wait(start);
      for (int cycle = 0; cycle < kCycles; ++cycle) {
        wait(clock.negedge_event());  // the middle of the cycle: registers have settled
        collect(cycle);
        show(cycle);
      }
      sc_core::sc_pause();
    }
  }
  void show(int cycle) {
    hw::OperandEdge west(kSize);
    hw::OperandEdge north(kSize);
    for (int lane = 0; lane < kSize; ++lane) {
      const bool shifts = cycle < kSize;  // the bottom row's weights come first
      north.value[lane] = shifts ? b[kSize - 1 - cycle][lane] : int8_t{0};
      north.valid[lane] = north.control[lane] = shifts ? 1 : 0;
      const int pixel = cycle - (kSize + 1) - lane;
      west.control[lane] = pixel == -1 ? 1 : 0;  // load, just before the first pixel
      west.valid[lane] = pixel >= 0 && pixel < kPixels ? 1 : 0;
      west.value[lane] = west.valid[lane] != 0 ? a[pixel][lane] : int8_t{0};
    }
    transport(tlm::TLM_WRITE_COMMAND, GridPort::kWest, &west, sizeof west);
    transport(tlm::TLM_WRITE_COMMAND, GridPort::kNorth, &north, sizeof north);
  }
  void collect(int cycle) {
    int32_t sums[kSize] = {};
    transport(tlm::TLM_READ_COMMAND, GridPort::kSums, sums, sizeof sums);
    for (int column = 0; column < kSize; ++column) {
      const int pixel = cycle - (kSize + 1) - kSize - column;  // a row more is a cycle later, and so is a column
      if (pixel >= 0 && pixel < kPixels) {
        c[pixel][column] = sums[column];
      }
    }
  }
  void transport(tlm::tlm_command command, uint64_t address, void* data, unsigned int bytes) {
    tlm::tlm_generic_payload transaction;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    transaction.set_command(command);
    transaction.set_address(address);
    transaction.set_data_ptr(static_cast<unsigned char*>(data));
    transaction.set_data_length(bytes);
    transaction.set_streaming_width(bytes);
    socket->b_transport(transaction, delay);
    sc_assert(transaction.is_response_ok());
  }
};

int wrong_sums(const Host& host) {
  int wrong = 0;
  for (int m = 0; m < kPixels; ++m) {
    for (int n = 0; n < kSize; ++n) {
      int32_t sum = 0;
      for (int k = 0; k < kSize; ++k) {
        sum += host.a[m][k] * host.b[k][n];
      }
      wrong += sum != host.c[m][n] ? 1 : 0;
    }
  }
  return wrong;
}

}  // namespace

int sc_main(int, char**) {
  for (const char* tool : {"verilator", "make", "g++"}) {
    if (!process::on_path(tool)) {
      fmt::print("skipped: {} is not installed\n", tool);
      return kMissingTool;
    }
  }
  const hw::GridConfig config(kSize, kSize, hw::Dataflow::kWeightStationary, hw::Multiplier());
  const rtl::Design design = cosim::external_design(config, {"testbenches/cosim/vendor_array/mac_mesh.sv"},
                                                    "testbenches/cosim/vendor_array/mac_mesh.map.yaml");

  sc_core::sc_clock clock("clock", kPeriod, 0.5, kPeriod);
  hw::CycleClock cycles(kPeriod);
  hw::StateTable table;
  hw::FaultTaps taps(&table);
  rtl::RtlGrid grid("grid", design, rtl::ModelKind::kDeposit, rtl::SiteCheck::kPoke, config, table, taps, cycles);
  GridPort port("port");
  Host host("host");
  inject::FaultInjectionController injector(
      "injector", table, [&taps](size_t) -> hw::FaultTaps& { return taps; }, cycles);
  inject::FaultInjectionInitiator attacker("attacker");

  grid.clock(clock);
  grid.west(port.west);
  grid.north(port.north);
  grid.drain(port.drain);
  grid.south(port.south);
  host.clock(clock);
  host.socket.bind(port.socket);
  attacker.socket.bind(injector.socket);
  for (int m = 0; m < kPixels; ++m) {
    for (int k = 0; k < kSize; ++k) {
      host.a[m][k] = static_cast<int8_t>(23 * m - 31 * k + 5);
      host.b[k][m % kSize] = static_cast<int8_t>(17 * k - 40 * (m % kSize) + 3);
    }
  }

  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  const auto multiply = [&] {
    table.reset();
    grid.drive();
    cycles.set_next_cycle(0);
    host.start.notify(sc_core::SC_ZERO_TIME);
    sc_core::sc_start();
    return wrong_sums(host);
  };
  const int wrong_before = multiply();
  const int32_t right = host.c[3][2];

  // Pixel 3 is in row 1, column 2 of the array in cycle 12: one bit of that sum is inverted.
  hw::Fault fault;
  fault.site = inject::find_sites(table, "array.pe[1][2].psum", {})[0].at(0);
  fault.mask = uint64_t{1} << 20;
  fault.start = kSize + 1 + 3 + 1 + 2 + 1;
  cycles.set_next_cycle(0);
  attacker.arm(fault);
  const int wrong_after = multiply();
  const int32_t struck = host.c[3][2];

  fmt::print("without a fault {} sums are wrong; with {} of array.pe[1][2].psum inverted in cycle {}: {}, {} -> {}\n",
             wrong_before, "bit 20", fault.start, wrong_after, right, struck);
  return wrong_before == 0 && wrong_after == 1 && std::abs(right - struck) == 1 << 20 ? 0 : 1;
}
