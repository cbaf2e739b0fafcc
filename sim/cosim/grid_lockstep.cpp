#include "sim/cosim/grid_lockstep.h"

#include <algorithm>
#include <stdexcept>
#include <systemc>

#include "hw/common/cycle_clock.h"
#include "hw/systolic/pe_grid.h"
#include "sim/cosim/random_faults.h"
#include "sim/cosim/random_values.h"

namespace faultline::cosim {
namespace {

/// One of the two grids, between signals, with a state table and taps of its own.
struct Side {
  Side(const std::string& name, const hw::GridConfig& config, const hw::Accelerator::MakeGrid& make,
       const hw::CycleClock& cycles, sc_core::sc_clock& clock)
      : west((name + "_west").c_str()),
        north((name + "_north").c_str()),
        drain((name + "_drain").c_str()),
        south((name + "_south").c_str()),
        taps(&table),
        grid(make(name.c_str(), config, table, taps, cycles)) {
    grid->clock(clock);
    grid->west(west);
    grid->north(north);
    grid->drain(drain);
    grid->south(south);
  }

  void show(const GridEdges& edges) {
    west.write(edges.west);
    north.write(edges.north);
    drain.write(edges.drain);
  }
  uint64_t sum(int column) const { return static_cast<uint32_t>(south.read().value[column]); }

  sc_core::sc_signal<hw::OperandEdge> west;
  sc_core::sc_signal<hw::OperandEdge> north;
  sc_core::sc_signal<hw::DrainEdge> drain;
  sc_core::sc_signal<hw::SumEdge> south;
  hw::StateTable table;
  hw::FaultTaps taps;
  std::unique_ptr<hw::PeGrid> grid;
};

}  // namespace

struct GridLockstep::Simulation {
  Simulation(const hw::GridConfig& grid, const GridEngine& first, const GridEngine& second)
      : config(grid),
        reference("reference", config, first.make, cycle_clock, clock),
        other("other", config, second.make, cycle_clock, clock),
        comparison(reference.table, other.table) {
    for (int column = 0; column < config.columns; ++column) {
      comparison.add_output(
          "south[" + std::to_string(column) + "]", [this, column] { return reference.sum(column); },
          [this, column] { return other.sum(column); });
    }
  }

  void show(const GridEdges& edges) {
    reference.show(edges);
    other.show(edges);
    settle();
  }
  /// Lets the grids follow the edges, and their outputs the registers.
  void settle() {
    for (int delta = 0; delta < 2; ++delta) {
      activity.notify(sc_core::SC_ZERO_TIME);  // the kernel warns of a start without any
      sc_core::sc_start(sc_core::SC_ZERO_TIME);
    }
  }
  /// Sets the registers of both as the program wants them; cycle 0 comes next and no fault is armed.
  void begin(const GridProgram& program) {
    if (sc_core::sc_time_stamp() == sc_core::SC_ZERO_TIME) {
      sc_core::sc_start(period / 2);  // edges come at multiples of the period; stay between them
    }
    std::optional<hw::CounterRandom> random = program.registers;
    reference.table.reset();
    if (random) {
      randomise_registers(reference.table, *random);
    }
    other.table.restore(reference.table.snapshot());
    for (Side* side : {&reference, &other}) {
      side->taps.disarm();
      side->grid->drive();
    }
    cycle_clock.set_next_cycle(0);
    show(idle_edges(config));
  }

  const sc_core::sc_time period{1, sc_core::SC_NS};
  const hw::GridConfig config;
  hw::CycleClock cycle_clock{period};
  sc_core::sc_clock clock{"clock", period, 0.5, period};
  sc_core::sc_event activity{"activity"};
  Side reference;
  Side other;
  rtl::LockstepComparison comparison;
};

GridLockstep::GridLockstep(const hw::GridConfig& config, const GridEngine& reference, const GridEngine& other)
    : simulation_(std::make_unique<Simulation>(config, reference, other)) {
  std::vector<std::string> unseen = reference.unseen;
  unseen.insert(unseen.end(), other.unseen.begin(), other.unseen.end());
  for (const size_t field : injectable_fields(this->reference())) {
    if (std::find(unseen.begin(), unseen.end(), this->reference().fields()[field].path) == unseen.end()) {
      fields_.push_back(field);
    } else {
      simulation_->comparison.leave_out(field);
    }
  }
}

GridLockstep::~GridLockstep() = default;

std::optional<rtl::Divergence> GridLockstep::run(const GridProgram& program, const std::vector<hw::Fault>& faults,
                                                 const Observer& observer, uint64_t cycles_after) {
  Simulation& all = *simulation_;
  all.begin(program);
  for (const hw::Fault& fault : faults) {
    if (std::find(fields_.begin(), fields_.end(), fault.site.field) == fields_.end()) {
      throw std::invalid_argument("a fault strikes a field that one of the engines does not show");
    }
    all.reference.taps.arm(fault);
    all.other.taps.arm(fault);
  }
  std::optional<rtl::Divergence> divergence;
  uint64_t end = program.edges.size();
  for (uint64_t cycle = 0; cycle < end; ++cycle) {
    sc_core::sc_start(all.period);
    all.show(program.edges[cycle]);
    if (observer) {
      observer(cycle);
    }
    ++cycles_;
    if (!divergence && (divergence = all.comparison.compare(cycle))) {
      end = std::min(end, cycle + 1 + cycles_after);
    }
  }
  return divergence;
}

const hw::StateTable& GridLockstep::reference() const {
  return simulation_->reference.table;
}

const hw::StateTable& GridLockstep::other() const {
  return simulation_->other.table;
}

std::vector<hw::Site> GridLockstep::differing_sites() const {
  return simulation_->comparison.differing_sites();
}

uint64_t GridLockstep::comparisons() const {
  return simulation_->comparison.comparisons();
}

}  // namespace faultline::cosim
