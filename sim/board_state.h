// Everything of a simulated board that survives a power cut, cheap to copy: sectors are shared
// between copies until one of them changes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/flash.h"

namespace rota::sim {

// A counted reference to the unchanging content of one sector. One thread at a time.
class SectorRef {
 public:
  struct Content {
    std::uint32_t references = 0;
    std::uint64_t hash = 0;
    std::array<std::byte, core::kSectorBytes> bytes;
  };

  SectorRef() = default;
  explicit SectorRef(Content* content) : content_(content) { retain(); }
  SectorRef(const SectorRef& other) : content_(other.content_) { retain(); }
  SectorRef(SectorRef&& other) noexcept : content_(std::exchange(other.content_, nullptr)) {}
  SectorRef& operator=(SectorRef other) noexcept {
    std::swap(content_, other.content_);
    return *this;
  }
  ~SectorRef() {
    if (content_ != nullptr && --content_->references == 0) delete content_;
  }

  explicit operator bool() const { return content_ != nullptr; }
  const Content& operator*() const { return *content_; }
  const Content* operator->() const { return content_; }
  friend bool operator==(const SectorRef&, const SectorRef&) = default;

 private:
  void retain() {
    if (content_ != nullptr) ++content_->references;
  }

  Content* content_ = nullptr;
};

std::uint64_t hash_of(const std::byte* sector);

// Cells of one sector that do not hold what is stored in them.
struct Overlay {
  std::uint32_t sector = 0;
  bool is_worn = false;    // else: unstable
  std::uint64_t seed = 0;  // of what unstable cells read
  SectorRef mask;          // 1 = this bit is concerned
};

// Which images the simulated board holds. Versions beyond kVersion5 are made to fail on trial.
enum class ImageId : std::uint8_t {
  kNone,
  kFactory,
  kVersion1,
  kVersion2,
  kVersion3,
  kVersion4,
  kVersion5,
  kFailsSelfTest,
  kPanics,
  kHangs,
};
inline constexpr std::size_t kImageCount = 10;

// What really happened, kept beside the board for the oracle: the device can not see it.
struct Facts {
  ImageId confirmed = ImageId::kNone;  // what must run unless `candidate` does
  ImageId candidate = ImageId::kNone;  // set_boot was called for it
  bool confirmation_began = false;     // of the candidate; without rollback: by set_boot
  std::uint8_t confirmed_version = 0;  // largest secure version whose confirmation began
  std::uint32_t bytes_kept = 0;        // of the running download: what write() reported as stored
};

struct BoardState {
  std::vector<SectorRef> sectors;
  std::vector<Overlay> overlays;
  std::uint32_t fuses = 0;
  std::uint32_t starts = 0;  // counted while there are unstable cells
  Facts facts;
};

}  // namespace rota::sim
