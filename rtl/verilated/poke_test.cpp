#include "rtl/verilated/poke_test.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "rtl/generator/rtl_error.h"
#include "rtl/verilated/pin_bits.h"
#include "rtl/verilated/verilated_model.h"

namespace faultline::rtl {
namespace {

constexpr int kDepositRounds = 4;
/// What else the machine holds may hide a site: most show at once, the rarest when several counters happen to be equal.
constexpr int kEffectRounds = 20000;
constexpr size_t kAllElements = ~size_t{0};

class PokeTest {
 public:
  PokeTest(const std::filesystem::path& library, const Design& design, const AddFields& add_fields) : design_(design) {
    for (hw::StateTable* table : {&before_, &after_, &struck_}) {
      add_fields(*table);
    }
    model_ = std::make_unique<VerilatedModel>(library, design, before_, 0);
    for (const Pin& pin : design.inputs) {
      inputs_.push_back({model_->pin(pin), pin.bits});
    }
    for (const Pin& pin : design.outputs) {
      outputs_.push_back({model_->pin(pin), pin.bits});
    }
  }

  void run() {
    for (int round = 0; round < kDepositRounds; ++round) {
      randomise(true);
      check_deposits();
    }
    std::vector<hw::Site> hidden = sites_with_readers();
    for (int round = 0; round < kEffectRounds && !hidden.empty(); ++round) {
      randomise(false);
      step_unstruck();
      hidden.erase(std::remove_if(hidden.begin(), hidden.end(), [this](hw::Site site) { return shows(site); }),
                   hidden.end());
    }
    if (!hidden.empty()) {
      refuse(hidden.front());
    }
  }

 private:
  struct Port {
    void* storage;
    int bits;
  };

  [[noreturn]] void refuse(hw::Site site) const {
    const size_t element = site.element == kAllElements ? 0 : site.element;
    throw RtlError(
        "faults do not reach " + element_path(design_.signals[site.field], element) + " of the Verilated model",
        "report it with the version of Verilator");
  }

  bool is(size_t signal, hw::StateKind kind) const { return design_.signals[signal].field.kind == kind; }

  template <class Action>
  void for_each_stored(bool memories, Action action) {
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
      before_.poke(site, random_() & (memory ? ~uint64_t{0} : mask));
    });
    for (const Port& pin : inputs_) {
      for (int first = 0; first < pin.bits; first += 32) {
        put_bits(pin.storage, static_cast<size_t>(first), std::min(32, pin.bits - first), random_());
      }
    }
  }

  void check_deposits() {
    model_->copy_from(before_);
    model_->evaluate(false);
    model_->copy_to(after_);
    for_each_stored(true, [this](hw::Site site) {
      if (before_.peek(site) != after_.peek(site)) {
        refuse(site);
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
      if (is(index, hw::StateKind::kWire) && !model_->forceable()) {
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

  std::vector<uint8_t> shown() const {
    std::vector<uint8_t> bytes;
    for (const Port& pin : outputs_) {
      const auto* const storage = static_cast<const uint8_t*>(pin.storage);
      bytes.insert(bytes.end(), storage, storage + storage_bytes(pin.bits));
    }
    return bytes;
  }

  void step_unstruck() {
    model_->copy_from(before_);
    model_->evaluate(false);
    shown_before_ = shown();
    model_->evaluate(true);
    model_->copy_to(after_);
    shown_after_ = shown();
  }

  /// Strikes one bit and does the same step; true if outputs differ or what the edge stored.
  bool shows(hw::Site site) {
    const uint64_t bit = uint64_t{1} << (random_() % static_cast<uint32_t>(design_.signals[site.field].field.bits));
    const bool wire = is(site.field, hw::StateKind::kWire);
    model_->copy_from(before_);
    if (wire) {
      model_->evaluate(false);
      model_->force(site.field, site.element, bit, model_->peek(site.field, site.element) ^ bit);
    } else if (site.element == kAllElements) {
      for (size_t element = 0; element < design_.signals[site.field].field.element_count(); ++element) {
        model_->poke(site.field, element, model_->peek(site.field, element) ^ bit);
      }
    } else {
      model_->poke(site.field, site.element, model_->peek(site.field, site.element) ^ bit);
    }
    model_->evaluate(false);
    const bool output = shown() != shown_before_;
    model_->evaluate(true);
    if (wire) {
      model_->force(site.field, site.element, 0, 0);
    }
    return output || shown() != shown_after_ || stores_otherwise(site);
  }

  /// True if the edge left something else than in the step without a strike; a struck memory's own words do not count.
  bool stores_otherwise(hw::Site site) {
    model_->copy_to(struck_);
    if (site.element == kAllElements) {
      const hw::StateField& field = struck_.fields()[site.field];
      std::memcpy(struck_.arena() + field.offset, after_.arena() + field.offset,
                  field.element_count() * static_cast<size_t>(field.element_bytes));
    }
    return std::memcmp(after_.arena(), struck_.arena(), after_.arena_bytes()) != 0;
  }

  const Design& design_;
  hw::StateTable before_, after_, struck_;
  std::unique_ptr<VerilatedModel> model_;
  std::vector<Port> inputs_, outputs_;
  std::vector<uint8_t> shown_before_, shown_after_;
  std::mt19937_64 random_{1};
};

}  // namespace

void poke_test(const std::filesystem::path& library, const Design& design, const AddFields& add_fields) {
  PokeTest(library, design, add_fields).run();
}

}  // namespace faultline::rtl
