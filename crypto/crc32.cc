#include "crypto/crc32.h"

#include <array>

namespace rota::crypto {
namespace {

constexpr std::uint32_t kPolynomial = 0xEDB88320;

// Row 0 is the usual table of one byte; row n is row 0 after n further zero bytes. With eight rows
// one step takes eight bytes ("slicing by 8"), at 8 KiB of constants.
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1U) ^ ((remainder & 1U) != 0 ? kPolynomial : 0);
    }
    tables[0][byte] = remainder;
  }
  for (std::size_t row = 1; row < tables.size(); ++row) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[row - 1][byte];
      tables[row][byte] = (before >> 8U) ^ tables[0][before & 0xFFU];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

std::uint32_t four_bytes(std::size_t first_row, std::uint32_t bytes) {
  return kTables[first_row][bytes & 0xFFU] ^ kTables[first_row - 1][(bytes >> 8U) & 0xFFU] ^
         kTables[first_row - 2][(bytes >> 16U) & 0xFFU] ^ kTables[first_row - 3][bytes >> 24U];
}

}  // namespace

std::uint32_t crc32(Bytes bytes, std::uint32_t previous) {
  std::uint32_t remainder = ~previous;
  while (bytes.size() >= 8) {
    remainder = four_bytes(7, remainder ^ load_u32(bytes.data())) ^
                four_bytes(3, load_u32(bytes.data() + 4));
    bytes = bytes.subspan(8);
  }
  for (const std::byte byte : bytes) {
    remainder =
        (remainder >> 8U) ^ kTables[0][(remainder ^ std::to_integer<std::uint32_t>(byte)) & 0xFFU];
  }
  return ~remainder;
}

}  // namespace rota::crypto
