#include "formats/identify.h"

#include <algorithm>

#include "crypto/crc32.h"
#include "formats/chips.h"
#include "formats/ota_data.h"
#include "formats/partition_table.h"
#include "formats/text_writer.h"

namespace rota::formats {
namespace {

constexpr std::size_t kSector = 0x1000;
constexpr std::size_t kTextLookBytes = 1024;
constexpr std::size_t kMaxTitleBytes = 80;

bool starts_with(Bytes bytes, std::string_view magic) { return text_of(bytes).starts_with(magic); }

bool all_are(Bytes bytes, std::byte value) {
  return std::all_of(bytes.begin(), bytes.end(), [value](std::byte b) { return b == value; });
}

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_letters(std::string_view a, std::string_view lower_case) {
  return a.size() == lower_case.size() && std::equal(a.begin(), a.end(), lower_case.begin(),
                                                     [](char x, char y) { return lower(x) == y; });
}

bool starts_with_word(std::string_view text, std::string_view lower_case) {
  return same_letters(text.substr(0, lower_case.size()), lower_case);
}

std::size_t find_word(std::string_view text, std::string_view lower_case) {
  for (std::size_t i = 0; i + lower_case.size() <= text.size(); ++i) {
    if (starts_with_word(behind(text, i), lower_case)) return i;
  }
  return std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const std::size_t begin = std::min(text.find_first_not_of(kSpace), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

// Cut at a character, not within one.
std::string_view at_most(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return text.substr(0, bytes);
}

// --- Images -----------------------------------------------------------------------------------

// An ESP8266 image has the same magic, but a header of 8 bytes, so that its first segment's header
// stands where an ESP32 image has its extended header.
bool looks_like_esp8266(Bytes first) {
  if (first.size() < 16) return false;
  const auto magic = std::to_integer<std::uint8_t>(first[0]);
  const std::uint32_t entry = load_u32(&first[4]);
  const bool enters_iram = entry >= 0x40100000 && entry < 0x40110000;
  const bool enters_flash = entry >= 0x40200000 && entry < 0x40300000;
  if (!enters_iram && !enters_flash) return false;
  if (magic == 0xEA) return first[1] == std::byte{4};  // image version 2: segments come later
  const std::uint32_t load = load_u32(&first[8]);
  const std::uint32_t bytes = load_u32(&first[12]);
  const bool loads_there = (load >= 0x3FFE8000 && load < 0x40000000) ||
                           (load >= 0x40100000 && load < 0x40110000) ||
                           (load >= 0x40200000 && load < 0x40300000);
  return magic == kImageMagic && loads_there && bytes < 0x100000;
}

bool has_app_description(Bytes first) {
  return first.size() >= kDescriptionOffset + 4 &&
         load_u32(&first[kDescriptionOffset]) == kAppDescriptionMagic;
}

bool has_bootloader_description(Bytes first) {
  if (first.size() < kDescriptionOffset + kBootloaderDescriptionBytes) return false;
  const Bytes description = first.subspan(kDescriptionOffset, kBootloaderDescriptionBytes);
  return description[0] == std::byte{kBootloaderDescriptionMagic} &&
         description[1] == std::byte{0} && description[2] == std::byte{0};
}

// As far as the segment headers are at hand.
bool has_native_payload(Bytes first, const ImageHeader& header) {
  std::uint64_t at = kImageHeaderBytes;
  for (unsigned i = 0; i < header.segment_count && i < kMaxSegments; ++i) {
    if (at + kSegmentHeaderBytes > first.size()) return false;
    const std::byte* segment = &first[static_cast<std::size_t>(at)];
    if (load_u32(segment) == kNativePayloadAddress) return true;
    at += kSegmentHeaderBytes + std::uint64_t{load_u32(segment + 4)};
  }
  return false;
}

bool starts_with_table(Bytes bytes) {
  const Bytes table = bytes.first(std::min(bytes.size(), kTableBytes));
  if (!starts_with(table, "\xAA\x50")) return false;
  const auto rows = read_table_as_bootloader(table, 0xFFFFFFFF);
  return rows.ok() && !rows->empty();
}

// Where a partition table lies in what may be the beginning of a flash chip; 0: nowhere.
std::uint32_t table_within(Bytes first) {
  if (first.size() > kDefaultTableOffset && starts_with_table(first.subspan(kDefaultTableOffset))) {
    return kDefaultTableOffset;
  }
  for (std::size_t at = kSector; at < first.size(); at += kSector) {
    if (starts_with_table(first.subspan(at))) return static_cast<std::uint32_t>(at);
  }
  return 0;
}

Identification identify_image(Bytes first) {
  Identification content;
  if (looks_like_esp8266(first)) {
    content.kind = ContentKind::kEsp8266Image;
    return content;
  }
  if (!starts_with(first, "\xE9") || first.size() < kImageHeaderBytes) return content;
  const ImageHeader header = decode_image_header(first.first<kImageHeaderBytes>());
  if (header.segment_count > kMaxSegments) return content;
  content.chip_id = header.chip_id;
  if (find_chip(header.chip_id) == nullptr) return content;
  if (has_native_payload(first, header)) {
    content.kind = ContentKind::kNativeImage;
  } else if (has_app_description(first)) {
    content.kind = ContentKind::kAppImage;
  } else if (has_bootloader_description(first)) {
    content.kind = ContentKind::kBootloaderImage;
  } else {
    content.kind = ContentKind::kImageWithoutDescription;
  }
  return content;
}

// A flash image: everything but an app may start it, and a table follows.
bool identify_merged(Bytes first, Identification& content) {
  const bool is_app =
      content.kind == ContentKind::kAppImage || content.kind == ContentKind::kNativeImage;
  if (is_app || content.kind == ContentKind::kEsp8266Image) return false;
  const std::uint32_t table = table_within(first);
  if (table == 0) return false;
  content.kind = ContentKind::kMergedFlash;
  content.table_offset = table;
  // The bootloader of some chips lies behind one or two free sectors; its header names the chip.
  for (const std::size_t at : {std::size_t{0}, kSector, 2 * kSector}) {
    if (at + kImageHeaderBytes > table || first[at] != std::byte{kImageMagic}) continue;
    content.chip_id = decode_image_header(first.subspan(at).first<kImageHeaderBytes>()).chip_id;
    break;
  }
  return true;
}

// --- Other content of a flash chip ------------------------------------------------------------

bool looks_like_table(Bytes first) {
  if (first.size() < kTableRowBytes || !starts_with(first, "\xAA\x50")) return false;
  // A cut or damaged table is still one when its first row could stand on a chip.
  return starts_with_table(first) || load_u32(&first[4]) % kSector == 0;
}

bool is_good_record(Bytes first, std::size_t at) {
  if (first.size() < at + 2 * kOtaRecordBytes) return false;
  const OtaRecord record = decode_ota_record(first.subspan(at).first<kOtaRecordBytes>());
  return record.sequence != kBlankSequence && record.check_is_good() &&
         all_are(first.subspan(at + kOtaRecordBytes, kOtaRecordBytes), std::byte{0xFF});
}

bool looks_like_ota_data(Bytes first) {
  if (is_good_record(first, 0)) return true;
  const bool is_first_blank =
      first.size() > kSector && all_are(first.first(kSector), std::byte{0xFF});
  return is_first_blank && is_good_record(first, kSector);
}

bool looks_like_nvs(Bytes first) {
  if (first.size() < 32) return false;
  const std::uint32_t state = load_u32(first.data());
  const bool is_page = state == 0xFFFFFFFE || state == 0xFFFFFFFC || state == 0xFFFFFFF8;
  const auto version = std::to_integer<std::uint8_t>(first[8]);
  return is_page && version >= 0xFE &&
         load_u32(&first[28]) == crypto::crc32(first.subspan(4, 24), 0xFFFFFFFF);
}

// --- Text -------------------------------------------------------------------------------------

// Readable as far as looked: no control characters but white space. Encodings are not judged.
bool looks_like_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto value = static_cast<unsigned char>(c);
    return value >= 0x20
               ? value != 0x7F
               : value == '\n' || value == '\r' || value == '\t' || value == '\f' || value == 0x1B;
  });
}

bool looks_like_intel_hex(std::string_view text) {
  constexpr std::size_t kShortestLine = 11;
  if (text.size() < kShortestLine || text[0] != ':') return false;
  return std::all_of(text.begin() + 1, text.begin() + kShortestLine, [](char c) {
    const char l = lower(c);
    return (l >= '0' && l <= '9') || (l >= 'a' && l <= 'f');
  });
}

bool looks_like_json(std::string_view text) {
  if (text.empty() || (text[0] != '{' && text[0] != '[')) return false;
  const std::string_view inside = trimmed(behind(text, 1));
  constexpr std::string_view kMayFollow = "\"{[]}-0123456789tfn";
  return inside.empty() || kMayFollow.find(inside[0]) != std::string_view::npos;
}

std::string_view html_title(std::string_view text) {
  const std::size_t tag = find_word(text, "<title");
  if (tag == std::string_view::npos) return {};
  const std::size_t open = text.find('>', tag);
  if (open == std::string_view::npos) return {};
  const std::string_view rest = behind(text, open + 1);
  return at_most(trimmed(rest.substr(0, find_word(rest, "</title"))), kMaxTitleBytes);
}

std::string_view first_line(std::string_view text) {
  return at_most(trimmed(text.substr(0, text.find_first_of("\r\n"))), kMaxTitleBytes);
}

Identification identify_text(Bytes first) {
  Identification content;
  std::string_view text = text_of(first);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::string_view whole = trimmed(text);
  const std::string_view look = whole.substr(0, kTextLookBytes);
  if (look.empty() || !looks_like_text(look)) return content;
  if (look[0] == '<') {
    const bool is_html = starts_with_word(look, "<!doctype html") ||
                         find_word(look, "<html") != std::string_view::npos ||
                         starts_with_word(look, "<head") || starts_with_word(look, "<body") ||
                         starts_with_word(look, "<title");
    content.kind = is_html ? ContentKind::kHtml : ContentKind::kXml;
    if (is_html) content.title = html_title(whole);
  } else if (looks_like_intel_hex(look)) {
    content.kind = ContentKind::kIntelHex;
  } else if (look.starts_with("-----BEGIN ")) {
    content.kind = ContentKind::kPem;
    content.title = first_line(look);
  } else if (looks_like_json(look)) {
    content.kind = ContentKind::kJson;
  } else {
    content.kind = ContentKind::kText;
    content.title = first_line(look);
  }
  return content;
}

// --- Files with a magic number ------------------------------------------------------------------

struct Magic {
  std::string_view bytes;
  ContentKind kind;
};

constexpr Magic kMagics[] = {
    {"\x7F"
     "ELF",
     ContentKind::kElf},
    {"UF2\n", ContentKind::kUf2},
    {"\x1F\x8B", ContentKind::kGzip},
    {"PK\x03\x04", ContentKind::kZip},
    {"PK\x05\x06", ContentKind::kZip},
    {"\xFD"
     "7zXZ",
     ContentKind::kXz},
    {"\x28\xB5\x2F\xFD", ContentKind::kZstd},
    {"\x10\xDE\xCD\xFC", ContentKind::kDeltaPatch},
    {"\xCF\xB6\x88\x07", ContentKind::kEncryptedImage},
};

}  // namespace

Identification identify(Bytes first, std::uint64_t total_bytes) {
  Identification content;
  if (total_bytes != 0 && total_bytes < first.size()) {
    first = first.first(static_cast<std::size_t>(total_bytes));
  }
  const auto found = [&content](ContentKind kind) {
    content.kind = kind;
    return content;
  };
  if (first.empty()) return found(ContentKind::kEmpty);
  if (all_are(first, std::byte{0xFF})) return found(ContentKind::kErased);
  if (all_are(first, std::byte{0})) return found(ContentKind::kZeros);
  for (const Magic& magic : kMagics) {
    if (starts_with(first, magic.bytes)) return found(magic.kind);
  }
  content = identify_image(first);
  if (identify_merged(first, content) || content.kind != ContentKind::kUnknown) return content;
  if (content.chip_id != 0xFFFF) return content;  // an image, but of a chip that we do not know
  if (looks_like_table(first)) return found(ContentKind::kPartitionTable);
  if (looks_like_nvs(first)) return found(ContentKind::kNvs);
  if (looks_like_ota_data(first)) return found(ContentKind::kOtaData);
  return identify_text(first);
}

}  // namespace rota::formats
