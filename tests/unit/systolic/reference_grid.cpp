#include "tests/unit/systolic/reference_grid.h"

namespace faultline::test {
namespace {

using hw::Dataflow;
using hw::Fault;
using hw::FaultModel;

bool window_open(const Fault& fault, uint64_t cycle) {
  if (cycle < fault.start) {
    return false;
  }
  uint64_t since = cycle - fault.start;
  if (fault.period != 0) {
    since %= fault.period;
  }
  return fault.duration == 0 || since < fault.duration;
}

bool window_opens(const Fault& fault, uint64_t cycle) {
  return window_open(fault, cycle) &&
         (cycle == fault.start || (fault.period != 0 && (cycle - fault.start) % fault.period == 0));
}

int32_t hold_bits(const Fault& fault, int32_t value) {
  const auto mask = static_cast<int32_t>(static_cast<uint32_t>(fault.mask));
  return fault.model == FaultModel::kStuckAt1 ? value | mask : value & ~mask;
}

/// The low `bits` of `value`, sign-extended (or, for one bit, 0 or 1).
int32_t narrow(int32_t value, int bits) {
  return bits == 1    ? value & 1
         : bits == 8  ? static_cast<int8_t>(value)
         : bits == 16 ? static_cast<int16_t>(value)
                      : value;
}

int width_of(const std::string& name) {
  const bool sum = name == "psum" || name == "accumulator";
  const bool bit = name == "load" || name == "bypass" || name.find("valid") != std::string::npos;
  return sum ? 32 : bit ? 1 : 8;
}

int32_t add_wrapping(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(static_cast<int64_t>(a) + static_cast<int64_t>(b)));
}

}  // namespace

ReferenceGrid::ReferenceGrid(const hw::GridConfig& config)
    : config_(config),
      moving_(config.dataflow == Dataflow::kInputStationary ? "weight" : "activation"),
      stationary_(config.dataflow == Dataflow::kInputStationary ? "activation" : "weight") {
  const Array zeros(static_cast<size_t>(config.rows * config.columns), 0);
  std::vector<std::string> names = {"activation", "activation_valid", "weight", "weight_valid"};
  if (config.dataflow == Dataflow::kOutputStationary) {
    names.emplace_back("accumulator");
  } else {
    names.insert(names.end(), {stationary_ + "_next", stationary_ + "_next_valid", "load", "psum"});
  }
  for (const std::string& name : names) {
    registers_[name] = zeros;
  }
  registers_["bypass"] = zeros;
  for (size_t pe = 0; pe < zeros.size(); ++pe) {
    const auto place = static_cast<int>(pe);
    registers_["bypass"][pe] = config.bypassed(place / config.columns, place % config.columns) ? 1 : 0;
  }
}

int32_t ReferenceGrid::from_west(const Array& registers, int row, int column, int32_t edge) const {
  return column == 0 ? edge : registers[at(row, column - 1)];
}

int32_t ReferenceGrid::from_north(const Array& registers, int row, int column, int32_t edge) const {
  return row == 0 ? edge : registers[at(row - 1, column)];
}

ReferenceGrid::Array ReferenceGrid::products(const GridStimulus& inputs, uint64_t cycle, bool struck) const {
  Array result = registers_.at("activation");
  for (int row = 0; row < config_.rows; ++row) {
    for (int column = 0; column < config_.columns; ++column) {
      const int32_t moving = from_west(registers_.at(moving_), row, column, inputs.west.value[row]);
      int32_t other = registers_.at(stationary_)[at(row, column)];
      if (config_.dataflow == Dataflow::kOutputStationary) {
        other = from_north(registers_.at("weight"), row, column, inputs.north.value[column]);
      }
      const int32_t activation = moving_ == "activation" ? moving : other;
      const int32_t weight = moving_ == "activation" ? other : moving;
      const int16_t product =
          config_.multiplier_at(row, column, 0).product(static_cast<int8_t>(activation), static_cast<int8_t>(weight));
      result[at(row, column)] = struck ? strike("product", at(row, column), product, 16, cycle) : product;
    }
  }
  return result;
}

void ReferenceGrid::step(const GridStimulus& inputs, uint64_t cycle) {
  const Array product = products(inputs, cycle - 1, cycle > 0);
  if (config_.dataflow == Dataflow::kOutputStationary) {
    step_output_stationary(inputs, product);
  } else {
    step_operand_stationary(inputs, product);
  }
  for (const bool flips : {true, false}) {
    for (const auto& [name, fault] : faults_) {
      if (name == "product" || (fault.model == FaultModel::kFlip) != flips) {
        continue;
      }
      int32_t& value = registers_.at(name)[fault.site.element];
      if (flips && window_opens(fault, cycle)) {
        value = narrow(value ^ static_cast<int32_t>(static_cast<uint32_t>(fault.mask)), width_of(name));
      } else if (!flips && window_open(fault, cycle)) {
        value = narrow(hold_bits(fault, value), width_of(name));
      }
    }
  }
}

void ReferenceGrid::step_operand_stationary(const GridStimulus& inputs, const Array& product) {
  const Registers old = registers_;
  const std::string next = stationary_ + "_next";
  const std::string next_valid = next + "_valid";
  const std::string stationary_valid = stationary_ + "_valid";
  const std::string moving_valid = moving_ + "_valid";
  for (int row = 0; row < config_.rows; ++row) {
    for (int column = 0; column < config_.columns; ++column) {
      const size_t pe = at(row, column);
      if (inputs.north.control[column] != 0) {
        registers_[next][pe] = from_north(old.at(next), row, column, inputs.north.value[column]);
        registers_[next_valid][pe] = from_north(old.at(next_valid), row, column, inputs.north.valid[column]);
      }
      const int32_t load_in = from_west(old.at("load"), row, column, inputs.west.control[row]);
      if (load_in != 0) {
        registers_[stationary_][pe] = old.at(next)[pe];
        registers_[stationary_valid][pe] = old.at(next_valid)[pe];
      }
      registers_["load"][pe] = load_in;
      registers_[moving_][pe] = from_west(old.at(moving_), row, column, inputs.west.value[row]);
      const int32_t valid_in = from_west(old.at(moving_valid), row, column, inputs.west.valid[row]);
      registers_[moving_valid][pe] = valid_in;
      const bool multiplies = valid_in != 0 && old.at(stationary_valid)[pe] != 0 && old.at("bypass")[pe] == 0;
      registers_["psum"][pe] = add_wrapping(from_north(old.at("psum"), row, column, 0), multiplies ? product[pe] : 0);
    }
  }
}

void ReferenceGrid::step_output_stationary(const GridStimulus& inputs, const Array& product) {
  const Registers old = registers_;
  for (int row = 0; row < config_.rows; ++row) {
    for (int column = 0; column < config_.columns; ++column) {
      const size_t pe = at(row, column);
      const int32_t activation_valid = from_west(old.at("activation_valid"), row, column, inputs.west.valid[row]);
      const int32_t weight_valid = from_north(old.at("weight_valid"), row, column, inputs.north.valid[column]);
      registers_["activation"][pe] = from_west(old.at("activation"), row, column, inputs.west.value[row]);
      registers_["activation_valid"][pe] = activation_valid;
      registers_["weight"][pe] = from_north(old.at("weight"), row, column, inputs.north.value[column]);
      registers_["weight_valid"][pe] = weight_valid;
      if (inputs.drain.drain[column] != 0) {
        registers_["accumulator"][pe] = from_north(old.at("accumulator"), row, column, 0);
      } else if (activation_valid != 0 && weight_valid != 0 && old.at("bypass")[pe] == 0) {
        registers_["accumulator"][pe] = add_wrapping(old.at("accumulator")[pe], product[pe]);
      }
    }
  }
}

int32_t ReferenceGrid::strike(const std::string& name, size_t element, int32_t value, int bits, uint64_t cycle) const {
  for (const bool flips : {true, false}) {
    for (const NamedFault& armed : faults_) {
      const Fault& fault = armed.fault;
      const bool here = armed.name == name && fault.site.element == element && window_open(fault, cycle);
      if (!here || (fault.model == FaultModel::kFlip) != flips) {
        continue;
      }
      value = flips ? value ^ static_cast<int32_t>(static_cast<uint32_t>(fault.mask)) : hold_bits(fault, value);
    }
  }
  return narrow(value, bits);
}

std::vector<int32_t> ReferenceGrid::values(const std::string& path, const GridStimulus& inputs, uint64_t cycle) const {
  const std::string name = name_of(path);
  return name == "product" ? products(inputs, cycle, true) : registers_.at(name);
}

}  // namespace faultline::test
