// A flash chip in memory, for programs that only read it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/flash.h"

namespace rota::conformance {

class MemoryFlash final : public core::Flash {
 public:
  explicit MemoryFlash(std::uint32_t size_bytes) : bytes_(size_bytes, std::byte{0xFF}) {
    geometry_.size_bytes = size_bytes;
  }
  // Bytes beyond the end of the chip are dropped.
  void put(std::uint32_t at, Bytes bytes) {
    for (std::size_t i = 0; i < bytes.size() && at + i < bytes_.size(); ++i)
      bytes_[at + i] = bytes[i];
  }

  Status read(core::FlashAddress from, MutableBytes into) override {
    if (std::uint64_t{from.value} + into.size() > bytes_.size()) return Error::kFlashOutOfRange;
    std::copy_n(bytes_.data() + from.value, into.size(), into.begin());
    return {};
  }
  Status program(core::FlashAddress, Bytes) override { return Error::kFlashProtected; }
  Status erase(core::FlashRange) override { return Error::kFlashProtected; }
  const core::FlashGeometry& geometry() const override { return geometry_; }

 private:
  std::vector<std::byte> bytes_;
  core::FlashGeometry geometry_;
};

}  // namespace rota::conformance
