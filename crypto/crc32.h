// CRC-32, reflected polynomial 0xEDB88320, as zlib's crc32(): `previous` is the value returned for
// the bytes before these (0 to start). The ROM's crc32_le with start value S equals
// crc32(bytes, S): OTA data use S = 0xFFFFFFFF (spec 2.2). Freestanding.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace rota::crypto {

std::uint32_t crc32(Bytes bytes, std::uint32_t previous = 0);

}  // namespace rota::crypto
