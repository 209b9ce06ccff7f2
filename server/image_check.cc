#include "server/image_check.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <numeric>
#include <vector>

#include "crypto/sha256.h"
#include "formats/app_image.h"
#include "formats/chips.h"

namespace rota::server {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;
constexpr std::size_t kDigestBytes = 32;
constexpr std::string_view kCopyAgain =
    "copy it again in binary form, or build it again; a device would refuse it";

// Reads the image once, front to back, through one buffer.
class ImageReader {
 public:
  ImageReader(int file, std::uint64_t file_bytes) : file_(file), file_bytes_(file_bytes) {}

  std::uint64_t position() const { return position_; }
  bool has(std::uint64_t bytes) const { return bytes <= file_bytes_ - position_; }

  // Also counts the bytes into the digest. False: the file ends earlier than it should.
  bool read(MutableBytes into) {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t got = ::pread(file_, into.data() + done, into.size() - done,
                                  static_cast<off_t>(position_ + done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      done += static_cast<std::size_t>(got);
    }
    digest_.update(into);
    position_ += into.size();
    return true;
  }

  // Reads `bytes` and folds them into the checksum.
  bool fold(std::uint64_t bytes) {
    while (bytes > 0) {
      const MutableBytes piece(
          buffer_.data(), static_cast<std::size_t>(std::min<std::uint64_t>(bytes, kPieceBytes)));
      if (!read(piece)) return false;
      checksum_ = std::accumulate(piece.begin(), piece.end(), checksum_, std::bit_xor<>());
      bytes -= piece.size();
    }
    return true;
  }

  std::byte checksum() const { return checksum_; }
  crypto::Sha256Digest digest() { return digest_.finish(); }

 private:
  int file_;
  std::uint64_t file_bytes_;
  std::uint64_t position_ = 0;
  std::byte checksum_{formats::kChecksumSeed};
  crypto::Sha256 digest_;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(kPieceBytes);
};

ImageVerdict damaged(std::string what) {
  ImageVerdict verdict;
  verdict.problem = fmt::format("Damaged: {}; {}.", what, kCopyAgain);
  return verdict;
}

ImageVerdict cut_short(std::uint64_t file_bytes) {
  return damaged(
      fmt::format("the file ends after {} bytes, in the middle of the image", file_bytes));
}

}  // namespace

ImageVerdict check_image(int file, std::uint64_t file_bytes) {
  ImageReader reader(file, file_bytes);
  std::array<std::byte, formats::kImageHeaderBytes> header_bytes{};
  if (!reader.has(header_bytes.size()) || !reader.read(header_bytes)) return cut_short(file_bytes);
  const formats::ImageHeader header = formats::decode_image_header(header_bytes);
  if (header.segment_count == 0 || header.segment_count > formats::kMaxSegments) {
    return damaged(fmt::format("its header tells of {} segments, 1 to {} are possible",
                               header.segment_count, formats::kMaxSegments));
  }
  ImageVerdict verdict;
  for (unsigned i = 0; i < header.segment_count; ++i) {
    std::array<std::byte, formats::kSegmentHeaderBytes> segment_bytes{};
    if (!reader.has(segment_bytes.size()) || !reader.read(segment_bytes)) {
      return cut_short(file_bytes);
    }
    const formats::SegmentHeader segment = formats::decode_segment_header(segment_bytes);
    if (segment.data_bytes % 4 != 0) {
      return damaged(fmt::format("the length of segment {} is no multiple of 4", i));
    }
    if (segment.load_address == formats::kNativePayloadAddress) verdict.is_native = true;
    if (!reader.has(segment.data_bytes) || !reader.fold(segment.data_bytes)) {
      return cut_short(file_bytes);
    }
  }
  // 0..15 bytes of padding; the checksum is the last byte of a block of 16.
  std::array<std::byte, 16> tail{};
  const MutableBytes rest = MutableBytes(tail).first(16 - reader.position() % 16);
  if (!reader.has(rest.size()) || !reader.read(rest)) return cut_short(file_bytes);
  if (rest.back() != reader.checksum()) return damaged("its checksum does not match its content");

  if (header.digest_appended != 0) {
    const crypto::Sha256Digest computed = reader.digest();
    crypto::Sha256Digest stored{};
    if (!reader.has(kDigestBytes) || !reader.read(stored)) return cut_short(file_bytes);
    if (stored != computed) {
      return damaged("the SHA-256 at its end does not match its content");
    }
    verdict.has_digest = true;
  }
  verdict.image_bytes = reader.position();
  verdict.is_whole = true;
  return verdict;
}

}  // namespace rota::server
