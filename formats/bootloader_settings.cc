#include "formats/bootloader_settings.h"

#include <algorithm>

#include "base/assert.h"
#include "crypto/crc32.h"
#include "crypto/sha256.h"

namespace rota::formats {
namespace {

// Offsets in the segment; docs/formats/bootloader-settings.md has the table with all values.
constexpr std::uint32_t kMagic = 0x534C4252;  // "RBLS"
constexpr std::uint16_t kLayoutVersion = 1;
constexpr std::size_t kVersionAt = 4;
constexpr std::size_t kFlagsAt = 6;
constexpr std::size_t kTableOffsetAt = 8;
constexpr std::size_t kWatchdogAt = 12;
constexpr std::size_t kSecureVersionWidthAt = 16;
constexpr std::size_t kFactoryPinAt = 17;
constexpr std::size_t kTestPinAt = 18;
constexpr std::size_t kHoldTimeAt = 19;
constexpr std::size_t kLabelsAt = 20;
constexpr std::size_t kCheckAt = kBootloaderSettingsBytes - 4;

constexpr std::uint8_t kLargestPin = 63;
constexpr std::uint8_t kLargestSecureVersionWidth = 32;

enum Flag : unsigned {
  kRollback = 1U << 0U,
  kAntiRollback = 1U << 1U,
  kSkipInDeepSleep = 1U << 2U,
  kSkipOnPowerOn = 1U << 3U,
  kSkipAlways = 1U << 4U,
  kCutSafeRecords = 1U << 5U,
  kFactoryPin = 1U << 6U,
  kFactoryPinHigh = 1U << 7U,
  kFactoryErasesOtaData = 1U << 8U,
  kTestPin = 1U << 9U,
  kTestPinHigh = 1U << 10U,
  kEmulatedSecureVersion = 1U << 11U,
  kKnownFlags = (1U << 12U) - 1U,
};

unsigned flags_of(const BootloaderSettings& settings) {
  return (settings.rollback ? kRollback : 0U) | (settings.anti_rollback ? kAntiRollback : 0U) |
         (settings.skip_validate_in_deep_sleep ? kSkipInDeepSleep : 0U) |
         (settings.skip_validate_on_power_on ? kSkipOnPowerOn : 0U) |
         (settings.skip_validate_always ? kSkipAlways : 0U) |
         (settings.cut_safe_records ? kCutSafeRecords : 0U) |
         (settings.factory_reset.enabled ? kFactoryPin : 0U) |
         (settings.factory_reset.active_high ? kFactoryPinHigh : 0U) |
         (settings.factory_reset_erases_ota_data ? kFactoryErasesOtaData : 0U) |
         (settings.app_test.enabled ? kTestPin : 0U) |
         (settings.app_test.active_high ? kTestPinHigh : 0U) |
         (settings.emulate_secure_version ? kEmulatedSecureVersion : 0U);
}

std::uint8_t u8(std::byte value) { return std::to_integer<std::uint8_t>(value); }

// Appends to a fixed buffer; an overflow is our own bug.
class ImageWriter {
 public:
  explicit ImageWriter(MutableBytes into) : into_(into) {}
  void append(Bytes bytes) {
    ROTA_ASSERT(bytes.size() <= into_.size() - length_);
    std::copy(bytes.begin(), bytes.end(), into_.begin() + static_cast<std::ptrdiff_t>(length_));
    length_ += bytes.size();
  }
  void append_segment(Bytes data) {
    append(encode(SegmentHeader{0, static_cast<std::uint32_t>(data.size())}));
    append(data);
    for (const std::byte value : data) checksum_ ^= value;
  }
  void finish(bool with_digest) {
    constexpr std::array<std::byte, 16> kZeros{};
    append(Bytes(kZeros).first(15 - length_ % 16));
    append(std::span(&checksum_, 1));
    if (with_digest) append(crypto::sha256(into_.first(length_)));
  }
  std::size_t length() const { return length_; }

 private:
  MutableBytes into_;
  std::size_t length_ = 0;
  std::byte checksum_{kChecksumSeed};
};

}  // namespace

bool operator==(const BootloaderSettings& a, const BootloaderSettings& b) {
  const auto same_pin = [](const BootPin& x, const BootPin& y) {
    return x.enabled == y.enabled && x.pin == y.pin && x.active_high == y.active_high;
  };
  return flags_of(a) == flags_of(b) && a.secure_version_width == b.secure_version_width &&
         same_pin(a.factory_reset, b.factory_reset) && same_pin(a.app_test, b.app_test) &&
         a.factory_reset_labels == b.factory_reset_labels && a.hold_time_s == b.hold_time_s &&
         a.table_offset == b.table_offset && a.watchdog_ms == b.watchdog_ms;
}

std::array<std::byte, kBootloaderSettingsBytes> encode(const BootloaderSettings& settings) {
  std::array<std::byte, kBootloaderSettingsBytes> bytes{};
  store_u32(&bytes[0], kMagic);
  store_u16(&bytes[kVersionAt], kLayoutVersion);
  store_u16(&bytes[kFlagsAt], static_cast<std::uint16_t>(flags_of(settings)));
  store_u32(&bytes[kTableOffsetAt], settings.table_offset);
  store_u32(&bytes[kWatchdogAt], settings.watchdog_ms);
  bytes[kSecureVersionWidthAt] = static_cast<std::byte>(settings.secure_version_width);
  bytes[kFactoryPinAt] = static_cast<std::byte>(settings.factory_reset.pin);
  bytes[kTestPinAt] = static_cast<std::byte>(settings.app_test.pin);
  bytes[kHoldTimeAt] = static_cast<std::byte>(settings.hold_time_s);
  std::memcpy(&bytes[kLabelsAt], settings.factory_reset_labels.data(),
              settings.factory_reset_labels.size());
  store_u32(&bytes[kCheckAt], crypto::crc32(Bytes(bytes).first(kCheckAt)));
  return bytes;
}

Result<BootloaderSettings> decode_bootloader_settings(Bytes segment) {
  if (segment.size() < kBootloaderSettingsBytes) return Error::kBootloaderSettings;
  const std::byte* from = segment.data();
  if (load_u32(from) != kMagic || load_u16(from + kVersionAt) != kLayoutVersion ||
      load_u32(from + kCheckAt) != crypto::crc32(segment.first(kCheckAt))) {
    return Error::kBootloaderSettings;
  }
  const unsigned flags = load_u16(from + kFlagsAt);
  if ((flags & ~unsigned{kKnownFlags}) != 0) return Error::kBootloaderSettings;

  BootloaderSettings settings;
  settings.rollback = (flags & kRollback) != 0;
  settings.anti_rollback = (flags & kAntiRollback) != 0;
  settings.skip_validate_in_deep_sleep = (flags & kSkipInDeepSleep) != 0;
  settings.skip_validate_on_power_on = (flags & kSkipOnPowerOn) != 0;
  settings.skip_validate_always = (flags & kSkipAlways) != 0;
  settings.cut_safe_records = (flags & kCutSafeRecords) != 0;
  settings.emulate_secure_version = (flags & kEmulatedSecureVersion) != 0;
  settings.factory_reset = {(flags & kFactoryPin) != 0, u8(from[kFactoryPinAt]),
                            (flags & kFactoryPinHigh) != 0};
  settings.factory_reset_erases_ota_data = (flags & kFactoryErasesOtaData) != 0;
  settings.app_test = {(flags & kTestPin) != 0, u8(from[kTestPinAt]), (flags & kTestPinHigh) != 0};
  settings.table_offset = load_u32(from + kTableOffsetAt);
  settings.watchdog_ms = load_u32(from + kWatchdogAt);
  settings.secure_version_width = u8(from[kSecureVersionWidthAt]);
  settings.hold_time_s = u8(from[kHoldTimeAt]);
  std::memcpy(settings.factory_reset_labels.data(), from + kLabelsAt,
              settings.factory_reset_labels.size());

  const bool in_range = settings.table_offset != 0 && settings.table_offset % 0x1000 == 0 &&
                        settings.secure_version_width >= 1 &&
                        settings.secure_version_width <= kLargestSecureVersionWidth &&
                        settings.factory_reset.pin <= kLargestPin &&
                        settings.app_test.pin <= kLargestPin &&
                        settings.factory_reset_labels.back() == '\0';
  if (!in_range) return Error::kBootloaderSettings;
  return settings;
}

std::size_t write_bootloader_image(const ImageHeader& header,
                                   const BootloaderDescription& description,
                                   const BootloaderSettings& settings,
                                   std::span<std::byte, kBootloaderImageMaxBytes> into) {
  ImageHeader own = header;
  own.magic = kImageMagic;
  own.segment_count = 2;
  ImageWriter writer(into);
  writer.append(encode(own));
  writer.append_segment(encode(description));
  writer.append_segment(encode(settings));
  writer.finish(own.digest_appended != 0);
  return writer.length();
}

}  // namespace rota::formats
