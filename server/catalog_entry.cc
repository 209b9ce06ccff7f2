#include "server/catalog_entry.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "crypto/sha256.h"
#include "formats/chips.h"
#include "server/image_check.h"

namespace rota::server {
namespace {

constexpr std::size_t kFirstBytes = 64 * 1024;  // what identify() wants for merged images

// Text of an image goes to terminals, logs and web pages: nothing but printable ASCII leaves here.
std::string printable(std::string_view text) {
  std::string clean(text);
  std::replace_if(
      clean.begin(), clean.end(), [](unsigned char c) { return std::isprint(c) == 0; }, '?');
  return clean;
}

struct WholeFile {
  std::vector<std::byte> first;
  std::string sha256;
};

// nullopt: errno says why, or 0 when the file ended early.
std::optional<WholeFile> read_whole(int file, std::uint64_t bytes) {
  WholeFile whole;
  crypto::Sha256 digest;
  std::vector<std::byte> piece(kFirstBytes);
  for (std::uint64_t at = 0; at < bytes;) {
    errno = 0;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), bytes - at));
    const ssize_t got = ::pread(file, piece.data(), wanted, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    const Bytes read = Bytes(piece).first(static_cast<std::size_t>(got));
    digest.update(read);
    const std::size_t missing = kFirstBytes - whole.first.size();
    const Bytes kept = read.first(std::min(missing, read.size()));
    whole.first.insert(whole.first.end(), kept.begin(), kept.end());
    at += read.size();
  }
  for (const std::byte value : digest.finish()) {
    whole.sha256 += fmt::format("{:02x}", std::to_integer<unsigned>(value));
  }
  return whole;
}

std::string chip_name(std::uint16_t chip_id) {
  const formats::ChipFacts* chip = formats::find_chip(chip_id);
  return chip == nullptr ? std::string() : std::string(chip->name);
}

void add_app_facts(CatalogEntry& entry, Bytes first, int file) {
  if (first.size() >= formats::kImagePreambleBytes) {
    const auto description = formats::decode_app_description(
        first.subspan(formats::kDescriptionOffset).first<formats::kAppDescriptionBytes>());
    if (description.ok()) {
      entry.version = printable(description->version());
      entry.project = printable(description->project_name());
    }
  }
  const ImageVerdict verdict = check_image(file, entry.bytes);
  if (verdict.is_native) entry.kind = formats::ContentKind::kNativeImage;
  entry.is_damaged = !verdict.is_whole;
  if (entry.is_damaged) {
    entry.note = verdict.problem;
  } else if (entry.kind == formats::ContentKind::kNativeImage) {
    entry.note = "Rota native image: virtual boards only.";
  } else if (!verdict.has_digest) {
    entry.note = "No SHA-256 is appended: a device finds damage by the one-byte checksum only.";
  }
}

}  // namespace

CatalogEntry unserved(std::string path, std::uint64_t bytes, std::string why) {
  CatalogEntry entry;
  entry.path = std::move(path);
  entry.bytes = bytes;
  entry.is_served = false;
  entry.note = std::move(why);
  return entry;
}

CatalogEntry being_written(std::string path, std::uint64_t bytes) {
  CatalogEntry entry =
      unserved(std::move(path), bytes,
               "Not served yet: the file is being written right now; ask again in a moment.");
  entry.is_being_written = true;
  return entry;
}

CatalogEntry describe_file(std::string path, int file, std::uint64_t bytes) {
  if (bytes > kMaxFileBytes) {
    return unserved(std::move(path), bytes,
                    fmt::format("Not served: larger than {} MiB, no chip has that much flash.",
                                kMaxFileBytes / (1024 * 1024)));
  }
  const std::optional<WholeFile> whole = read_whole(file, bytes);
  if (!whole) {
    const int reason = errno;
    if (reason == 0) return being_written(std::move(path), bytes);
    return unserved(std::move(path), bytes,
                    fmt::format("Not served: it can not be read: {}.", std::strerror(reason)));
  }
  const formats::Identification content = formats::identify(whole->first, bytes);
  if (content.kind == formats::ContentKind::kPem &&
      text_of(whole->first).find("PRIVATE KEY") != std::string_view::npos) {
    return unserved(std::move(path), bytes,
                    "Not served: this is a private key. Move it out of the folder that is served.");
  }
  CatalogEntry entry;
  entry.path = std::move(path);
  entry.kind = content.kind;
  entry.bytes = bytes;
  entry.sha256 = whole->sha256;
  entry.chip = chip_name(content.chip_id);
  if (entry.is_app()) {
    add_app_facts(entry, whole->first, file);
  } else {
    std::array<char, 512> sentence{};
    entry.note = formats::describe_content(content, sentence);
  }
  return entry;
}

}  // namespace rota::server
