#include "core/image_verifier.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "crypto/sha256.h"

namespace rota::core {
namespace {

using formats::ChipFacts;
using formats::ImageHeader;
using formats::SegmentHeader;

constexpr std::uint32_t kNarrowFlashLimit = 0x1000000;  // chips with 24-bit cache addressing
constexpr std::uint32_t kWideFlashLimit = 0xFFFFFFFF;
constexpr std::uint32_t kLowestLoadAddress = 0x10000000;  // below it, nothing is ever loaded
// Small on purpose: it lives on the stack of a task, and a processor fetches the next bytes of a
// mapped chip while it hashes these; with 4 KB it waits for each of them in turn (./dev bench).
constexpr std::size_t kBufferBytes = 448;
constexpr std::size_t kDigestBlockBytes = 64;
constexpr std::size_t kSecureVersionAt = 4;
constexpr std::size_t kMinBlockRevisionAt = 176;
constexpr std::size_t kMaxBlockRevisionAt = 178;
constexpr std::size_t kPageSizeAt = 180;
constexpr std::size_t kDigestBytes = 32;

// The range's bytes in order, each read from flash once. Everything that is taken goes into the
// digest, too, when one is wanted.
class ImageStream {
 public:
  ImageStream(Flash& flash, FlashAddress start) : flash_(flash), start_(start) {}

  void hash_from_here(Bytes already_taken) {
    hashing_ = true;
    sha256_.update(already_taken);
  }
  crypto::Sha256Digest finish_digest() {
    hashing_ = false;
    return sha256_.finish();
  }

  // Bytes from the start of the range to the next byte.
  std::uint64_t position() const { return position_; }
  FlashAddress address() const { return start_ + static_cast<std::uint32_t>(position_); }
  // True when the chip holds `count` more bytes.
  bool has(std::uint64_t count) const {
    return start_.value + position_ + count <= flash_.geometry().size_bytes;
  }

  // The next `count` <= kBufferBytes bytes; they stay valid until the next call.
  Result<Bytes> peek(std::size_t count) {
    if (buffered() < count) ROTA_TRY(refill(count));
    return Bytes(buffer_).subspan(used_, count);
  }
  Result<Bytes> take(std::size_t count) {
    const Result<Bytes> bytes = peek(count);
    if (bytes) consume(*bytes);
    return bytes;
  }
  // At least one and at most `limit` bytes: what is at hand.
  Result<Bytes> take_some(std::uint64_t limit) {
    const auto needed = static_cast<std::size_t>(std::min<std::uint64_t>(limit, kDigestBlockBytes));
    if (buffered() < needed) ROTA_TRY(refill(needed));
    auto count = static_cast<std::size_t>(std::min<std::uint64_t>(limit, buffered()));
    // Up to a whole block of the digest, so that it need not put blocks together from halves.
    const std::size_t beyond_block = (position_ + count) % kDigestBlockBytes;
    if (count == buffered() && beyond_block < count) count -= beyond_block;
    return take(count);
  }
  // Passes over bytes without reading them.
  void skip(std::uint64_t count) {
    used_ += static_cast<std::size_t>(std::min<std::uint64_t>(count, buffered()));
    position_ += count;
  }

 private:
  std::size_t buffered() const { return filled_ - used_; }

  void consume(Bytes bytes) {
    if (hashing_) sha256_.update(bytes);
    used_ += bytes.size();
    position_ += bytes.size();
  }

  Status refill(std::size_t needed) {
    if (!has(needed)) return position_ == 0 ? Error::kFlashOutOfRange : Error::kImageTooShort;
    std::memmove(buffer_.data(), buffer_.data() + used_, buffered());
    filled_ = buffered();
    used_ = 0;
    const std::uint64_t from = start_.value + position_ + filled_;
    const std::uint64_t on_chip = flash_.geometry().size_bytes - from;
    const std::size_t wanted = std::max(needed, kBufferBytes) - filled_;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, on_chip));
    ROTA_TRY(flash_.read(FlashAddress{static_cast<std::uint32_t>(from)},
                         MutableBytes(buffer_).subspan(filled_, count)));
    filled_ += count;
    return {};
  }

  Flash& flash_;
  FlashAddress start_;
  std::array<std::byte, kBufferBytes> buffer_;
  std::size_t filled_ = 0;
  std::size_t used_ = 0;
  std::uint64_t position_ = 0;
  crypto::Sha256 sha256_;
  bool hashing_ = false;
};

// The XOR of all bytes: order does not matter to it. Four words at a time, each in a sum of its
// own, so that no step waits for the one before.
std::byte xor_of(Bytes bytes) {
  constexpr std::size_t kLanes = 4;
  std::array<std::uint64_t, kLanes> lanes{};
  std::size_t i = 0;
  for (; i + sizeof lanes <= bytes.size(); i += sizeof lanes) {
    std::array<std::uint64_t, kLanes> words{};
    std::memcpy(words.data(), bytes.data() + i, sizeof words);
    for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] ^= words[lane];
  }
  const std::uint64_t wide = lanes[0] ^ lanes[1] ^ lanes[2] ^ lanes[3];
  auto folded = std::byte{0};
  for (; i < bytes.size(); ++i) folded ^= bytes[i];
  for (unsigned shift = 0; shift < 64; shift += 8) folded ^= static_cast<std::byte>(wide >> shift);
  return folded;
}

constexpr bool is_a_limit(std::uint16_t revision) { return revision != 0 && revision != 0xFFFF; }

bool is_erased(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0xFF}; });
}

// What a build for this chip and flash size takes as MMU page (spec 4.6).
std::uint32_t usual_page_bytes(const ChipFacts& chip, std::uint32_t flash_bytes) {
  if (!chip.page_size_in_image) return 0x10000;
  if (flash_bytes <= 0x100000) return 0x4000;
  return flash_bytes <= 0x200000 ? 0x8000 : 0x10000;
}

// One verification. The steps are in the order of spec 4.4; its numbers stand in brackets.
class Verification {
 public:
  Verification(Flash& flash, const ChipIdentity& chip, const VerifyRequest& request)
      : chip_(chip),
        facts_of_chip_(*chip.facts),
        request_(request),
        flash_bytes_(flash.geometry().size_bytes),
        stream_(flash, request.range.start) {}

  Status check() {
    if (request_.range.size_bytes > flash_limit()) return Error::kImagePartitionTooLarge;  // [2]
    ROTA_TRY(read_header());
    for (std::size_t i = 0; i < found_.header.segment_count; ++i) ROTA_TRY(read_segment(i));
    if (request_.range.start.value + stream_.position() > kWideFlashLimit) {  // [17]
      return Error::kImageWrapsAround;
    }
    ROTA_TRY(read_checksum());
    return read_digest();
  }
  const ImageFacts& facts() const { return found_; }

 private:
  bool verifies() const { return request_.checks != ImageChecks::kStructureOnly; }
  bool is_app() const { return request_.kind == ImageKind::kApp; }
  std::uint32_t flash_limit() const {
    return facts_of_chip_.wide_flash ? kWideFlashLimit : kNarrowFlashLimit;
  }

  Status read_header() {
    const auto bytes = stream_.take(formats::kImageHeaderBytes);  // [3]
    ROTA_TRY(bytes);
    found_.header = formats::decode_image_header(bytes->first<formats::kImageHeaderBytes>());
    found_.has_digest = found_.header.digest_appended != 0;
    found_.mmu_page_bytes = usual_page_bytes(facts_of_chip_, flash_bytes_);
    if (found_.header.magic != formats::kImageMagic) {  // [5]
      return is_erased(*bytes) ? Error::kImageIsErased : Error::kImageBadMagic;
    }
    if (verifies())
      ROTA_TRY(check_image_fits_chip(found_.header, request_.kind, chip_));  // [6] [7]
    if (found_.header.segment_count > formats::kMaxSegments) {               // [8]
      return Error::kImageTooManySegments;
    }
    // Flashing tools patch the header of a bootloader, so its digest is never compared.
    compares_digest_ = verifies() && is_app() && found_.has_digest;
    if (compares_digest_) stream_.hash_from_here(*bytes);
    return {};
  }

  Status read_segment(std::size_t index) {
    const auto bytes = stream_.take(formats::kSegmentHeaderBytes);  // [9]
    ROTA_TRY(bytes);
    const SegmentHeader segment =
        formats::decode_segment_header(bytes->first<formats::kSegmentHeaderBytes>());
    if (segment.data_bytes % 4 != 0 || segment.data_bytes >= flash_limit()) {  // [10]
      return Error::kImageSegmentLength;
    }
    found_.segments[index] = segment;
    found_.segment_offsets[index] = static_cast<std::uint32_t>(stream_.position());
    const bool has_description = index == 0 && is_app();
    if (has_description) ROTA_TRY(read_description(segment));
    ROTA_TRY(check_placement(segment, index));
    if (stream_.address().value > std::numeric_limits<std::uint32_t>::max() - segment.data_bytes) {
      return Error::kImageWrapsAround;
    }
    if (!stream_.has(segment.data_bytes)) return Error::kImageTooShort;  // [15]
    if (!verifies()) {
      stream_.skip(segment.data_bytes);
      return {};
    }
    if (has_description) ROTA_TRY(check_block_revision());  // [16]
    return read_data(segment.data_bytes);
  }

  Status read_description(const SegmentHeader& segment) {
    if (segment.data_bytes < formats::kAppDescriptionBytes) {  // [11]
      return Error::kImageFirstSegmentTooShort;
    }
    const auto bytes = stream_.peek(formats::kAppDescriptionBytes);
    ROTA_TRY(bytes);
    const std::byte* description = bytes->data();
    if (facts_of_chip_.page_size_in_image) {
      if (load_u32(description) != formats::kAppDescriptionMagic) {  // [12]
        return Error::kDescriptionMissing;
      }
      const auto page_log2 = std::to_integer<std::uint8_t>(description[kPageSizeAt]);
      if (page_log2 >= facts_of_chip_.min_page_log2 && page_log2 <= facts_of_chip_.max_page_log2) {
        found_.mmu_page_bytes = 1U << page_log2;
      }
    }
    // Validation that is skipped leaves the word at 0, and so does the reference (spec 3.6).
    if (verifies()) found_.secure_version = load_u32(description + kSecureVersionAt);
    min_block_revision_ = load_u16(description + kMinBlockRevisionAt);
    max_block_revision_ = load_u16(description + kMaxBlockRevisionAt);
    return {};
  }

  Status check_placement(const SegmentHeader& segment, std::size_t index) {
    const std::uint32_t address = segment.load_address;
    if (facts_of_chip_.maps(address)) {  // [13]
      const std::uint32_t within_page = found_.mmu_page_bytes - 1;
      if (((stream_.address().value ^ address) & within_page) != 0) {
        return Error::kImageSegmentMisaligned;
      }
      return {};
    }
    const bool is_native_payload = address == formats::kNativePayloadAddress;
    if (is_native_payload) found_.native_payload_segment = static_cast<std::uint32_t>(index);
    // Nothing is loaded from an empty segment, nor to a low address.
    const bool is_loaded = segment.data_bytes > 0 && address >= kLowestLoadAddress;
    if (request_.checks != ImageChecks::kBootloader || !is_loaded) return {};
    if (is_native_payload && chip_.accepts_native_payload) return {};
    if (!facts_of_chip_.loads_into_ram(address, segment.data_bytes) ||  // [14]
        clobbers_bootloader(address, segment.data_bytes)) {
      return Error::kImageBadLoadAddress;
    }
    return {};
  }

  bool clobbers_bootloader(std::uint32_t address, std::uint32_t bytes) const {
    return std::any_of(chip_.reserved_ram.begin(), chip_.reserved_ram.end(),
                       [&](const formats::AddressRange& reserved) {
                         return address < reserved.high &&
                                std::uint64_t{address} + bytes > reserved.low;
                       });
  }

  Status check_block_revision() const {
    if (!facts_of_chip_.checks_efuse_block_revision) return {};
    const std::uint16_t own = chip_.efuse_block_revision;
    const bool too_old = is_a_limit(min_block_revision_) && own < min_block_revision_;
    const bool too_new =
        is_a_limit(max_block_revision_) && own > max_block_revision_ && !chip_.block_max_ignored;
    return too_old || too_new ? Status{Error::kImageEfuseBlockRevision} : Status{};
  }

  Status read_data(std::uint32_t count) {
    for (std::uint32_t left = count; left > 0;) {
      const auto bytes = stream_.take_some(left);
      ROTA_TRY(bytes);
      checksum_ ^= xor_of(*bytes);
      left -= static_cast<std::uint32_t>(bytes->size());
    }
    return {};
  }

  // The checksum is the last byte of the next 16-byte block; what stands before it is padding.
  Status read_checksum() {
    const std::size_t padded = 16 - static_cast<std::size_t>(stream_.position() % 16);
    if (!verifies()) {
      stream_.skip(padded);
      return {};
    }
    const auto bytes = stream_.take(padded);
    ROTA_TRY(bytes);
    return bytes->back() == checksum_ ? Status{} : Status{Error::kImageBadChecksum};  // [18]
  }

  Status read_digest() {
    const auto computed = compares_digest_ ? stream_.finish_digest() : crypto::Sha256Digest{};
    if (found_.has_digest) {  // [19]
      const auto bytes = stream_.take(kDigestBytes);
      ROTA_TRY(bytes);
      std::copy(bytes->begin(), bytes->end(), found_.digest.begin());
    }
    if (stream_.position() > request_.range.size_bytes) {  // [20]
      return Error::kImageLargerThanPartition;
    }
    found_.image_bytes = static_cast<std::uint32_t>(stream_.position());
    if (compares_digest_ && computed != found_.digest) return Error::kImageBadDigest;  // [21]
    return {};
  }

  const ChipIdentity& chip_;
  const ChipFacts& facts_of_chip_;
  const VerifyRequest request_;
  std::uint32_t flash_bytes_;
  ImageStream stream_;
  ImageFacts found_;
  std::byte checksum_{formats::kChecksumSeed};
  bool compares_digest_ = false;
  std::uint16_t min_block_revision_ = 0;
  std::uint16_t max_block_revision_ = 0;
};

}  // namespace

Result<ImageFacts> verify_image(Flash& flash,
                                const ChipIdentity& chip,
                                const VerifyRequest& request) {
  ROTA_ASSERT(chip.facts != nullptr);
  Verification verification(flash, chip, request);
  ROTA_TRY(verification.check());
  return verification.facts();
}

Status check_image(Flash& flash, const ChipIdentity& chip, const VerifyRequest& request) {
  ROTA_ASSERT(chip.facts != nullptr);
  Verification verification(flash, chip, request);
  return verification.check();
}

Result<std::uint32_t> read_image_length(Flash& flash, const ChipIdentity& chip, FlashRange range) {
  ROTA_ASSERT(chip.facts != nullptr);
  Verification verification(flash, chip, {range, ImageKind::kApp, ImageChecks::kStructureOnly});
  ROTA_TRY(verification.check());
  return verification.facts().image_bytes;
}

Status check_image_fits_chip(const ImageHeader& header, ImageKind kind, const ChipIdentity& chip) {
  ROTA_ASSERT(chip.facts != nullptr);
  if (header.chip_id != static_cast<std::uint16_t>(chip.facts->id)) return Error::kImageWrongChip;
  if (chip.revision < header.min_chip_revision) return Error::kImageChipTooOld;
  if (kind == ImageKind::kApp && is_a_limit(header.max_chip_revision) &&
      chip.revision > header.max_chip_revision && !chip.max_revision_ignored) {
    return Error::kImageChipTooNew;
  }
  return {};
}

Status check_can_be_mapped(const ImageFacts& facts, const ChipIdentity& chip) {
  const bool is_native = facts.native_payload_segment.has_value() && chip.accepts_native_payload;
  if (!chip.facts->shared_map || is_native) return {};
  const auto* const end = facts.segments.begin() + facts.header.segment_count;
  const auto mapped = std::count_if(facts.segments.begin(), end, [&](const SegmentHeader& segment) {
    return chip.facts->maps(segment.load_address);
  });
  return mapped == 2 ? Status{} : Status{Error::kImageMappedSegmentCount};
}

}  // namespace rota::core
