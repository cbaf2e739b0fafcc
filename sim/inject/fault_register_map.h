#pragma once

#include <cstddef>
#include <cstdint>

#include "hw/common/state_table.h"

namespace faultline::inject {

/// The memory map of the FaultInjectionController: 32-bit little-endian registers, 64-bit values as a low and a high
/// word. Accesses are aligned to 4 bytes and a multiple of 4 bytes long; a longer one covers consecutive registers in
/// ascending order, so a 64-bit access at a low word writes or reads both words.
///
/// To inject: write the site, mask, model and window, then anything to kArm; repeat for further faults.
enum FaultRegister : uint64_t {
  kIdentity = 0x00,     ///< read-only: kIdentityValue
  kFieldCount = 0x04,   ///< read-only: fields of the state table
  kSiteField = 0x08,    ///< index of the field in the state table
  kSiteElement = 0x0C,  ///< row-major index of the element
  kMaskLow = 0x10,      ///< bits of the element that the fault acts on
  kMaskHigh = 0x14,
  kModel = 0x18,     ///< 0 flip, 1 stuck-at-0, 2 stuck-at-1
  kStatus = 0x1C,    ///< read-only: FaultStatus bits
  kStartLow = 0x20,  ///< first cycle of the window
  kStartHigh = 0x24,
  kDurationLow = 0x28,  ///< cycles of the window; 0: to the end of the run
  kDurationHigh = 0x2C,
  kPeriodLow = 0x30,  ///< cycles from one opening of the window to the next; 0: it opens once
  kPeriodHigh = 0x34,
  kArm = 0x38,          ///< write-only: arms the fault that the registers above describe
  kDisarm = 0x3C,       ///< write-only: removes every fault
  kHitCountLow = 0x40,  ///< read-only: perturbations of registers and memories since the last disarm
  kHitCountHigh = 0x44,
  kCycleLow = 0x48,  ///< read-only: the cycle that the next clock edge begins
  kCycleHigh = 0x4C,
  kFieldBits = 0x50,      ///< read-only: bits of one element of field kSiteField; 0 when there is no such field
  kFieldElements = 0x54,  ///< read-only: elements of field kSiteField; 0 when there is no such field
  kFieldKind = 0x58,      ///< read-only: StateKind of field kSiteField
  kReserved = 0x5C,       ///< read-only: 0
  kSiteCountLow = 0x60,   ///< read-only: elements of all injectable fields
  kSiteCountHigh = 0x64,
  kRegisterBytes = 0x68,  ///< size of the register window
};

/// "FLTI".
constexpr uint32_t kIdentityValue = 0x464C5449;

/// Bits of kStatus.
enum FaultStatus : uint32_t {
  kStatusArmed = 1,          ///< some fault is armed (it counts from the clock edge that takes it)
  kStatusPending = 2,        ///< an armed fault may still act in the cycle that the next edge begins, or later
  kStatusUnknownSite = 4,    ///< the last arming was refused: no such field or element, or not injectable
  kStatusBadMask = 8,        ///< the last arming was refused: mask 0 or bits outside the field's width
  kStatusUnknownModel = 16,  ///< the last arming was refused: no such fault model
};

/// Second window: the value of every site, 8 bytes per element, zero-extended, read-only and without side effects.
/// Bit 63 selects the window, bits 40 to 62 are the field, bits 3 to 39 the element. An access may start at any byte
/// and ends at the end of the field at the latest.
constexpr uint64_t kValueWindow = uint64_t{1} << 63;
constexpr int kValueFieldShift = 40;

/// Address of a site's value in the second window.
constexpr uint64_t value_address(hw::Site site) {
  return kValueWindow | (static_cast<uint64_t>(site.field) << kValueFieldShift) |
         (static_cast<uint64_t>(site.element) << 3);
}

}  // namespace faultline::inject
