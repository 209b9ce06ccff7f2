// The flash chip, as the core needs it. Ports implement it: board/chip for virtual boards and
// simulations, an ESP-IDF component for real chips. The core cannot tell them apart.
//
// Power contract: a power cut may happen during any call. Afterwards the bytes named by that call
// are arbitrary and may even read differently each time, until their sector is erased again. All
// other bytes keep their values.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace rota::core {

// A byte address on the chip; 0 is the first byte of the chip.
struct FlashAddress {
  std::uint32_t value = 0;
  friend constexpr bool operator==(FlashAddress, FlashAddress) = default;
  friend constexpr auto operator<=>(FlashAddress, FlashAddress) = default;
};
constexpr FlashAddress operator+(FlashAddress address, std::uint32_t bytes) {
  return {address.value + bytes};
}

struct FlashRange {
  FlashAddress start;
  std::uint32_t size_bytes = 0;
  friend constexpr bool operator==(const FlashRange&, const FlashRange&) = default;
};
constexpr bool overlaps(const FlashRange& a, const FlashRange& b) {
  return a.start.value < std::uint64_t{b.start.value} + b.size_bytes &&
         b.start.value < std::uint64_t{a.start.value} + a.size_bytes;
}

inline constexpr std::uint32_t kSectorBytes = 0x1000;

// What the chip is made of. Times are typical values of a data sheet; 0 = not known.
struct FlashGeometry {
  std::uint32_t size_bytes = 0;
  bool has_32k_erase = true;
  bool has_64k_erase = true;
  std::uint32_t erase_4k_us = 0;
  std::uint32_t erase_32k_us = 0;
  std::uint32_t erase_64k_us = 0;
  std::uint32_t program_page_us = 0;  // 256 bytes
};

class Flash {
 public:
  // Errors: kFlashOutOfRange, kFlashReadFailed.
  virtual Status read(FlashAddress from, MutableBytes into) = 0;

  // Clears bits; never sets them. Erase the sector first to set bits. Any length, any alignment.
  // Errors: kFlashOutOfRange, kFlashProgramFailed.
  virtual Status program(FlashAddress to, Bytes bytes) = 0;

  // Sets every byte of the range to 0xFF. Start and size are multiples of 4 KiB; the chip uses its
  // larger erase units where the range holds them. One call is one operation for the power
  // contract, whatever its length.
  // Errors: kFlashOutOfRange, kFlashUnaligned, kFlashEraseFailed.
  virtual Status erase(FlashRange range) = 0;

  virtual const FlashGeometry& geometry() const = 0;

 protected:
  ~Flash() = default;  // Owned by the port, never through this interface.
};

}  // namespace rota::core
