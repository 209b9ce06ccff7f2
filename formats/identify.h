// What are these bytes? Names the things that really arrive where a firmware image was expected:
// web pages, compressed files, images of other chips, merged flash files. Looks at the first bytes
// only, never trusts a length field, freestanding.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "formats/app_image.h"

namespace rota::formats {

enum class ContentKind : std::uint8_t {
  kUnknown,
  kEmpty,
  kErased,  // all FF
  kZeros,
  kAppImage,     // header and app description
  kNativeImage,  // an app image with a Rota native payload: virtual boards only
  kBootloaderImage,
  kImageWithoutDescription,  // E9 and a known chip, but no description (RAM image, very old app)
  kEsp8266Image,
  kMergedFlash,  // a flash image: bootloader and a partition table at 0x8000 (or elsewhere)
  kPartitionTable,
  kOtaData,
  kNvs,
  kElf,
  kUf2,
  kIntelHex,
  kGzip,
  kZip,
  kXz,
  kZstd,
  kHtml,
  kXml,
  kJson,
  kPem,
  kDeltaPatch,      // esp_delta_ota header
  kEncryptedImage,  // esp_encrypted_img header
  kText,            // other readable text
};

struct Identification {
  ContentKind kind = ContentKind::kUnknown;
  std::string_view title;          // HTML <title>, or the first line of text: points into `first`
  std::uint16_t chip_id = 0xFFFF;  // of images
  std::uint32_t table_offset = 0;  // of merged flash images
};

// `first`: the beginning of the content, ideally 64 KiB for merged images, 288 bytes for apps; less
// is fine. `total_bytes`: the whole length where known, else 0.
Identification identify(Bytes first, std::uint64_t total_bytes = 0);

// "an HTML page", "a gzip file", "an ESP8266 image": with article, no title.
std::string_view name_of(ContentKind kind);

// One sentence for a person, be it about a file or about what a server sent: what it is and what to
// do ("This is an HTML page titled 'Login', not a firmware image: check the URL, and whether ...").
// Control characters in titles become '?'. Writes at most `into.size()` characters, returns what
// was written.
std::string_view describe_content(const Identification& content, std::span<char> into);

}  // namespace rota::formats
