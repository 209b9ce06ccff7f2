// MD5 (RFC 1321), streaming: the partition table's checksum row. Not for security. Freestanding.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace rota::crypto {

using Md5Digest = std::array<std::byte, 16>;

class Md5 {
 public:
  Md5();
  void update(Bytes bytes);
  Md5Digest finish();

 private:
  std::array<std::uint32_t, 4> state_;
  std::array<std::byte, 64> block_{};
  std::uint64_t total_bytes_ = 0;
};

Md5Digest md5(Bytes bytes);

}  // namespace rota::crypto
