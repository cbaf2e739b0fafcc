#include "sim/inject/fault_injection_initiator.h"

#include <stdexcept>
#include <string>
#include <tlm>

#include "sim/inject/fault_register_map.h"

namespace faultline::inject {
namespace {

void describe(tlm::tlm_generic_payload& transaction, bool write, uint64_t address, void* data, unsigned int bytes) {
  transaction.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  transaction.set_address(address);
  transaction.set_data_ptr(static_cast<unsigned char*>(data));
  transaction.set_data_length(bytes);
  transaction.set_streaming_width(bytes);
  transaction.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

void require_ok(const tlm::tlm_generic_payload& transaction) {
  if (!transaction.is_response_ok()) {
    throw std::runtime_error("the fault-injection controller answered " + transaction.get_response_string());
  }
}

}  // namespace

void FaultInjectionInitiator::arm(const hw::Fault& fault) {
  write32(kSiteField, static_cast<uint32_t>(fault.site.field));
  write32(kSiteElement, static_cast<uint32_t>(fault.site.element));
  write64(kMaskLow, fault.mask);
  write32(kModel, static_cast<uint32_t>(fault.model));
  write64(kStartLow, fault.start);
  write64(kDurationLow, fault.duration);
  write64(kPeriodLow, fault.period);
  write32(kArm, 1);
}

void FaultInjectionInitiator::disarm() {
  write32(kDisarm, 1);
}

uint32_t FaultInjectionInitiator::read32(uint64_t address) {
  uint32_t value = 0;
  transport(false, address, &value, sizeof value);
  return value;
}

uint64_t FaultInjectionInitiator::read64(uint64_t address) {
  uint64_t value = 0;
  transport(false, address, &value, sizeof value);
  return value;
}

uint64_t FaultInjectionInitiator::peek(hw::Site site) {
  uint64_t value = 0;
  tlm::tlm_generic_payload transaction;
  describe(transaction, false, value_address(site), &value, sizeof value);
  socket->transport_dbg(transaction);
  require_ok(transaction);
  return value;
}

void FaultInjectionInitiator::transport(bool write, uint64_t address, void* data, unsigned int bytes) {
  tlm::tlm_generic_payload transaction;
  describe(transaction, write, address, data, bytes);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  socket->b_transport(transaction, delay);
  require_ok(transaction);
}

}  // namespace faultline::inject
