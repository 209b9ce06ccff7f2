// A flash made of files at addresses, never written anywhere: what a device would hold after
// flashing them. Between them it reads FF.
#pragma once

#include <algorithm>
#include <vector>

#include "cli/flash_parts.h"
#include "core/flash.h"

namespace rota::cli {

class AssembledFlash final : public core::Flash {
 public:
  // The parts do not overlap (sort_and_check()).
  AssembledFlash(std::vector<FlashPart> parts, std::uint32_t size_bytes)
      : parts_(std::move(parts)) {
    geometry_.size_bytes = size_bytes;
  }

  Status read(core::FlashAddress from, MutableBytes into) override {
    if (from.value > geometry_.size_bytes || into.size() > geometry_.size_bytes - from.value) {
      return Error::kFlashOutOfRange;
    }
    std::fill(into.begin(), into.end(), std::byte{0xFF});
    const std::uint64_t end = std::uint64_t{from.value} + into.size();
    for (FlashPart& part : parts_) {
      if (part.end() <= from.value || part.address >= end) continue;
      const std::uint32_t start = std::max(part.address, from.value);
      const auto count = static_cast<std::size_t>(std::min(part.end(), end) - start);
      ROTA_TRY(part.content.read({start - part.address}, into.subspan(start - from.value, count)));
    }
    return {};
  }
  Status program(core::FlashAddress, Bytes) override { return Error::kFlashProtected; }
  Status erase(core::FlashRange) override { return Error::kFlashProtected; }
  const core::FlashGeometry& geometry() const override { return geometry_; }

 private:
  std::vector<FlashPart> parts_;
  core::FlashGeometry geometry_;
};

}  // namespace rota::cli
