// Which part of a file a request wants (RFC 9110, section 14), as exactly as devices need it:
// ESP-IDF resumes with `bytes=0-` and requires 206, and may ask one byte past the end.
#pragma once

#include <cstdint>
#include <string_view>

namespace rota::server {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

enum class RangeKind : std::uint8_t { kWhole, kPart, kUnsatisfiable };

struct RangeChoice {
  RangeKind kind = RangeKind::kWhole;
  ByteRange range;  // of the body to send; empty when unsatisfiable
};

// `header`: the value of Range, empty when there is none. Several ranges at once, other units and
// what is not understood give the whole file, as the RFC allows. An end past the file is clamped.
RangeChoice choose_range(std::string_view header, std::uint64_t file_bytes);

}  // namespace rota::server
