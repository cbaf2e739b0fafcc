#include "rtl/verilated/poke_test.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "rtl/generator/rtl_error.h"
#include "rtl/verilated/pin_bits.h"
#include "rtl/verilated/verilated_model.h"

namespace faultline::rtl {
namespace {

constexpr int kDepositRounds = 4;
/// What else the machine holds may hide a site: most show at once, the rarest when several counters happen to be equal.
constexpr int kEffectRounds = 20000;
constexpr size_t kAllElements = ~size_t{0};

const hw::StateTable& filled(hw::StateTable& table, const AddFields& add_fields) {
  add_fields(table);
  return table;
}

/// A model with a state table of its own.
class Copy {
 public:
  Copy(const std::filesystem::path& library, const Design& design, const AddFields& add_fields)
      : model(library, design, filled(table, add_fields), 0) {
    for (const Pin& pin : design.inputs) {
      inputs_.push_back({model.pin(pin), pin.bits});
    }
    for (const Pin& pin : design.outputs) {
      outputs_.push_back({model.pin(pin), pin.bits});
    }
  }

  /// Random values on all inputs.
  void show_random(std::mt19937_64& random) {
    constexpr int kWord = 32;
    for (const Port& pin : inputs_) {
      for (int first = 0; first < pin.bits; first += kWord) {
        put_bits(pin.storage, static_cast<size_t>(first), std::min(kWord, pin.bits - first), random());
      }
    }
  }

  void show_same(const Copy& other) {
    for (size_t i = 0; i < inputs_.size(); ++i) {
      std::memcpy(inputs_[i].storage, other.inputs_[i].storage, storage_bytes(inputs_[i].bits));
    }
  }

  bool shows_same(const Copy& other) const {
    for (size_t i = 0; i < outputs_.size(); ++i) {
      if (std::memcmp(outputs_[i].storage, other.outputs_[i].storage, storage_bytes(outputs_[i].bits)) != 0) {
        return false;
      }
    }
    return true;
  }

  hw::StateTable table;
  VerilatedModel model;

 private:
  struct Port {
    void* storage;
    int bits;
  };

  std::vector<Port> inputs_, outputs_;
};

class PokeTest {
 public:
  PokeTest(const std::filesystem::path& library, const Design& design, const AddFields& add_fields)
      : design_(design), plain_(library, design, add_fields), struck_(library, design, add_fields) {
    add_fields(random_state_);
    add_fields(reset_state_);
  }

  void run() {
    for (int round = 0; round < kDepositRounds; ++round) {
      randomise(true);
      check_deposits();
    }
    check_reset();
    std::vector<hw::Site> hidden = sites_with_readers();
    for (int round = 0; round < kEffectRounds && !hidden.empty(); ++round) {
      randomise(false);
      hidden.erase(std::remove_if(hidden.begin(), hidden.end(), [this](hw::Site site) { return shows(site); }),
                   hidden.end());
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
    const size_t element = site.element == kAllElements ? 0 : site.element;
    return fmt::format("{} ({})", element_path(design_.signals[site.field], element),
                       hw::element_path(design_.signals[site.field].field, element));
  }

  bool is(size_t signal, hw::StateKind kind) const { return design_.signals[signal].field.kind == kind; }

  template <class Action>
  void for_each_stored(bool memories, Action action) const {
    for (size_t signal = 0; signal < design_.signals.size(); ++signal) {
      const bool stored = is(signal, hw::StateKind::kRegister) || (memories && is(signal, hw::StateKind::kMemory));
      for (size_t element = 0; stored && element < design_.signals[signal].field.element_count(); ++element) {
        action(hw::Site{signal, element});
      }
    }
  }

  /// Random registers, pins and, where asked for, memories. In most rounds all registers are small numbers of the same
  /// magnitude, so that addresses are in range and counters meet their limits.
  void randomise(bool memories) {
    const int magnitude = random_() % 4 == 0 ? 64 : static_cast<int>(1 + random_() % 6);
    const uint64_t mask = magnitude == 64 ? ~uint64_t{0} : (uint64_t{1} << magnitude) - 1;
    for_each_stored(memories, [&](hw::Site site) {
      const bool memory = is(site.field, hw::StateKind::kMemory);
      const auto ones = static_cast<uint64_t>(design_.signals[site.field].ones);
      const bool one = ones == 0 || random_() % design_.signals[site.field].field.element_count() < ones;
      random_state_.poke(site, one ? random_() & (memory ? ~uint64_t{0} : mask) : 0);
    });
    plain_.show_random(random_);
    struck_.show_same(plain_);
  }

  void check_deposits() {
    for (Copy* copy : {&plain_, &struck_}) {
      copy->model.copy_from(random_state_);
      copy->model.evaluate(false);
      copy->model.copy_to(copy->table);
    }
    for_each_stored(true, [this](hw::Site site) {
      if (random_state_.peek(site) != plain_.table.peek(site)) {
        refuse_deposit(site);
      }
    });
  }

  /// With random inputs, reset leaves nothing but reset values of registers whose bits were all 1.
  void check_reset() {
    for_each_stored(false, [this](hw::Site site) { random_state_.poke(site, ~uint64_t{0}); });
    plain_.model.copy_from(random_state_);
    struck_.model.copy_from(random_state_);
    plain_.model.reset();
    struck_.model.reset();
    plain_.model.copy_to(plain_.table);
    for_each_stored(false, [this](hw::Site site) {
      const uint64_t wanted = reset_state_.peek(site);
      if (plain_.table.peek(site) != wanted) {
        throw RtlError(fmt::format("{} is {:#x} after reset", element_path(design_.signals[site.field], site.element),
                                   plain_.table.peek(site)),
                       fmt::format("a reset must leave {:#x} in this register", wanted));
      }
    });
  }

  std::vector<hw::Site> sites_with_readers() const {
    std::vector<hw::Site> sites;
    for (size_t index = 0; index < design_.signals.size(); ++index) {
      const MappedSignal& signal = design_.signals[index];
      if (is(index, hw::StateKind::kMemory)) {
        sites.push_back({index, kAllElements});
        continue;
      }
      if (is(index, hw::StateKind::kWire) && (!plain_.model.forceable() || signal.path.empty())) {
        continue;
      }
      for (size_t element = 0; element < signal.field.element_count(); ++element) {
        if (std::find(signal.unread.begin(), signal.unread.end(), element) == signal.unread.end()) {
          sites.push_back({index, element});
        }
      }
    }
    return sites;
  }

  /// Strikes one bit in one of two copies in the same state; true if their outputs differ or what the next edge stores.
  /// Both step, so that what a design holds beside the mapped registers stays equal too.
  bool shows(hw::Site site) {
    for (Copy* copy : {&plain_, &struck_}) {
      copy->model.copy_from(random_state_);
      copy->model.evaluate(false);
    }
    strike(site, uint64_t{1} << (random_() % static_cast<uint32_t>(design_.signals[site.field].field.bits)));
    struck_.model.evaluate(false);
    const bool output = !struck_.shows_same(plain_);
    for (Copy* copy : {&plain_, &struck_}) {
      copy->model.evaluate(true);
      copy->model.copy_to(copy->table);
    }
    const bool differs = output || !struck_.shows_same(plain_) || stores_otherwise(site);
    if (is(site.field, hw::StateKind::kWire)) {
      struck_.model.force(site.field, site.element, 0, 0);
    }
    return differs;
  }

  void strike(hw::Site site, uint64_t bit) {
    if (is(site.field, hw::StateKind::kWire)) {
      struck_.model.force(site.field, site.element, bit, struck_.model.peek(site.field, site.element) ^ bit);
      return;
    }
    const bool all = site.element == kAllElements;
    const size_t end = all ? design_.signals[site.field].field.element_count() : site.element + 1;
    for (size_t element = all ? 0 : site.element; element < end; ++element) {
      struck_.model.poke(site.field, element, struck_.model.peek(site.field, element) ^ bit);
    }
  }

  /// True if the edge left something else in the struck copy; a struck memory's own words do not count.
  bool stores_otherwise(hw::Site site) {
    if (site.element == kAllElements) {
      const hw::StateField& field = struck_.table.fields()[site.field];
      std::memcpy(struck_.table.arena() + field.offset, plain_.table.arena() + field.offset,
                  field.element_count() * static_cast<size_t>(field.element_bytes));
    }
    return std::memcmp(plain_.table.arena(), struck_.table.arena(), plain_.table.arena_bytes()) != 0;
  }

  const Design& design_;
  hw::StateTable random_state_;
  hw::StateTable reset_state_;  ///< as it was made
  Copy plain_;
  Copy struck_;
  std::mt19937_64 random_{1};
};

}  // namespace

void poke_test(const std::filesystem::path& library, const Design& design, const AddFields& add_fields) {
  PokeTest(library, design, add_fields).run();
}

std::optional<ModelCheck> model_check(SiteCheck check, const Design& design, const AddFields& add_fields) {
  if (check == SiteCheck::kNone) {
    return std::nullopt;
  }
  return ModelCheck{
      fmt::format("poke_test_{}", kPokeTestVersion),
      [&design, add_fields](const std::filesystem::path& library) { poke_test(library, design, add_fields); }};
}

}  // namespace faultline::rtl
