#include "sim/mapping/program.h"

#include <algorithm>
#include <iterator>

namespace faultline::mapping {

Phase phase_of(const hw::CommandDescriptor& command) {
  const auto opcode = static_cast<hw::Opcode>(command.opcode);
  return opcode == hw::Opcode::kLoad ? Phase::kLoad : opcode == hw::Opcode::kCompute ? Phase::kCompute : Phase::kDrain;
}

std::vector<hw::CommandDescriptor> LayerProgram::commands() const {
  std::vector<hw::CommandDescriptor> all;
  all.reserve(steps.size());
  std::transform(steps.begin(), steps.end(), std::back_inserter(all), [](const Step& step) { return step.command; });
  return all;
}

}  // namespace faultline::mapping
