// rota identify: what a file really is, by its content and never by its name.
#include <array>

#include "cli/commands.h"
#include "cli/input_file.h"
#include "cli/json.h"
#include "cli/table_source.h"
#include "formats/chips.h"
#include "formats/identify.h"

namespace rota::cli {
namespace {

using formats::ContentKind;

constexpr std::array kOptions = {kJsonOption};
constexpr std::size_t kLookBytes = 64U * 1024U;

// Stable names for JSON.
std::string_view key_of(ContentKind kind) {
  switch (kind) {
    case ContentKind::kUnknown:
      return "unknown";
    case ContentKind::kEmpty:
      return "empty";
    case ContentKind::kErased:
      return "erased";
    case ContentKind::kZeros:
      return "zeros";
    case ContentKind::kAppImage:
      return "app_image";
    case ContentKind::kNativeImage:
      return "native_image";
    case ContentKind::kBootloaderImage:
      return "bootloader_image";
    case ContentKind::kImageWithoutDescription:
      return "image_without_description";
    case ContentKind::kEsp8266Image:
      return "esp8266_image";
    case ContentKind::kMergedFlash:
      return "merged_flash";
    case ContentKind::kPartitionTable:
      return "partition_table";
    case ContentKind::kOtaData:
      return "ota_data";
    case ContentKind::kNvs:
      return "nvs";
    case ContentKind::kElf:
      return "elf";
    case ContentKind::kUf2:
      return "uf2";
    case ContentKind::kIntelHex:
      return "intel_hex";
    case ContentKind::kGzip:
      return "gzip";
    case ContentKind::kZip:
      return "zip";
    case ContentKind::kXz:
      return "xz";
    case ContentKind::kZstd:
      return "zstd";
    case ContentKind::kHtml:
      return "html";
    case ContentKind::kXml:
      return "xml";
    case ContentKind::kJson:
      return "json";
    case ContentKind::kPem:
      return "pem";
    case ContentKind::kDeltaPatch:
      return "delta_patch";
    case ContentKind::kEncryptedImage:
      return "encrypted_image";
    case ContentKind::kText:
      return "text";
  }
  return "unknown";
}

Json json_of(const InputFile& file,
             const formats::Identification& content,
             const std::string& sentence) {
  const formats::ChipFacts* chip = formats::find_chip(content.chip_id);
  const bool has_table = content.kind == ContentKind::kMergedFlash;
  return {{"file", printable(file.name())},
          {"bytes", file.size()},
          {"kind", key_of(content.kind)},
          {"chip", chip != nullptr ? Json(chip->target) : Json(nullptr)},
          {"table_offset", has_table ? Json(content.table_offset) : Json(nullptr)},
          {"title", content.title.empty() ? Json(nullptr) : Json(printable(content.title))},
          {"sentence", sentence}};
}

Outcome run(const Invocation& invocation) {
  Json all = Json::array();
  bool all_known = true;
  for (const std::string_view path : invocation.operands) {
    auto file = InputFile::open(path);
    if (!file) return Failed{file.error()};
    const auto first = file->read_some(0, kLookBytes);
    if (!first) return Failed{first.error()};
    const formats::Identification content = formats::identify(*first, file->size());
    std::array<char, 400> text{};
    const std::string sentence = printable(formats::describe_content(content, text));
    all_known = all_known && content.kind != ContentKind::kUnknown;
    if (invocation.has(kJsonOption.name)) {
      all.push_back(json_of(*file, content, sentence));
    } else {
      invocation.console->write(wrap(fmt::format("{}: {}", printable(file->name()), sentence), 0));
    }
  }
  if (invocation.has(kJsonOption.name)) print_json(*invocation.console, all);
  return all_known ? Outcome() : Outcome(answer_is_no());
}

}  // namespace

constinit const CommandSpec kIdentify{
    .name = "identify",
    .summary = "say what a file really is, and what to do with it",
    .usage = "FILE ... [--json]",
    .about =
        "Looks at the content, not at the name: app and bootloader images with their chip, merged "
        "flash images, tables, ELF, UF2, archives, and the web pages that servers send in their "
        "place. Exit status 1 when a file starts like nothing that is known.",
    .example = "rota identify firmware.bin\ncurl -s https://example.org/app.bin | rota identify -",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 4096,
    .run = run,
};

}  // namespace rota::cli
