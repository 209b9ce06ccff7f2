// rota image info: everything in an image, in readable form, with each check's verdict.
#include <array>

#include "cli/commands.h"
#include "cli/image_report.h"
#include "cli/input_file.h"
#include "cli/json.h"
#include "cli/table_source.h"
#include "formats/identify.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {
    OptionSpec{"--offset", "N", "Where the image lies in the file, e.g. 0x10000 in a flash dump."},
    OptionSpec{"--json", "", "Print JSON.", OptionKind::kSwitch},
};

std::string kind_text(const ImageReport& report) {
  const std::string chip =
      report.chip != nullptr ? std::string(report.chip->name)
                             : fmt::format("an unknown chip (id 0x{:04x})", report.header.chip_id);
  if (report.is_native) return "Rota native image: virtual boards only (header of " + chip + ")";
  if (report.kind == core::ImageKind::kBootloader) return "bootloader image for " + chip;
  return "app image for " + chip;
}

std::string max_revision_text(std::uint16_t revision) {
  return revision == 0 || revision == 0xFFFF ? "any" : revision_text(revision);
}

std::string checksum_text(const ImageReport& report) {
  if (!report.is_whole) return "not checked, the image is cut short";
  if (report.checksum_is_good()) return fmt::format("0x{:02x}, good", report.stored_checksum);
  return fmt::format("BAD: 0x{:02x} is stored, 0x{:02x} is right", report.stored_checksum,
                     report.computed_checksum);
}

std::string digest_text(const ImageReport& report) {
  if (!report.has_digest) return "none appended: only the one-byte checksum protects this image";
  if (!report.is_whole) return "not checked, the image is cut short";
  if (report.digest_is_good()) return hex_text(report.stored_digest) + ", good";
  // Flashing tools patch a bootloader's header (flash size and mode) without renewing its digest.
  if (report.kind == core::ImageKind::kBootloader) {
    return "differs; nobody checks it in a bootloader, flashing tools patch the header";
  }
  return "BAD: stored " + hex_text(report.stored_digest);
}

std::string signature_text(const SignatureReport& signature) {
  if (signature.is_v1) {
    return signature.form == formats::BlockForm::kReadable
               ? "Secure Boot v1, ECDSA P-256"
               : "Secure Boot v1, damaged: not the numbers of a signature";
  }
  if (signature.form == formats::BlockForm::kDamaged) return "damaged: its CRC does not match";
  if (signature.form == formats::BlockForm::kUnknown) return "of an unknown scheme";
  return fmt::format("{}, key {}", name_of(signature.scheme), hex_text(signature.key_digest));
}

void line(Console& console, std::string_view name, const std::string& value) {
  console.print("  {:<20}{}\n", name, value.empty() ? std::string("(empty)") : printable(value));
}

void print_descriptions(Console& console, const ImageReport& report) {
  if (report.app) {
    const formats::AppDescription& app = *report.app;
    line(console, "project", std::string(app.project_name()));
    line(console, "version", std::string(app.version()));
    line(console, "built", fmt::format("{} {}", app.date(), app.time()));
    line(console, "ESP-IDF", std::string(app.idf_version()));
    line(console, "secure version", fmt::format("{}", app.secure_version));
    line(console, "ELF SHA-256", hex_text(app.elf_sha256));
  } else if (report.kind == core::ImageKind::kApp) {
    line(console, "description", "none: no project, no version");
  }
  if (report.bootloader) {
    line(console, "ESP-IDF", std::string(report.bootloader->idf_version()));
    line(console, "built", std::string(report.bootloader->date_time()));
    line(console, "bootloader version", fmt::format("{}", report.bootloader->version));
    line(console, "secure version", fmt::format("{}", report.bootloader->secure_version));
  }
  if (report.settings) {
    const formats::BootloaderSettings& settings = *report.settings;
    line(console, "rollback", settings.rollback ? "on" : "off");
    line(console, "anti-rollback",
         !settings.anti_rollback
             ? "off"
             : fmt::format("on, {} {}", settings.secure_version_width,
                           settings.emulate_secure_version ? "bits in a partition" : "fuse bits"));
    line(console, "table at", fmt::format("0x{:x}", settings.table_offset));
  }
}

void print_text(Console& console,
                const ImageReport& report,
                const InputFile& file,
                std::uint32_t offset) {
  const formats::ImageHeader& header = report.header;
  const std::string where = offset == 0 ? "" : fmt::format(" at 0x{:x}", offset);
  console.print("{}{}: {}\n\n", file.name(), where, kind_text(report));
  print_descriptions(console, report);
  line(console, "chip revision",
       fmt::format("{} to {}", revision_text(header.min_chip_revision),
                   max_revision_text(header.max_chip_revision)));
  line(console, "entry address", fmt::format("0x{:08x}", header.entry_address));
  line(console, "flash",
       fmt::format("{}, {}, {}",
                   header.flash_bytes() != 0 ? size_text(header.flash_bytes()) : "unknown size",
                   spi_mode_name(header.spi_mode), spi_speed_name(header.spi_speed)));
  if (report.is_whole) {
    const std::uint32_t rest = file.size() - offset - report.image_bytes;
    const std::string behind = rest == 0 || offset != 0
                                   ? std::string()
                                   : fmt::format(", then {} bytes more", grouped(rest));
    line(console, "length", fmt::format("{} bytes{}", grouped(report.image_bytes), behind));
  }
  line(console, "checksum", checksum_text(report));
  line(console, "SHA-256", digest_text(report));
  for (const SignatureReport& signature : report.signatures) {
    line(console, fmt::format("signature block {}", signature.block), signature_text(signature));
  }
  console.write(console.ink(Ink::kBold, fmt::format("\n  {:<8} {:<12}{:<14}{:<12}{}\n", "segment",
                                                    "offset", "bytes", "address", "memory")));
  for (std::size_t i = 0; i < report.segments.size(); ++i) {
    const SegmentReport& segment = report.segments[i];
    console.print("  {:<8} 0x{:<10x}{:<14}0x{:08x}  {}\n", i, segment.offset,
                  grouped(segment.header.data_bytes), segment.header.load_address, segment.memory);
  }
  if (report.refused) {
    console.write("\n" + wrap(sentence_of("Refused", *report.refused), 0));
  } else {
    console.write(
        "\n" + console.ink(Ink::kGreen, "Sound") +
        ": structure, checksum and digest are as they must be. " +
        (report.signatures.empty() ? "Unsigned.\n" : "Its signature was not verified.\n"));
  }
}

Json description_json(const ImageReport& report) {
  if (report.app) {
    const formats::AppDescription& app = *report.app;
    return {{"project", printable(app.project_name())},
            {"version", printable(app.version())},
            {"date", printable(app.date())},
            {"time", printable(app.time())},
            {"idf_version", printable(app.idf_version())},
            {"secure_version", app.secure_version},
            {"elf_sha256", hex_text(app.elf_sha256)},
            {"min_efuse_block_revision", app.min_efuse_block_revision},
            {"max_efuse_block_revision", app.max_efuse_block_revision},
            {"mmu_page_size_log2", app.mmu_page_size_log2},
            {"spi_flash_mode", app.spi_flash_mode}};
  }
  if (report.bootloader) {
    return {{"version", report.bootloader->version},
            {"idf_version", printable(report.bootloader->idf_version())},
            {"date_time", printable(report.bootloader->date_time())},
            {"secure_version", report.bootloader->secure_version}};
  }
  return nullptr;
}

Json settings_json(const ImageReport& report) {
  if (!report.settings) return nullptr;
  return {{"rollback", report.settings->rollback},
          {"anti_rollback", report.settings->anti_rollback},
          {"secure_version_width", report.settings->secure_version_width},
          {"table_offset", report.settings->table_offset}};
}

Json signatures_json(const ImageReport& report) {
  Json blocks = Json::array();
  for (const SignatureReport& signature : report.signatures) {
    const bool readable = signature.form == formats::BlockForm::kReadable;
    blocks.push_back(
        {{"block", signature.block},
         {"secure_boot", signature.is_v1 ? 1 : 2},
         {"crc_good",
          signature.is_v1 ? Json(nullptr) : Json(signature.form != formats::BlockForm::kDamaged)},
         {"scheme", readable ? Json(name_of(signature.scheme)) : Json(nullptr)},
         {"key_digest",
          readable && !signature.is_v1 ? Json(hex_text(signature.key_digest)) : Json(nullptr)}});
  }
  return blocks;
}

Json json_of(const ImageReport& report, const InputFile& file, std::uint32_t offset) {
  const formats::ImageHeader& header = report.header;
  Json segments = Json::array();
  for (const SegmentReport& segment : report.segments) {
    segments.push_back({{"offset", segment.offset},
                        {"bytes", segment.header.data_bytes},
                        {"load_address", segment.header.load_address},
                        {"memory", segment.memory}});
  }
  const auto optional = [&](bool there, Json value) {
    return there ? std::move(value) : Json(nullptr);
  };
  return {
      {"file_bytes", file.size()},
      {"offset", offset},
      {"kind", report.kind == core::ImageKind::kBootloader ? "bootloader" : "app"},
      {"native", report.is_native},
      {"chip_id", header.chip_id},
      {"chip", report.chip != nullptr ? Json(report.chip->target) : Json(nullptr)},
      {"min_chip_revision", header.min_chip_revision},
      {"max_chip_revision", header.max_chip_revision},
      {"entry_address", header.entry_address},
      {"spi_mode", spi_mode_name(header.spi_mode)},
      {"spi_speed", spi_speed_name(header.spi_speed)},
      {"flash_bytes", optional(header.flash_bytes() != 0, header.flash_bytes())},
      {"description", description_json(report)},
      {"bootloader_settings", settings_json(report)},
      {"segments", segments},
      {"image_bytes", optional(report.is_whole, report.image_bytes)},
      {"checksum", optional(report.is_whole, {{"stored", report.stored_checksum},
                                              {"computed", report.computed_checksum},
                                              {"good", report.checksum_is_good()}})},
      {"sha256", optional(report.is_whole && report.has_digest,
                          {{"stored", hex_text(report.stored_digest)},
                           {"computed", hex_text(report.computed_digest)},
                           {"good", report.digest_is_good()}})},
      {"signatures", signatures_json(report)},
      {"sound", !report.refused.has_value()},
      {"error", report.refused ? Json(describe(*report.refused).name) : Json(nullptr)},
  };
}

Outcome run(const Invocation& invocation) {
  auto file = InputFile::open(invocation.operands[0]);
  if (!file) return Failed{file.error()};
  const auto offset = invocation.number("--offset", 0);
  if (!offset) return Failed{offset.error()};
  if (*offset != 0 && *offset >= file->size()) {
    return refuse(fmt::format("{} has {} bytes, so there is nothing at 0x{:x}.", file->name(),
                              grouped(file->size()), *offset));
  }
  const core::FlashRange range{{*offset}, file->size() - *offset};
  if (*offset == 0) {
    // A merged flash image of a chip whose bootloader lies at 0 begins like a bootloader.
    const auto first = file->read_some(0, 64 * 1024);
    if (!first) return Failed{first.error()};
    const formats::Identification content = formats::identify(*first, file->size());
    if (content.kind == formats::ContentKind::kMergedFlash ||
        content.kind == formats::ContentKind::kEsp8266Image) {
      return refuse(
          fmt::format("{}: {}{}", file->name(), what_it_is(*file),
                      content.kind == formats::ContentKind::kMergedFlash
                          ? " rota why shows what boots; --offset picks one image out of it."
                          : ""));
    }
  }
  const auto kind =
      is_bootloader_image(*file, range) ? core::ImageKind::kBootloader : core::ImageKind::kApp;
  const auto report = read_image(*file, range, kind);
  if (!report && *offset == 0) {
    return refuse(fmt::format("{} is not an app. {}", file->name(), what_it_is(*file)));
  }
  if (!report) return refuse(fmt::format("{} at 0x{:x}", file->name(), *offset), report.error());
  if (invocation.has("--json")) {
    print_json(*invocation.console, json_of(*report, *file, *offset));
  } else {
    print_text(*invocation.console, *report, *file, *offset);
  }
  return report->refused ? Outcome(answer_is_no()) : Outcome();
}

}  // namespace

constinit const CommandSpec kImageInfo{
    .name = "image info",
    .summary = "show header, segments, descriptions and checks of an image",
    .usage = "FILE [--offset N] [--json]",
    .about =
        "FILE is an app or a bootloader image of any chip, a flash dump with --offset, or - for "
        "standard input. Exit status 1 when the image is damaged or is no image at all; the "
        "message then says what it is.",
    .example =
        "rota image info build/native_ota.bin\nrota image info dump.bin --offset 0x110000 --json",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
