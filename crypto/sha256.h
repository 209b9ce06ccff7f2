// SHA-256 (FIPS 180-4), streaming. Portable code of our own; on x86-64 the processor's SHA
// instructions where it has them (bound by the loader, so that nothing global is kept).
// Freestanding.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace rota::crypto {

using Sha256Digest = std::array<std::byte, 32>;

class Sha256 {
 public:
  Sha256();
  void update(Bytes bytes);
  // The digest of everything so far; the object may only be destroyed or assigned afterwards.
  Sha256Digest finish();

  // True when this processor's SHA instructions are used.
  bool is_accelerated() const { return accelerated_; }

 private:
  std::array<std::uint32_t, 8> state_;
  std::array<std::byte, 64> block_{};
  std::uint64_t total_bytes_ = 0;
  bool accelerated_;
};

Sha256Digest sha256(Bytes bytes);

}  // namespace rota::crypto
