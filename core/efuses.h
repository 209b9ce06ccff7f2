// The one-time fuses that take part in an update: the secure version (unary: its value is the
// number of burned bits; width 4, 9, 16 or 32 by chip; spec 3.5) and revoked signing keys.
// Burning can not be undone; every burn is read back by the port.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace rota::core {

class EFuses {
 public:
  // The raw bits of the secure version field, bit 0 first.
  virtual std::uint32_t secure_version_bits() const = 0;

  // Burns the given bits in addition to those already burned. Errors: kEfuseBurnFailed.
  virtual Status burn_secure_version_bits(std::uint32_t bits) = 0;

  // Bit i set: the signing key digest in slot i (0..2) is revoked.
  virtual std::uint8_t revoked_key_slots() const = 0;
  virtual Status revoke_key_slot(unsigned slot) = 0;

 protected:
  ~EFuses() = default;
};

}  // namespace rota::core
