#include "cli/proof_image.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/console.h"
#include "cli/input_file.h"
#include "core/image_verifier.h"
#include "crypto/sha256.h"
#include "formats/app_image.h"
#include "formats/chips.h"

namespace rota::cli {
namespace {

constexpr std::size_t kVersionAt = formats::kDescriptionOffset + 16;
constexpr std::size_t kVersionBytes = 32;
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kMostUrls = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_of_url(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("-._~:/?#@!$&'()*+,;=%[]").find(c) != std::string_view::npos;
}

// What comes behind host and port, without query; empty when nothing does.
std::string path_of(std::string_view url) {
  const std::size_t host = url.find("://") + 3;
  const std::size_t slash = url.find('/', host);
  if (slash == std::string_view::npos) return {};
  const std::string_view path = url.substr(slash + 1);
  return std::string(path.substr(0, path.find_first_of("?#")));
}

// A file below the served folder, and nowhere else.
bool may_be_served(std::string_view path) {
  if (path.empty() || path.size() > 200 || path.ends_with('/')) return false;
  if (path.starts_with('.') || path.find("/.") != std::string_view::npos) return false;
  return path.find_first_of("%:\\") == std::string_view::npos;
}

}  // namespace

std::string version_after(std::string_view version) {
  std::size_t at = version.starts_with('v') || version.starts_with('V') ? 1 : 0;
  std::size_t number_at = std::string_view::npos;
  std::size_t end = 0;
  while (at < version.size() && is_digit(version[at])) {
    number_at = at;
    while (at < version.size() && is_digit(version[at])) ++at;
    end = at;
    if (at + 1 < version.size() && version[at] == '.' && is_digit(version[at + 1])) ++at;
  }
  std::string next;
  if (number_at != std::string_view::npos && end - number_at <= 9) {
    const unsigned long number =
        std::stoul(std::string(version.substr(number_at, end - number_at)));
    next = fmt::format("{}{}", version.substr(0, number_at), number + 1);
  } else {
    next = fmt::format("{}.1", version.substr(0, kVersionBytes - 3));
  }
  return next.substr(0, kVersionBytes - 1);
}

Result<ProofImage, Refusal> image_of(Bytes bytes, const std::string& name) {
  if (bytes.size() < formats::kDescriptionOffset + formats::kAppDescriptionBytes) {
    return refuse(fmt::format("{} is no app image: it has {} bytes.", name, bytes.size()));
  }
  const formats::ImageHeader header =
      formats::decode_image_header(bytes.first<formats::kImageHeaderBytes>());
  core::ChipIdentity chip;
  chip.facts = formats::find_chip(header.chip_id);
  if (header.magic != formats::kImageMagic || chip.facts == nullptr) {
    return refuse(
        fmt::format("{} is no app image of a chip that rota knows; rota identify says what "
                    "a file is.",
                    name));
  }
  chip.revision = 0xFFFF;
  chip.max_revision_ignored = true;
  chip.block_max_ignored = true;
  chip.efuse_block_revision = 0xFFFF;
  chip.accepts_native_payload = true;
  InputFile flash = InputFile::of_bytes(name, {bytes.begin(), bytes.end()});
  const auto facts = core::verify_image(
      flash, chip, {{{0}, flash.size()}, core::ImageKind::kApp, core::ImageChecks::kApplication});
  if (!facts) return refuse(name, facts.error());
  ProofImage image;
  const auto description = formats::decode_app_description(
      bytes.subspan<formats::kDescriptionOffset, formats::kAppDescriptionBytes>());
  if (description) {
    image.project = printable(description->project_name());
    image.version = printable(description->version());
  }
  image.is_native = facts->native_payload_segment.has_value();
  image.bytes.assign(bytes.begin(), bytes.begin() + facts->image_bytes);
  return image;
}

ProofImage renamed(const ProofImage& image, std::string_view version) {
  ProofImage made = image;
  made.version = version;
  const formats::ImageHeader header =
      formats::decode_image_header(Bytes(image.bytes).first<formats::kImageHeaderBytes>());
  const std::size_t hashed = image.bytes.size() - (header.digest_appended != 0 ? kDigestBytes : 0);
  std::byte& checksum = made.bytes[hashed - 1];
  for (std::size_t i = 0; i < kVersionBytes; ++i) {
    std::byte& byte = made.bytes[kVersionAt + i];
    const auto now = i < version.size() ? static_cast<std::byte>(version[i]) : std::byte{0};
    checksum ^= byte ^ now;
    byte = now;
  }
  if (header.digest_appended != 0) {
    const auto digest = crypto::sha256(Bytes(made.bytes).first(hashed));
    std::copy(digest.begin(), digest.end(),
              made.bytes.begin() + static_cast<std::ptrdiff_t>(hashed));
  }
  return made;
}

ProgramUrls urls_in(Bytes program) {
  ProgramUrls found;
  const std::string_view text = rota::text_of(program);
  for (std::size_t at = text.find("://"); at != std::string_view::npos;
       at = text.find("://", at + 1)) {
    const bool is_secure = at >= 5 && text.substr(at - 5, 5) == "https";
    const bool is_plain = !is_secure && at >= 4 && text.substr(at - 4, 4) == "http";
    if (!is_secure && !is_plain) continue;
    std::size_t end = at + 3;
    while (end < text.size() && is_of_url(text[end])) ++end;
    const std::size_t start = at - (is_secure ? 5 : 4);
    const std::string url(text.substr(start, end - start));
    const std::string path = path_of(url);
    if (!may_be_served(path)) continue;
    if (std::find(found.urls.begin(), found.urls.end(), url) != found.urls.end()) continue;
    if (found.urls.size() == kMostUrls) break;
    // Only the scheme of what looks like firmware counts: programs name other servers, too.
    if (is_plain && path.ends_with(".bin")) found.uses_plain_http = true;
    found.urls.push_back(url);
    found.paths.push_back(path);
  }
  return found;
}

}  // namespace rota::cli
