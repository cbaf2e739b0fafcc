#include "sim/cosim/sm_lockstep.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "sim/cosim/random_values.h"

namespace faultline::cosim {

SmLockstep::SmLockstep(const hw::gpu::SmConfig& config, rtl::Design design, rtl::SiteCheck check)
    : config_(config),
      content_(static_cast<size_t>(config.global_bytes)),
      core_(config_, table_, taps_),
      memory_(config_, content_, table_),
      probe_(config_, table_),
      datapath_(config_, std::move(design), check),
      comparison_(std::make_unique<rtl::LockstepComparison>(table_, datapath_.table(),
                                                            rtl::LockstepComparison::Fields::kPart)) {
  core_.watch(&probe_);
  content_.mark_clean();
  add_outputs();
}

/// What leaves the datapath: results on their way back, and what shared memory gives.
void SmLockstep::add_outputs() {
  for (int thread = 0; thread < config_.warp_size; ++thread) {
    const auto index = static_cast<size_t>(thread);
    comparison_->add_output(
        "shared_value[" + std::to_string(thread) + "]", [this, index] { return probe_.shared_answer().value[index]; },
        [this, index] { return datapath_.shared_answer().value[index]; });
  }
  comparison_->add_output(
      "shared_served", [this] { return probe_.shared_answer().served; },
      [this] { return datapath_.shared_answer().served; });
  const std::vector<size_t> control = last_control();
  const size_t value = table_.field_index("partition[*].mac_stage[*].lane[*].value");
  for (int partition = 0; partition < config_.partitions; ++partition) {
    comparison_->add_output(
        "mac_result[" + std::to_string(partition) + "]",
        [this, control, partition] { return joined(control, static_cast<size_t>(partition)); },
        [this, partition] { return datapath_.mac_result(partition); });
    for (int lane = 0; lane < config_.lanes; ++lane) {
      const int last = (partition + 1) * (config_.mac_stages - 2) - 1;
      const hw::Site site{value, static_cast<size_t>(last * config_.lanes + lane)};
      comparison_->add_output(
          fmt::format("mac_value[{}][{}]", partition, lane), [this, site] { return table_.peek(site); },
          [this, partition, lane] { return datapath_.mac_value(partition, lane); });
    }
  }
}

/// The control of the model's last stage, from the highest bits of the RTL's port on.
std::vector<size_t> SmLockstep::last_control() const {
  const std::string stage = fmt::format("partition[*].mac.result{}.", config_.mac_stages - 3);
  std::vector<size_t> fields;
  for (const char* name : {"valid", "warp", "opcode", "destination", "modifier", "beat", "mask"}) {
    fields.push_back(table_.field_index(stage + name));
  }
  return fields;
}

uint64_t SmLockstep::joined(const std::vector<size_t>& fields, size_t element) const {
  uint64_t bits = 0;
  for (const size_t field : fields) {
    bits = bits << table_.fields()[field].bits | table_.peek({field, element});
  }
  return bits;
}

std::optional<rtl::Divergence> SmLockstep::run(const SmProgram& program, const std::vector<hw::Fault>& faults) {
  begin(program);
  for (const hw::Fault& fault : faults) {
    arm(fault);
  }
  bool runs = true;
  for (uint64_t cycle = 0; runs && cycle < program.most_cycles; ++cycle) {
    runs = step(cycle == 0, program.launch, cycle);
    datapath_.step(probe_.inputs(), cycle);
    ++cycles_;
    if (const auto divergence = comparison_->compare(cycle)) {
      return divergence;
    }
  }
  return std::nullopt;
}

uint64_t SmLockstep::length(const SmProgram& program) {
  begin(program);
  uint64_t cycle = 0;
  while (cycle < program.most_cycles && step(cycle == 0, program.launch, cycle)) {
    ++cycle;
  }
  return cycle + 1;
}

bool SmLockstep::step(bool launch_valid, const hw::gpu::KernelLaunch& launch, uint64_t cycle) {
  const hw::gpu::GlobalRequest request = core_.request();
  const hw::gpu::GlobalResponse response = memory_.response();
  probe_.begin();
  core_.step({launch_valid, launch, response}, cycle);
  memory_.step(request);
  return !core_.ready() && !core_.trapped();
}

void SmLockstep::begin(const SmProgram& program) {
  taps_.disarm();
  datapath_.taps().disarm();
  table_.reset();
  memory_.state_changed();
  content_.restore_clean();
  content_.write(0, program.global.data(), program.global.size());
  const size_t instructions = table_.field_index("instruction_memory[*]");
  for (size_t i = 0; i < program.words.size(); ++i) {
    table_.poke({instructions, i}, program.words[i]);
  }
  randomise(program);
  for (size_t field = 0; field < datapath_.table().fields().size(); ++field) {
    const hw::StateField& own = datapath_.table().fields()[field];
    for (size_t element = 0; own.kind != hw::StateKind::kWire && element < own.element_count(); ++element) {
      datapath_.table().poke({field, element}, table_.peek({comparison_->reference_field(field), element}));
    }
  }
  datapath_.deposit();
}

/// Random content of the register file and, where asked for, of the datapath.
void SmLockstep::randomise(const SmProgram& program) {
  hw::CounterRandom random = program.content;
  std::vector<size_t> fields = {table_.field_index("register_file.entry[*].lane[*]")};
  if (program.from_registers) {
    const std::vector<size_t> datapath = this->fields();
    fields.insert(fields.end(), datapath.begin(), datapath.end());
  }
  for (const size_t index : fields) {
    const hw::StateField& field = table_.fields()[index];
    for (size_t element = 0; field.kind != hw::StateKind::kWire && element < field.element_count(); ++element) {
      table_.poke({index, element}, random_content(field, random));
    }
  }
}

void SmLockstep::arm(const hw::Fault& fault) {
  taps_.arm(fault);
  const std::vector<size_t> own = fields();
  const auto found = std::find(own.begin(), own.end(), fault.site.field);
  if (found != own.end()) {
    hw::Fault same = fault;
    same.site.field = static_cast<size_t>(found - own.begin());
    datapath_.taps().arm(same);
  }
}

std::vector<size_t> SmLockstep::fields() const {
  std::vector<size_t> fields(datapath_.table().fields().size());
  for (size_t field = 0; field < fields.size(); ++field) {
    fields[field] = comparison_->reference_field(field);
  }
  return fields;
}

std::vector<std::string> SmLockstep::differing() const {
  std::vector<std::string> paths;
  for (const hw::Site& site : comparison_->differing_sites()) {
    paths.push_back(hw::element_path(datapath_.table().fields()[site.field], site.element));
  }
  return paths;
}

}  // namespace faultline::cosim
