// esp_rom_crc.h: the six CRCs of the chip's ROM, bit by bit. Reflected ones are "le".
#include "esp_rom_crc.h"

#include <cstdint>

namespace {

template <class Word>
Word reflected(Word crc, const std::uint8_t* bytes, std::uint32_t count, Word polynomial) {
  crc = static_cast<Word>(~crc);
  for (std::uint32_t i = 0; i < count; ++i) {
    crc = static_cast<Word>(crc ^ bytes[i]);
    for (int bit = 0; bit < 8; ++bit) {
      crc = static_cast<Word>((crc & 1U) != 0 ? (crc >> 1U) ^ polynomial : crc >> 1U);
    }
  }
  return static_cast<Word>(~crc);
}

template <class Word>
Word straight(Word crc, const std::uint8_t* bytes, std::uint32_t count, Word polynomial) {
  constexpr unsigned kTop = 8 * sizeof(Word) - 1;
  crc = static_cast<Word>(~crc);
  for (std::uint32_t i = 0; i < count; ++i) {
    crc = static_cast<Word>(crc ^ static_cast<Word>(Word{bytes[i]} << (kTop - 7U)));
    for (int bit = 0; bit < 8; ++bit) {
      const bool is_set = (crc >> kTop & 1U) != 0;
      crc = static_cast<Word>(crc << 1U);
      if (is_set) crc = static_cast<Word>(crc ^ polynomial);
    }
  }
  return static_cast<Word>(~crc);
}

}  // namespace

extern "C" {

uint32_t esp_rom_crc32_le(uint32_t crc, const uint8_t* buf, uint32_t len) {
  return reflected<std::uint32_t>(crc, buf, len, 0xEDB88320U);
}
uint32_t esp_rom_crc32_be(uint32_t crc, const uint8_t* buf, uint32_t len) {
  return straight<std::uint32_t>(crc, buf, len, 0x04C11DB7U);
}
uint16_t esp_rom_crc16_le(uint16_t crc, const uint8_t* buf, uint32_t len) {
  return reflected<std::uint16_t>(crc, buf, len, 0x8408U);
}
uint16_t esp_rom_crc16_be(uint16_t crc, const uint8_t* buf, uint32_t len) {
  return straight<std::uint16_t>(crc, buf, len, 0x1021U);
}
uint8_t esp_rom_crc8_le(uint8_t crc, const uint8_t* buf, uint32_t len) {
  return reflected<std::uint8_t>(crc, buf, len, 0xE0U);
}
uint8_t esp_rom_crc8_be(uint8_t crc, const uint8_t* buf, uint32_t len) {
  return straight<std::uint8_t>(crc, buf, len, 0x07U);
}

}  // extern "C"
