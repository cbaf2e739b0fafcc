#include "sim/inject/fault_injection_controller.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace faultline::inject {
namespace {

constexpr uint64_t kModelCount = 3;

uint32_t low_word(uint64_t value) {
  return static_cast<uint32_t>(value);
}
uint32_t high_word(uint64_t value) {
  return static_cast<uint32_t>(value >> 32);
}

bool in_simulation_process() {
  return sc_core::sc_get_current_process_handle().valid() && sc_core::sc_is_running();
}

/// Only a thread can wait.
bool can_wait() {
  return in_simulation_process() && sc_core::sc_get_current_process_handle().proc_kind() == sc_core::SC_THREAD_PROC_;
}

}  // namespace

FaultInjectionController::FaultInjectionController(const sc_core::sc_module_name& name, hw::StateTable& table,
                                                   std::function<hw::FaultTaps&(size_t field)> taps_of_field,
                                                   const hw::CycleClock& clock)
    : sc_module(name), table_(table), taps_of_field_(std::move(taps_of_field)), clock_(clock) {
  socket.register_b_transport(this, &FaultInjectionController::b_transport);
  socket.register_transport_dbg(this, &FaultInjectionController::transport_dbg);
  SC_HAS_PROCESS(FaultInjectionController);
  SC_METHOD(commit);
  sensitive << changes_scheduled_;
  dont_initialize();
}

void FaultInjectionController::b_transport(int, tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
  if (delay != sc_core::SC_ZERO_TIME) {
    if (!can_wait()) {
      transaction.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
      return;
    }
    wait(delay);
    delay = sc_core::SC_ZERO_TIME;
  }
  access(transaction, false);
}

unsigned int FaultInjectionController::transport_dbg(int, tlm::tlm_generic_payload& transaction) {
  return access(transaction, true);
}

unsigned int FaultInjectionController::access(tlm::tlm_generic_payload& transaction, bool debug) {
  transaction.set_dmi_allowed(false);
  if (transaction.get_byte_enable_ptr() != nullptr) {
    transaction.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return 0;
  }
  if (transaction.get_command() != tlm::TLM_READ_COMMAND && transaction.get_command() != tlm::TLM_WRITE_COMMAND) {
    transaction.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
    return 0;
  }
  const unsigned int length = transaction.get_data_length();
  if (length == 0 || transaction.get_data_ptr() == nullptr || transaction.get_streaming_width() < length) {
    transaction.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return 0;
  }
  return (transaction.get_address() & kValueWindow) != 0 ? read_values(transaction)
                                                         : access_registers(transaction, debug);
}

unsigned int FaultInjectionController::access_registers(tlm::tlm_generic_payload& transaction, bool debug) {
  const uint64_t address = transaction.get_address();
  const uint64_t length = transaction.get_data_length();
  if (address >= kRegisterBytes || length > kRegisterBytes - address) {
    transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return 0;
  }
  if (address % 4 != 0 || length % 4 != 0) {
    transaction.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return 0;
  }
  const bool write = transaction.is_write();
  if (write && debug) {
    transaction.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
    return 0;
  }
  for (uint64_t moved = 0; moved < length; moved += 4) {
    unsigned char* place = transaction.get_data_ptr() + moved;
    uint32_t word = 0;
    if (write) {
      std::memcpy(&word, place, sizeof word);
      if (!write_register(address + moved, word)) {
        transaction.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
        return static_cast<unsigned int>(moved);
      }
    } else {
      word = read_register(address + moved);
      std::memcpy(place, &word, sizeof word);
    }
  }
  transaction.set_response_status(tlm::TLM_OK_RESPONSE);
  return static_cast<unsigned int>(length);
}

unsigned int FaultInjectionController::read_values(tlm::tlm_generic_payload& transaction) {
  const uint64_t address = transaction.get_address() & ~kValueWindow;
  const uint64_t field = address >> kValueFieldShift;
  const uint64_t first = address & ((uint64_t{1} << kValueFieldShift) - 1);
  if (!transaction.is_read()) {
    transaction.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
    return 0;
  }
  if (field >= table_.fields().size()) {
    transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return 0;
  }
  const uint64_t bytes = uint64_t{8} * table_.fields()[field].element_count();
  const uint64_t length = transaction.get_data_length();
  if (first >= bytes || length > bytes - first) {
    transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return 0;
  }
  for (uint64_t i = 0; i < length; ++i) {
    const uint64_t place = first + i;
    const uint64_t value = table_.peek({static_cast<size_t>(field), static_cast<size_t>(place / 8)});
    transaction.get_data_ptr()[i] = static_cast<unsigned char>(value >> (8 * (place % 8)));
  }
  transaction.set_response_status(tlm::TLM_OK_RESPONSE);
  return static_cast<unsigned int>(length);
}

uint32_t FaultInjectionController::read_register(uint64_t offset) const {
  const hw::StateField* field = selected_field();
  switch (offset) {
    case kIdentity:
      return kIdentityValue;
    case kFieldCount:
      return static_cast<uint32_t>(table_.fields().size());
    case kStatus:
      return status();
    case kHitCountLow:
      return low_word(hit_count());
    case kHitCountHigh:
      return high_word(hit_count());
    case kCycleLow:
      return low_word(next_cycle());
    case kCycleHigh:
      return high_word(next_cycle());
    case kFieldBits:
      return field == nullptr ? 0 : static_cast<uint32_t>(field->bits);
    case kFieldElements:
      return field == nullptr ? 0 : low_word(field->element_count());
    case kFieldKind:
      return field == nullptr ? 0 : static_cast<uint32_t>(field->kind);
    case kSiteCountLow:
      return low_word(site_count());
    case kSiteCountHigh:
      return high_word(site_count());
    default:
      return words_[offset / 4];
  }
}

bool FaultInjectionController::write_register(uint64_t offset, uint32_t value) {
  switch (offset) {
    case kArm:
      return arm();
    case kDisarm:
      disarm();
      return true;
    case kSiteField:
    case kSiteElement:
    case kMaskLow:
    case kMaskHigh:
    case kModel:
    case kStartLow:
    case kStartHigh:
    case kDurationLow:
    case kDurationHigh:
    case kPeriodLow:
    case kPeriodHigh:
      words_[offset / 4] = value;
      return true;
    default:
      return false;
  }
}

bool FaultInjectionController::arm() {
  const auto wide = [this](uint64_t low) { return words_[low / 4] | (uint64_t{words_[low / 4 + 1]} << 32); };
  hw::Fault fault;
  fault.site = {words_[kSiteField / 4], words_[kSiteElement / 4]};
  fault.mask = wide(kMaskLow);
  fault.start = wide(kStartLow);
  fault.duration = wide(kDurationLow);
  fault.period = wide(kPeriodLow);
  const uint32_t model = words_[kModel / 4];

  const hw::StateField* field = selected_field();
  const bool site_exists = field != nullptr && field->injectable() && fault.site.element < field->element_count();
  refusal_ = site_exists ? 0u : uint32_t{kStatusUnknownSite};
  if (site_exists && (fault.mask == 0 || (fault.mask & ~field->value_mask()) != 0)) {
    refusal_ |= kStatusBadMask;
  }
  if (model >= kModelCount) {
    refusal_ |= kStatusUnknownModel;
  }
  if (refusal_ != 0) {
    return false;
  }
  fault.model = static_cast<hw::FaultModel>(model);
  schedule([this, fault] { taps_of_field_(fault.site.field).arm(fault); });
  return true;
}

void FaultInjectionController::disarm() {
  refusal_ = 0;
  schedule([this] {
    for (hw::FaultTaps* block : taps()) {
      block->disarm();
    }
  });
}

void FaultInjectionController::schedule(std::function<void()> change) {
  if (!in_simulation_process()) {
    change();
    return;
  }
  // Processes that the clock triggers may run before or after the caller within this instant. A moment later, none of
  // them sees the change before the next edge.
  scheduled_.push_back(std::move(change));
  changes_scheduled_.notify(sc_core::sc_get_time_resolution());
}

void FaultInjectionController::commit() {
  const std::vector<std::function<void()>> changes = std::exchange(scheduled_, {});
  for (const auto& change : changes) {
    change();
  }
}

const hw::StateField* FaultInjectionController::selected_field() const {
  const uint32_t field = words_[kSiteField / 4];
  return field < table_.fields().size() ? &table_.fields()[field] : nullptr;
}

std::set<hw::FaultTaps*> FaultInjectionController::taps() const {
  std::set<hw::FaultTaps*> blocks;
  for (size_t field = 0; field < table_.fields().size(); ++field) {
    if (table_.fields()[field].injectable()) {
      blocks.insert(&taps_of_field_(field));
    }
  }
  return blocks;
}

uint32_t FaultInjectionController::status() const {
  uint32_t bits = refusal_;
  for (const hw::FaultTaps* block : taps()) {
    bits |= block->empty() ? 0u : uint32_t{kStatusArmed};
    bits |= block->pending(next_cycle()) ? uint32_t{kStatusPending} : 0u;
  }
  return bits;
}

uint64_t FaultInjectionController::hit_count() const {
  uint64_t hits = 0;
  for (const hw::FaultTaps* block : taps()) {
    hits += block->hits();
  }
  return hits;
}

uint64_t FaultInjectionController::site_count() const {
  uint64_t sites = 0;
  for (const hw::StateField& field : table_.fields()) {
    sites += field.injectable() ? field.element_count() : 0;
  }
  return sites;
}

}  // namespace faultline::inject
