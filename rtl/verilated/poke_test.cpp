#include "rtl/verilated/poke_test.h"

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "hw/systolic/grid_state.h"
#include "rtl/generator/rtl_error.h"
#include "rtl/verilated/verilated_model.h"

namespace faultline::rtl {
namespace {

constexpr int kDepositRounds = 4;
/// A valid bit or a control that is 0 hides a site for one edge; so many in a row do not happen.
constexpr int kEffectRounds = 200;

/// A model with a state table of its own.
struct Copy {
  Copy(const std::filesystem::path& library, const Design& design, const hw::GridConfig& config)
      : state(config, table, [](size_t) { return uint64_t{0}; }),
        model(library, design, table, 0),
        south(config.columns) {}

  std::vector<int32_t> south_before_edge() {
    model.read_south(south);
    return {south.value, south.value + south.lanes};
  }
  void finish_cycle() {
    model.evaluate(true);
    model.copy_to(table);
    model.read_south(south);
  }

  hw::StateTable table;
  hw::GridState state;
  VerilatedModel model;
  hw::SumEdge south;
};

class PokeTest {
 public:
  PokeTest(const std::filesystem::path& library, const Design& design, const hw::GridConfig& config)
      : design_(design), config_(config), plain_(library, design, config), struck_(library, design, config) {}

  void run() {
    for (int round = 0; round < kDepositRounds; ++round) {
      check_deposits();
    }
    check_reset();
    std::vector<hw::Site> hidden = sites_with_readers();
    for (int round = 0; round < kEffectRounds && !hidden.empty(); ++round) {
      std::vector<hw::Site> still_hidden;
      for (const hw::Site site : hidden) {
        if (!strike(site)) {
          still_hidden.push_back(site);
        }
      }
      hidden = std::move(still_hidden);
    }
    if (!hidden.empty()) {
      refuse_hidden(hidden.front());
    }
  }

 private:
  [[noreturn]] void refuse_deposit(hw::Site site) const {
    throw RtlError(fmt::format("a value deposited in {} does not stay there", name_of(site)),
                   "a register is needed that only the clock and an active reset change");
  }
  [[noreturn]] void refuse_hidden(hw::Site site) const {
    throw RtlError(fmt::format("a fault in {} changes nothing", name_of(site)),
                   "an output, or what the next edge stores, must depend on it while reset is inactive");
  }
  std::string name_of(hw::Site site) const {
    return fmt::format("{} ({})", element_path(design_.signals[site.field], site.element),
                       hw::element_path(design_.signals[site.field].field, site.element));
  }

  bool is_wire(size_t signal) const { return design_.signals[signal].field.kind == hw::StateKind::kWire; }

  void check_deposits() {
    for (size_t signal = 0; signal < design_.signals.size(); ++signal) {
      for (size_t element = 0; !is_wire(signal) && element < design_.signals[signal].field.element_count(); ++element) {
        plain_.table.poke({signal, element}, random_());
      }
    }
    plain_.model.copy_from(plain_.table);
    plain_.model.evaluate(false);
    plain_.model.copy_to(struck_.table);
    for (size_t signal = 0; signal < design_.signals.size(); ++signal) {
      for (size_t element = 0; !is_wire(signal) && element < design_.signals[signal].field.element_count(); ++element) {
        if (plain_.table.peek({signal, element}) != struck_.table.peek({signal, element})) {
          refuse_deposit({signal, element});
        }
      }
    }
    struck_.model.copy_from(struck_.table);
  }

  /// After random registers and under random edges, reset leaves nothing but zeros.
  void check_reset() {
    show_random_edges();
    plain_.model.reset();
    struck_.model.reset();
    plain_.model.copy_to(plain_.table);
    struck_.model.copy_to(struck_.table);
    for (size_t signal = 0; signal < design_.signals.size(); ++signal) {
      for (size_t element = 0; !is_wire(signal) && element < design_.signals[signal].field.element_count(); ++element) {
        if (plain_.table.peek({signal, element}) != 0) {
          throw RtlError(fmt::format("{} is {:#x} after reset", element_path(design_.signals[signal], element),
                                     plain_.table.peek({signal, element})),
                         "a reset must leave 0 in every register");
        }
      }
    }
  }

  std::vector<hw::Site> sites_with_readers() const {
    std::vector<hw::Site> sites;
    const auto columns = static_cast<size_t>(config_.columns);
    const auto last_row = static_cast<size_t>(config_.rows) - 1;
    for (size_t index = 0; index < design_.signals.size(); ++index) {
      const MappedSignal& signal = design_.signals[index];
      for (size_t element = 0; element < signal.field.element_count(); ++element) {
        const bool leaves = (!signal.read_east && element % columns == columns - 1) ||
                            (!signal.read_south && element / columns == last_row);
        if (!leaves && (!is_wire(index) || (plain_.model.forceable() && !signal.path.empty()))) {
          sites.push_back({index, element});
        }
      }
    }
    return sites;
  }

  void show_random_edges() {
    hw::OperandEdge west(config_.rows);
    hw::OperandEdge north(config_.columns);
    hw::DrainEdge drain(config_.columns);
    for (hw::OperandEdge* edge : {&west, &north}) {
      for (int lane = 0; lane < edge->lanes; ++lane) {
        edge->value[lane] = static_cast<int8_t>(random_());
        edge->valid[lane] = random_() % 4 != 0 ? 1 : 0;
        edge->control[lane] = random_() % 2;
      }
    }
    for (int column = 0; column < config_.columns; ++column) {
      drain.drain[column] = random_() % 4 == 0 ? 1 : 0;
    }
    plain_.model.show(west, north, drain);
    struck_.model.show(west, north, drain);
  }

  /// Strikes one bit in one of two equal copies; true if their outputs differ or what they hold after the next edge.
  /// Leaves them equal.
  bool strike(hw::Site site) {
    show_random_edges();
    plain_.model.evaluate(false);
    struck_.model.evaluate(false);
    const uint64_t bit = uint64_t{1} << (random_() % static_cast<uint32_t>(design_.signals[site.field].field.bits));
    const uint64_t struck = struck_.model.peek(site.field, site.element) ^ bit;
    if (is_wire(site.field)) {
      struck_.model.force(site.field, site.element, bit, struck);
    } else {
      struck_.model.poke(site.field, site.element, struck);
    }
    struck_.model.evaluate(false);
    const bool shown = plain_.south_before_edge() != struck_.south_before_edge();
    plain_.finish_cycle();
    struck_.finish_cycle();
    const bool differs = shown || !(plain_.south == struck_.south) ||
                         std::memcmp(plain_.table.arena(), struck_.table.arena(), plain_.table.arena_bytes()) != 0;
    if (is_wire(site.field)) {
      struck_.model.force(site.field, site.element, 0, 0);
    }
    struck_.model.copy_from(plain_.table);
    return differs;
  }

  const Design& design_;
  const hw::GridConfig config_;
  Copy plain_;
  Copy struck_;
  std::mt19937 random_{1};
};

}  // namespace

void poke_test(const std::filesystem::path& library, const Design& design, const hw::GridConfig& config) {
  PokeTest(library, design, config).run();
}

}  // namespace faultline::rtl
