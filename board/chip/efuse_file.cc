#include "board/chip/efuse_file.h"

#include <algorithm>

namespace rota::board {
namespace {
constexpr unsigned kKeySlots = 3;
}  // namespace

bool EfuseRecord::is_sound() const {
  const bool is_blank_where_reserved =
      reserved == 0 && std::all_of(reserved_words.begin(), reserved_words.end(),
                                   [](std::uint32_t word) { return word == 0; });
  return magic == kMagic && version == 1 && is_blank_where_reserved &&
         revoked_key_slots < (1U << kKeySlots);
}

Status EfuseFile::burn_secure_version_bits(std::uint32_t bits) {
  const std::uint32_t field = width_ >= 32 ? 0xFFFFFFFFU : (1U << width_) - 1U;
  if ((bits & ~field) != 0) return Error::kEfuseBurnFailed;
  return burn(record_->secure_version_bits, bits);
}

Status EfuseFile::revoke_key_slot(unsigned slot) {
  if (slot >= kKeySlots) return Error::kEfuseBurnFailed;
  return burn(record_->revoked_key_slots, 1U << slot);
}

Status EfuseFile::burn(std::uint32_t& word, std::uint32_t bits) {
  if (power_ != nullptr && !power_->begin_operation()) return Error::kEfuseBurnFailed;
  word |= bits;
  const bool is_burned = (word & bits) == bits;
  if (power_ != nullptr) power_->end_operation(0);
  return is_burned ? Status{} : Status{Error::kEfuseBurnFailed};
}

}  // namespace rota::board
