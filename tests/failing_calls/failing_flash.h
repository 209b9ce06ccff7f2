// Flash and fuses of a device, each call of which may fail as its border's contract allows.
#pragma once

#include "core/efuses.h"
#include "core/flash.h"
#include "tests/failing_calls/calls.h"

namespace rota::failing {

class FailingFlash final : public core::Flash {
 public:
  FailingFlash(core::Flash& chip, Calls& calls) : chip_(chip), calls_(calls) {}

  Status read(core::FlashAddress from, MutableBytes into) override;
  Status program(core::FlashAddress to, Bytes bytes) override;
  Status erase(core::FlashRange range) override;
  const core::FlashGeometry& geometry() const override { return chip_.geometry(); }

 private:
  core::Flash& chip_;
  Calls& calls_;
};

class FailingFuses final : public core::EFuses {
 public:
  FailingFuses(core::EFuses& fuses, Calls& calls) : fuses_(fuses), calls_(calls) {}

  std::uint32_t secure_version_bits() const override { return fuses_.secure_version_bits(); }
  Status burn_secure_version_bits(std::uint32_t bits) override;
  std::uint8_t revoked_key_slots() const override { return fuses_.revoked_key_slots(); }
  Status revoke_key_slot(unsigned slot) override;

 private:
  core::EFuses& fuses_;
  Calls& calls_;
};

}  // namespace rota::failing
