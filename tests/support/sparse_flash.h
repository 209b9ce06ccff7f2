// A flash chip in memory that holds only the sectors that were written: a recorded chip of 4 MiB
// costs a few KiB, so that tens of thousands of them can be made. NOR rules apply: programming
// clears bits, erasing sets a sector to FF.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <unordered_map>

#include "core/flash.h"

namespace rota::support {

class SparseFlash final : public core::Flash {
 public:
  explicit SparseFlash(std::uint32_t size_bytes) { geometry_.size_bytes = size_bytes; }

  // Sets the content as a recording describes it. Bytes beyond the end of the chip are dropped.
  void put(std::uint32_t at, Bytes bytes) {
    const std::size_t room = at < geometry_.size_bytes ? geometry_.size_bytes - at : 0;
    for_each_piece(at, std::min(bytes.size(), room),
                   [&](Sector& sector, std::size_t in_sector, std::size_t done, std::size_t count) {
                     std::copy_n(bytes.data() + done, count, sector.data() + in_sector);
                   });
  }
  std::array<std::byte, 32> record_at(std::uint32_t at) {
    std::array<std::byte, 32> bytes{};
    (void)read({at}, bytes);
    return bytes;
  }

  Status read(core::FlashAddress from, MutableBytes into) override {
    if (!holds(from, into.size())) return Error::kFlashOutOfRange;
    for (std::size_t done = 0; done < into.size();) {
      const std::size_t at = from.value + done;
      const std::size_t in_sector = at % core::kSectorBytes;
      const std::size_t count = std::min(into.size() - done, core::kSectorBytes - in_sector);
      const auto found = sectors_.find(static_cast<std::uint32_t>(at / core::kSectorBytes));
      if (found == sectors_.end()) {
        std::fill_n(into.data() + done, count, std::byte{0xFF});
      } else {
        std::copy_n(found->second.data() + in_sector, count, into.data() + done);
      }
      done += count;
    }
    return {};
  }

  Status program(core::FlashAddress to, Bytes bytes) override {
    if (!holds(to, bytes.size())) return Error::kFlashOutOfRange;
    for_each_piece(to.value, bytes.size(),
                   [&](Sector& sector, std::size_t in_sector, std::size_t done, std::size_t count) {
                     for (std::size_t i = 0; i < count; ++i)
                       sector[in_sector + i] &= bytes[done + i];
                   });
    return {};
  }

  Status erase(core::FlashRange range) override {
    if (!holds(range.start, range.size_bytes)) return Error::kFlashOutOfRange;
    if (range.start.value % core::kSectorBytes != 0 || range.size_bytes % core::kSectorBytes != 0) {
      return Error::kFlashUnaligned;
    }
    const std::uint32_t first = range.start.value / core::kSectorBytes;
    const std::uint32_t count = range.size_bytes / core::kSectorBytes;
    for (std::uint32_t i = 0; i < count; ++i) sectors_.erase(first + i);
    return {};
  }

  const core::FlashGeometry& geometry() const override { return geometry_; }

 private:
  using Sector = std::array<std::byte, core::kSectorBytes>;

  bool holds(core::FlashAddress start, std::size_t bytes) const {
    return std::uint64_t{start.value} + bytes <= geometry_.size_bytes;
  }

  template <class Each>
  void for_each_piece(std::uint32_t at, std::size_t size, Each&& each) {
    for (std::size_t done = 0; done < size;) {
      const std::size_t in_sector = (at + done) % core::kSectorBytes;
      const std::size_t count = std::min(size - done, core::kSectorBytes - in_sector);
      const auto [found, is_new] =
          sectors_.try_emplace(static_cast<std::uint32_t>((at + done) / core::kSectorBytes));
      if (is_new) found->second.fill(std::byte{0xFF});
      each(found->second, in_sector, done, count);
      done += count;
    }
  }

  std::unordered_map<std::uint32_t, Sector> sectors_;
  core::FlashGeometry geometry_;
};

}  // namespace rota::support
