// rota flash split: a dump taken apart into its bootloader, table and partitions, with a manifest.
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>

#include "cli/board_access.h"
#include "cli/commands.h"
#include "cli/flash_manifest.h"
#include "cli/flash_target.h"
#include "cli/image_report.h"
#include "cli/table_source.h"
#include "crypto/sha256.h"
#include "formats/identify.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {
    OptionSpec{"--output", "DIR", "The folder for the parts; made when it is not there.",
               OptionKind::kValue, "-o"},
    OptionSpec{"--table-offset", "N", "Where the partition table lies; found when left away."},
    kForceOption,
    kJsonOption,
};
constexpr std::size_t kPieceBytes = 64U * 1024U;
constexpr std::uint32_t kMaxFlashBytes = 256U << 20U;
constexpr std::uint32_t kGranularity = 16;  // parts end at a multiple of this, as images do

struct Region {
  std::string name;
  std::uint32_t start = 0;
  std::uint32_t end = 0;
  bool is_app = false;
  bool is_between = false;  // no partition: its start moves to its first content
};

// The flash from start to end, without holes: table, partitions, and what lies between them.
std::vector<Region> regions_of(const TableSource& source, std::uint32_t flash_bytes) {
  std::vector<Region> known;
  known.push_back({"partition-table", source.table_offset, source.table_offset + core::kSectorBytes,
                   false, false});
  for (const formats::PartitionRow& row : source.rows) {
    if (row.offset >= flash_bytes || row.size == 0) continue;
    const std::uint32_t end = row.offset + std::min(row.size, flash_bytes - row.offset);
    known.push_back({std::string(row.label()), row.offset, end, row.is_app(), false});
  }
  std::stable_sort(known.begin(), known.end(),
                   [](const Region& a, const Region& b) { return a.start < b.start; });
  std::vector<Region> all;
  std::uint32_t at = 0;
  for (Region& region : known) {
    if (region.start > at) {
      const bool is_first = region.start == source.table_offset;
      all.push_back({is_first ? "bootloader" : "gap", at, region.start, false, true});
    }
    region.start = std::max(region.start, at);  // partitions of a broken table may overlap
    if (region.end <= region.start) continue;
    at = region.end;
    all.push_back(std::move(region));
  }
  if (at < flash_bytes) all.push_back({"gap", at, flash_bytes, false, true});
  return all;
}

// A region between partitions begins where its content does: the bootloader at its own offset.
Outcome skip_blank_sectors(InputFile& file, Region& region) {
  if (!region.is_between) return {};
  while (region.start < region.end) {
    const std::uint32_t count = std::min(core::kSectorBytes, region.end - region.start);
    const auto piece = file.read_some(region.start, count);
    if (!piece) return Failed{piece.error()};
    if (std::any_of(piece->begin(), piece->end(), [](std::byte b) { return b != std::byte{0xFF}; }))
      break;
    region.start += count;
  }
  if (region.name == "gap") region.name = fmt::format("gap_0x{:x}", region.start);
  return {};
}

// Without the FF at its end; an image keeps its whole length.
Result<std::uint32_t, Refusal> used_bytes(InputFile& file, const Region& region) {
  std::uint32_t used = 0;
  for (std::uint32_t at = region.start; at < region.end;) {
    const auto piece = file.read_some(at, std::min<std::size_t>(kPieceBytes, region.end - at));
    if (!piece) return Failed{piece.error()};
    const auto last = std::find_if(piece->rbegin(), piece->rend(),
                                   [](std::byte b) { return b != std::byte{0xFF}; });
    if (last != piece->rend()) {
      used = at - region.start + static_cast<std::uint32_t>(piece->rend() - last);
    }
    at += static_cast<std::uint32_t>(piece->size());
  }
  if (used != 0 && region.is_app) {
    const auto report =
        read_image(file, {{region.start}, region.end - region.start}, core::ImageKind::kApp);
    if (report && report->is_whole) used = std::max(used, report->image_bytes);
  }
  return std::min(align_up(used, kGranularity), region.end - region.start);
}

// A name for a file: what is odd in it becomes '_', and no two are the same.
std::string file_name_of(const std::string& name, std::set<std::string>& taken) {
  std::string safe;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || (c == '.' && !safe.empty());
    safe += plain ? c : '_';
  }
  if (safe.empty()) safe = "part";
  std::string unique = safe;
  for (int i = 2; !taken.insert(unique).second; ++i) unique = fmt::format("{}_{}", safe, i);
  return unique + ".bin";
}

Result<ManifestPart, Refusal> write_part(InputFile& file,
                                         const Region& region,
                                         std::uint32_t bytes,
                                         const std::string& folder,
                                         std::string file_name) {
  ManifestPart part{printable(region.name),
                    std::move(file_name),
                    region.start,
                    region.end - region.start,
                    bytes,
                    {},
                    {}};
  const auto first = file.read_some(region.start, std::min<std::size_t>(kPieceBytes, part.size));
  if (!first) return Failed{first.error()};
  const formats::ContentKind kind = formats::identify(*first, part.size).kind;
  part.content =
      kind == formats::ContentKind::kUnknown ? "data" : std::string(formats::name_of(kind));
  crypto::Sha256 digest;
  OutputFile out(folder + "/" + part.file);
  for (std::uint32_t done = 0; done < bytes;) {
    const auto piece =
        file.read_some(region.start + done, std::min<std::size_t>(kPieceBytes, bytes - done));
    if (!piece) return Failed{piece.error()};
    digest.update(*piece);
    ROTA_TRY(out.append(*piece));
    done += static_cast<std::uint32_t>(piece->size());
  }
  ROTA_TRY(out.finish());
  part.sha256 = hex_text(digest.finish());
  return part;
}

Outcome make_folder(const std::string& folder, bool force) {
  if (path_exists(folder + "/" + std::string(kManifestName)) && !force) {
    return refuse(
        fmt::format("{} holds a split flash already; name another folder, or overwrite it with "
                    "--force.",
                    printable(folder)));
  }
  if (mkdir(folder.c_str(), 0777) == 0 || errno == EEXIST) return {};
  return refuse(system_sentence("make the folder", folder, errno));
}

Outcome run(const Invocation& invocation) {
  const auto output = invocation.value("--output");
  if (!output) return wrong_use("say where to put the parts: -o DIR.");
  auto file = InputFile::open(invocation.operands[0]);
  if (!file) return Failed{file.error()};
  std::optional<std::uint32_t> offset;
  if (invocation.has("--table-offset")) {
    const auto number = invocation.number("--table-offset", 0);
    if (!number) return Failed{number.error()};
    offset = *number;
  }
  const auto source = find_table(*file, offset, std::nullopt);
  if (!source) return Failed{source.error()};
  if (source->form != TableForm::kInFlashDump) {
    return refuse(
        fmt::format("{} is a partition table alone; there is nothing to split.", file->name()));
  }
  if (file->size() > kMaxFlashBytes) {
    return refuse(fmt::format("{} has {} bytes, more than the flash of any of these chips.",
                              file->name(), grouped(file->size())));
  }
  const std::string folder(*output);
  const bool force = invocation.has(kForceOption.name);
  ROTA_TRY(make_folder(folder, force));
  Manifest manifest;
  manifest.flash_bytes = file->size();
  std::set<std::string> taken;
  for (Region& region : regions_of(*source, file->size())) {
    ROTA_TRY(skip_blank_sectors(*file, region));
    const auto bytes = used_bytes(*file, region);
    if (!bytes) return Failed{bytes.error()};
    if (*bytes == 0) continue;
    std::string name = file_name_of(region.name, taken);
    ROTA_TRY(may_create(fmt::format("{}/{}", folder, name), force));
    auto part = write_part(*file, region, *bytes, folder, std::move(name));
    if (!part) return Failed{part.error()};
    manifest.parts.push_back(std::move(part).value());
  }
  const Json json = json_of(manifest);
  ROTA_TRY(write_file(folder + "/" + std::string(kManifestName), bytes_of(json.dump(2) + "\n"),
                      FileContent::kText));
  Console& console = *invocation.console;
  if (invocation.has(kJsonOption.name)) {
    print_json(console, json);
    return {};
  }
  for (const ManifestPart& part : manifest.parts) {
    console.print("  0x{:08x}  {:>12} bytes  {}{}\n", part.offset, grouped(part.bytes),
                  padded(part.file, 26), part.content);
  }
  console.write(wrap(fmt::format("Together again: rota flash merge --manifest {}/{} -o FILE",
                                 printable(folder), kManifestName),
                     0));
  return {};
}

}  // namespace

constinit const CommandSpec kFlashSplit{
    .name = "flash split",
    .summary = "take a flash dump apart into its parts, with a manifest to merge them again",
    .usage = "DUMP|BOARD -o DIR [--table-offset N] [--force] [--json]",
    .about =
        "Writes bootloader, table, each partition and what lies between them as files of their "
        "own, "
        "without the FF at their ends; blank regions give no file. The manifest says where each "
        "belongs.",
    .example = "rota flash split dump.bin -o parts",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
