#include "board/chip/native_image.h"

#include <array>

#include "crypto/sha256.h"

namespace rota::board {
namespace {

constexpr std::size_t kChecksumBlock = 16;

template <class Range>
void append(std::vector<std::byte>& image, const Range& bytes) {
  image.insert(image.end(), bytes.begin(), bytes.end());
}

std::byte xor_of(std::byte seed, Bytes bytes) {
  for (const std::byte b : bytes) seed ^= b;
  return seed;
}

}  // namespace

std::vector<std::byte> pack_native_image(Bytes elf,
                                         const formats::AppDescription& description,
                                         const formats::ChipFacts& chip,
                                         formats::ImageHeader header) {
  header.magic = formats::kImageMagic;
  header.segment_count = 2;
  header.chip_id = static_cast<std::uint16_t>(chip.id);
  header.entry_address = formats::kNativePayloadAddress;
  header.digest_appended = 1;

  const auto description_bytes = formats::encode(description);
  const auto payload_bytes = align_up(static_cast<std::uint32_t>(elf.size()), 4);
  std::vector<std::byte> image;
  image.reserve(formats::kImagePreambleBytes + payload_bytes + 64);
  append(image, formats::encode(header));
  append(image, formats::encode(formats::SegmentHeader{
                    chip.mapped_data.low + static_cast<std::uint32_t>(formats::kDescriptionOffset),
                    static_cast<std::uint32_t>(description_bytes.size())}));
  append(image, description_bytes);
  append(image,
         formats::encode(formats::SegmentHeader{formats::kNativePayloadAddress, payload_bytes}));
  append(image, elf);
  image.resize(image.size() + payload_bytes - elf.size());

  const std::byte checksum =
      xor_of(xor_of(std::byte{formats::kChecksumSeed}, description_bytes), elf);
  image.resize(image.size() + kChecksumBlock - 1 - image.size() % kChecksumBlock);
  image.push_back(checksum);
  crypto::Sha256 sha256;
  sha256.update(image);
  append(image, sha256.finish());
  return image;
}

}  // namespace rota::board
