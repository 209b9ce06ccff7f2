// The one-time fuses of a virtual board: efuse.bin, or a record in memory.
//
//   0x00  magic "ROTAFUSE"       0x10  secure version, raw bits
//   0x08  version 1 (u32)        0x14  revoked key slots (bits 0..2)
//   0x0C  reserved, 0            0x18  reserved, 0, up to 64 bytes
//
// Fuses only ever go from 0 to 1; every burn is read back. Power contract: a burn is one word, so a
// cut leaves either the old or the new value.
#pragma once

#include <array>
#include <cstdint>

#include "board/chip/nor_chip.h"
#include "core/efuses.h"

namespace rota::board {

struct EfuseRecord {
  static constexpr std::array<char, 8> kMagic{'R', 'O', 'T', 'A', 'F', 'U', 'S', 'E'};

  std::array<char, 8> magic = kMagic;
  std::uint32_t version = 1;
  std::uint32_t reserved = 0;
  std::uint32_t secure_version_bits = 0;
  std::uint32_t revoked_key_slots = 0;
  std::array<std::uint32_t, 10> reserved_words{};

  // Magic, version, reserved words and values as a board of ours writes them.
  bool is_sound() const;
};
static_assert(sizeof(EfuseRecord) == 64);

class EfuseFile final : public core::EFuses {
 public:
  // Borrows the record: a shared mapping of efuse.bin, or plain memory. `secure_version_width`:
  // bits of the chip's field. `power` may be nullptr.
  EfuseFile(EfuseRecord& record, std::uint8_t secure_version_width, PowerSwitch* power = nullptr)
      : record_(&record), width_(secure_version_width), power_(power) {}

  std::uint32_t secure_version_bits() const override { return record_->secure_version_bits; }
  // Errors: kEfuseBurnFailed (a bit outside the chip's field, or the power is off).
  Status burn_secure_version_bits(std::uint32_t bits) override;
  std::uint8_t revoked_key_slots() const override {
    return static_cast<std::uint8_t>(record_->revoked_key_slots);
  }
  // Errors: kEfuseBurnFailed (no such slot, or the power is off).
  Status revoke_key_slot(unsigned slot) override;

 private:
  Status burn(std::uint32_t& word, std::uint32_t bits);

  EfuseRecord* record_;
  std::uint8_t width_;
  PowerSwitch* power_;
};

}  // namespace rota::board
