// The secure version in a partition instead of eFuses, for tests of anti-rollback on boards whose
// fuses shall stay as they are (CONFIG_BOOTLOADER_EFUSE_SECURE_VERSION_EMULATE). Signing keys are
// those of the real fuses.
//
// Layout: the first four bytes of the partition, little-endian, inverted: an erased word is version
// 0, and burning clears bits.
// Power contract: a cut while bits are burned leaves some of them burned; burning again completes
// it.
#pragma once

#include "core/efuses.h"
#include "core/flash.h"
#include "formats/partition_table.h"

namespace rota::core {

// Of the partition of type data, subtype efuse; empty when the table has none.
FlashRange emulated_efuse_range(const formats::PartitionRows& rows);

// What is burned there; 0 for an empty range.
std::uint32_t emulated_secure_version_bits(Flash& flash, FlashRange range);

class EmulatedEFuses final : public EFuses {
 public:
  // Borrows both. An empty range: version 0, and every burn fails.
  EmulatedEFuses(Flash& flash, FlashRange range, EFuses& real)
      : flash_(flash), range_(range), real_(real) {}

  std::uint32_t secure_version_bits() const override {
    return emulated_secure_version_bits(flash_, range_);
  }
  Status burn_secure_version_bits(std::uint32_t bits) override;
  std::uint8_t revoked_key_slots() const override { return real_.revoked_key_slots(); }
  Status revoke_key_slot(unsigned slot) override { return real_.revoke_key_slot(slot); }

 private:
  Flash& flash_;
  FlashRange range_;
  EFuses& real_;
};

}  // namespace rota::core
