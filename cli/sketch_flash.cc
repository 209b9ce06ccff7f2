#include "cli/sketch_flash.h"

#include <algorithm>

namespace rota::cli {
namespace {

// Calls each(sector number, offset in it, count, done before) for the sectors of a range.
template <class Each>
Status for_each_sector(core::FlashAddress from, std::size_t bytes, Each each) {
  std::size_t done = 0;
  while (done < bytes) {
    const std::uint32_t at = from.value + static_cast<std::uint32_t>(done);
    const std::uint32_t within = at % core::kSectorBytes;
    const std::size_t count = std::min<std::size_t>(bytes - done, core::kSectorBytes - within);
    ROTA_TRY(each(at / core::kSectorBytes, within, count, done));
    done += count;
  }
  return {};
}

}  // namespace

Result<SketchFlash::Sector*> SketchFlash::changed_sector(std::uint32_t number) {
  const auto found = changed_.find(number);
  if (found != changed_.end()) return &found->second;
  Sector sector{};
  sector.fill(std::byte{0xFF});
  const std::uint32_t start = number * core::kSectorBytes;
  const std::uint32_t size = geometry().size_bytes;
  if (start >= size) return Error::kFlashOutOfRange;
  ROTA_TRY(
      below_.read({start}, MutableBytes(sector).first(std::min(core::kSectorBytes, size - start))));
  return &changed_.emplace(number, sector).first->second;
}

Status SketchFlash::read(core::FlashAddress from, MutableBytes into) {
  ROTA_TRY(below_.read(from, into));
  if (changed_.empty()) return {};
  return for_each_sector(from, into.size(),
                         [&](std::uint32_t number, std::uint32_t within, std::size_t count,
                             std::size_t done) -> Status {
                           const auto found = changed_.find(number);
                           if (found != changed_.end()) {
                             std::copy_n(found->second.begin() + within, count,
                                         into.begin() + static_cast<std::ptrdiff_t>(done));
                           }
                           return {};
                         });
}

Status SketchFlash::program(core::FlashAddress to, Bytes bytes) {
  if (cut_is_planned_) {
    cut_is_planned_ = false;
    is_powered_ = false;
  }
  if (!is_powered_) return Error::kFlashProgramFailed;
  return for_each_sector(to, bytes.size(),
                         [&](std::uint32_t number, std::uint32_t within, std::size_t count,
                             std::size_t done) -> Status {
                           const auto sector = changed_sector(number);
                           ROTA_TRY(sector);
                           for (std::size_t i = 0; i < count; ++i)
                             (**sector)[within + i] &= bytes[done + i];
                           return {};
                         });
}

Status SketchFlash::erase(core::FlashRange range) {
  if (!is_powered_) return Error::kFlashEraseFailed;
  return for_each_sector(
      range.start, range.size_bytes,
      [&](std::uint32_t number, std::uint32_t, std::size_t, std::size_t) -> Status {
        const auto sector = changed_sector(number);
        ROTA_TRY(sector);
        (*sector)->fill(std::byte{0xFF});
        return {};
      });
}

}  // namespace rota::cli
