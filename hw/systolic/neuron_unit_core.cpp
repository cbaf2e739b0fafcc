#include "hw/systolic/neuron_unit_core.h"

#include <algorithm>
#include <array>
#include <string>

namespace faultline::hw {
namespace {

std::string path_of(const NeuronUnitKind& kind, const char* name) {
  return "protection." + kind.name + "." + name;
}

}  // namespace

NeuronUnitCore::Stage::Stage(StateTable& table, const std::string& path, bool has_bound)
    : valid(table, path + ".valid", 1),
      word(table, path + ".word", 2),
      last(table, path + ".last", 1),
      address(table, path + ".address", 24) {
  if (has_bound) {
    bound.emplace(table, path + ".bound", 8);
  }
}

void NeuronUnitCore::Stage::take(const Stage& before) const {
  valid.set(before.valid.get());
  word.set(before.word.get());
  last.set(before.last.get());
  address.set(before.address.get());
  if (bound) {
    bound->set(before.bound->get());
  }
}

NeuronUnitCore::NeuronUnitCore(const ProtectionConfig& config, StateTable& table, FaultTaps& taps)
    : kind_(*find_neuron_unit_kind(config.neuron_unit)),
      on_error_(config.neuron_on_error),
      entry_bytes_(neuron_entry_bytes(kind_)),
      taps_(taps),
      table_(table, path_of(kind_, "table"), int64_t{config.neuron_entries} * entry_bytes_),
      state_(table, path_of(kind_, "state"), 1),
      done_(table, path_of(kind_, "done"), 1),
      word_(table, path_of(kind_, "word"), 2),
      entry_(table, path_of(kind_, "entry"), 24),
      request_(table, path_of(kind_, "request"), kind_.has_intervals()),
      fetched_(table, path_of(kind_, "fetched"), kind_.has_intervals()),
      held_(table, path_of(kind_, "held[*]"), 8, {static_cast<int>(kind_.words) - 1}),
      target_(table, path_of(kind_, "target"), 24),
      low_(kind_.has_intervals() ? std::make_optional<StateRegister<int8_t>>(table, path_of(kind_, "low"), 8)
                                 : std::nullopt),
      write_valid_(table, path_of(kind_, "write.valid"), 1),
      write_last_(table, path_of(kind_, "write.last"), 1),
      write_address_(table, path_of(kind_, "write.address"), 24),
      write_code_(table, path_of(kind_, "write.code"), 8),
      report_(table, kind_.name) {
  if (config.neuron_repeats) {
    repeat_.emplace(table, kind_.name, *config.neuron_repeats);
  }
}

void NeuronUnitCore::step(const Inputs& inputs, uint64_t cycle) {
  const bool layer_begins = inputs.start && state_.get() != kWalk && inputs.command.accumulate == 0;
  bool difference = false;
  // Later stages first: each uses what the stage before it held before the edge.
  done_.set(write_valid_.get() & write_last_.get());
  write_valid_.set(0);
  if (fetched_.valid.get() != 0) {
    difference = take_word(inputs.word, inputs.command.pad_value);
  }
  fetched_.take(request_);
  request_.valid.set(0);
  if (state_.get() == kWalk) {
    ask(inputs.command);
  } else if (inputs.start) {
    begin(inputs.command);
  }
  if (repeat_) {
    repeat_->step(layer_begins, difference);
  }
  load(inputs.write);
  if (!taps_.empty()) {
    taps_.apply_registers(cycle);
  }
}

void NeuronUnitCore::begin(const CommandDescriptor& command) {
  if (command.rows == 0) {
    done_.set(1);
    return;
  }
  state_.set(kWalk);
  entry_.set(0);
  word_.set(0);
}

void NeuronUnitCore::ask(const CommandDescriptor& command) {
  const uint32_t entry = entry_.get();
  const uint8_t word = word_.get();
  const bool last = entry + 1 >= static_cast<uint32_t>(command.rows);
  request_.valid.set(1);
  request_.word.set(word);
  request_.last.set(last);
  request_.address.set(entry_address(entry));
  if (request_.bound) {
    request_.bound->set(entry_bound(entry));
  }
  entry_.set(entry + 1);
  word_.set(word + 1U < kind_.words ? word + 1 : 0);
  if (last) {
    state_.set(kIdle);
  }
}

uint32_t NeuronUnitCore::entry_address(uint32_t entry) const {
  uint32_t address = 0;
  for (int byte = 0; byte < kNeuronAddressBytes; ++byte) {
    address |= static_cast<uint32_t>(table_.read(int64_t{entry} * entry_bytes_ + byte)) << (8 * byte);
  }
  return address;
}

int8_t NeuronUnitCore::entry_bound(uint32_t entry) const {
  return static_cast<int8_t>(table_.read(int64_t{entry} * entry_bytes_ + kNeuronAddressBytes));
}

bool NeuronUnitCore::take_word(uint8_t word, int32_t zero) {
  const uint8_t number = fetched_.word.get();
  if (number == 0) {
    target_.set(fetched_.address.get());
    if (low_) {
      low_->set(fetched_.bound->get());
    }
  }
  if (number + 1U < kind_.words) {
    held_.set(word, number);
    return false;
  }
  return combine(word, zero);
}

bool NeuronUnitCore::combine(uint8_t last_word, int32_t zero) {
  NeuronWords words = {};
  for (size_t i = 0; i + 1 < kind_.words; ++i) {
    words[i] = held_.get(i);
  }
  words[kind_.words - 1] = last_word;
  const CodeInterval interval = low_ ? CodeInterval{low_->get(), fetched_.bound->get()} : CodeInterval{};
  CombinedNeuron neuron = kind_.combined(words, zero, interval);
  if (neuron.verdict == NeuronVerdict::kAlarm && on_error_ == ErrorAction::kZero) {
    neuron = {static_cast<int8_t>(zero), NeuronVerdict::kReplaced};
  }
  const bool repeats = neuron.verdict == NeuronVerdict::kAlarm && repeat_ && repeat_->may_ask();
  if (repeats) {
    neuron.verdict = NeuronVerdict::kCorrected;
  }
  write_valid_.set(1);
  write_last_.set(fetched_.last.get());
  write_address_.set(target_.get());
  write_code_.set(neuron.code);
  if (neuron.verdict != NeuronVerdict::kRight) {
    report_.note(neuron.verdict == NeuronVerdict::kCorrected  ? ReportRegisters::kCorrected
                 : neuron.verdict == NeuronVerdict::kReplaced ? ReportRegisters::kReplaced
                                                              : ReportRegisters::kAlarm);
  }
  return repeats;
}

void NeuronUnitCore::load(const BufferWrite& write) {
  if (!write.valid || static_cast<LoadTarget>(write.target) != LoadTarget::kTable) {
    return;
  }
  for (int i = 0; i < write.count; ++i) {
    const uint32_t address = write.address + static_cast<uint32_t>(i);
    if (address >= kNeuronTableBase && address < kNeuronMaskBase) {
      table_.write(address - kNeuronTableBase, write.data.bytes[i]);
    }
  }
}

bool NeuronUnitCore::is_rewritten(const std::string& path) {
  const auto& kinds = neuron_unit_kinds();
  return std::any_of(kinds.begin(), kinds.end(), [&](const NeuronUnitKind& kind) {
    static const std::array<const char*, 5> kFields = {"table[*]", "split[*]", "held[*]", "low", "write.code"};
    return path == RepeatRequest::repeats_path(kind.name) ||
           std::any_of(kFields.begin(), kFields.end(), [&](const char* field) { return path == path_of(kind, field); });
  });
}

}  // namespace faultline::hw
