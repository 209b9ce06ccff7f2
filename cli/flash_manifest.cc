#include "cli/flash_manifest.h"

#include "cli/flash_target.h"

namespace rota::cli {
namespace {

constexpr std::size_t kMaxManifestBytes = 1U << 20U;
constexpr std::size_t kMaxParts = 1000;

bool take(const Json& from, const char* member, std::string& into) {
  if (!from.contains(member) || !from[member].is_string()) return false;
  into = from[member].get<std::string>();
  return true;
}

bool take(const Json& from, const char* member, std::uint32_t& into) {
  if (!from.contains(member) || !from[member].is_number_unsigned()) return false;
  const auto value = from[member].get<std::uint64_t>();
  into = static_cast<std::uint32_t>(value);
  return value <= 0xFFFFFFFF;
}

bool take(const Json& from, ManifestPart& into) {
  return from.is_object() && take(from, "name", into.name) && take(from, "file", into.file) &&
         take(from, "offset", into.offset) && take(from, "size", into.size) &&
         take(from, "bytes", into.bytes) && take(from, "sha256", into.sha256) &&
         take(from, "content", into.content);
}

Failed<Refusal> no_manifest(std::string_view path, std::string_view what) {
  return refuse(
      fmt::format("{} is not a manifest of rota flash split: {}.", printable(path), what));
}

Outcome open_part(const std::string& folder,
                  const ManifestPart& part,
                  std::vector<FlashPart>& parts) {
  if (part.file.empty() || part.file.find('/') != std::string::npos || part.file == "..") {
    return refuse(fmt::format("the manifest names the file '{}', which does not lie beside it.",
                              printable(part.file)));
  }
  auto file = InputFile::open(folder + part.file);
  if (!file) return Failed{file.error()};
  const auto digest = sha256_of(*file);
  if (!digest) return Failed{digest.error()};
  if (file->size() != part.bytes || hex_text(*digest) != part.sha256 || part.bytes > part.size) {
    return refuse(
        fmt::format("{} was changed since the flash was split; split it again, or merge with "
                    "OFFSET=FILE, which checks no manifest.",
                    file->name()));
  }
  parts.push_back({part.offset, part.name, std::move(file).value()});
  return {};
}

}  // namespace

Json json_of(const Manifest& manifest) {
  Json parts = Json::array();
  for (const ManifestPart& part : manifest.parts) {
    parts.push_back({{"name", part.name},
                     {"file", part.file},
                     {"offset", part.offset},
                     {"size", part.size},
                     {"bytes", part.bytes},
                     {"sha256", part.sha256},
                     {"content", part.content}});
  }
  return {{"manifest", 1}, {"flash_bytes", manifest.flash_bytes}, {"parts", parts}};
}

Result<Manifest, Refusal> read_manifest(std::string_view path, std::vector<FlashPart>& parts) {
  auto file = InputFile::open(path);
  if (!file) return Failed{file.error()};
  if (file->size() > kMaxManifestBytes) return no_manifest(path, "it is too large");
  const auto text = file->read_some(0, file->size());
  if (!text) return Failed{text.error()};
  const Json json = Json::parse(rota::text_of(*text), nullptr, false);
  Manifest manifest;
  if (json.is_discarded() || !json.is_object()) return no_manifest(path, "it is not a JSON object");
  if (!json.contains("manifest") || json["manifest"] != 1)
    return no_manifest(path, "manifest is not 1");
  if (!take(json, "flash_bytes", manifest.flash_bytes))
    return no_manifest(path, "flash_bytes is missing");
  if (!json.contains("parts") || !json["parts"].is_array() || json["parts"].size() > kMaxParts) {
    return no_manifest(path, "parts is not a list");
  }
  const std::size_t slash = path.rfind('/');
  const std::string folder(slash == path.npos ? "" : path.substr(0, slash + 1));
  for (const Json& one : json["parts"]) {
    ManifestPart part;
    if (!take(one, part)) {
      return no_manifest(path, fmt::format("part {} lacks a member", manifest.parts.size()));
    }
    ROTA_TRY(open_part(folder, part, parts));
    manifest.parts.push_back(std::move(part));
  }
  return manifest;
}

}  // namespace rota::cli
