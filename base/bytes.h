// Little-endian loads and stores, and small conversions between bytes and text. Every multi-byte
// field on flash is little-endian (spec: conventions), whatever the processor is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace rota {

using Bytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

constexpr std::uint16_t load_u16(const std::byte* from) {
  return static_cast<std::uint16_t>(std::to_integer<unsigned>(from[0]) |
                                    (std::to_integer<unsigned>(from[1]) << 8U));
}
constexpr std::uint32_t load_u32(const std::byte* from) {
  return static_cast<std::uint32_t>(load_u16(from)) |
         (static_cast<std::uint32_t>(load_u16(from + 2)) << 16U);
}
constexpr void store_u16(std::byte* to, std::uint16_t value) {
  to[0] = static_cast<std::byte>(value & 0xFFU);
  to[1] = static_cast<std::byte>(value >> 8U);
}
constexpr void store_u32(std::byte* to, std::uint32_t value) {
  store_u16(to, static_cast<std::uint16_t>(value & 0xFFFFU));
  store_u16(to + 2, static_cast<std::uint16_t>(value >> 16U));
}

inline Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }
inline std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
// A fixed field of NUL-terminated text; without a NUL the whole field is the text.
inline std::string_view text_field(Bytes field) {
  const std::string_view text = text_of(field);
  return text.substr(0, text.find('\0'));
}

constexpr std::uint32_t align_up(std::uint32_t value, std::uint32_t unit) {
  return (value + unit - 1) / unit * unit;
}

}  // namespace rota
