// Intel HEX: flash content as text, with its addresses. Written for tools that take nothing else;
// read back into the pieces that it describes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "cli/refusal.h"

namespace rota::cli {

inline constexpr std::size_t kHexMaxTextBytes = 64U << 20U;

// Data records of 16 bytes with an extended linear address wherever the upper half changes. State
// is kept between calls, so that content may come piece by piece.
class HexWriter {
 public:
  // The records for these bytes at this address.
  std::string records(std::uint32_t address, Bytes bytes);
  static std::string end() { return ":00000001FF\n"; }

 private:
  std::uint32_t upper_ = 0;
};

struct HexPiece {
  std::uint32_t address = 0;
  std::vector<std::byte> bytes;
};

// Neighbouring records are joined. Refuses with the line: a record that is malformed, a wrong
// checksum, a type that is not data, end, or extended address, a text without an end record.
Result<std::vector<HexPiece>, Refusal> read_intel_hex(std::string_view name, Bytes text);

}  // namespace rota::cli
