// rota image from-elf: the image that a chip starts, made from the program that the linker wrote.
#include <algorithm>
#include <array>

#include "cli/board_access.h"
#include "cli/bootloader_options.h"
#include "cli/commands.h"
#include "cli/elf_image.h"
#include "cli/flash_settings.h"
#include "cli/flash_target.h"
#include "cli/image_report.h"
#include "core/image_verifier.h"
#include "crypto/sha256.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {
    OptionSpec{"--output", "FILE", "Where to write the image; - is standard output.",
               OptionKind::kValue, "-o"},
    OptionSpec{"--chip", "NAME", "esp32, esp32c3, esp32s3, ..."},
    OptionSpec{"--flash-mode", "MODE", "qio, qout, dio (default), dout, fast_read, slow_read.",
               OptionKind::kValue, "-fm"},
    OptionSpec{"--flash-freq", "FREQ",
               "80m, 40m (default), 26m, 20m; other chips: 60m, 48m, 30m, 24m, ...",
               OptionKind::kValue, "-ff"},
    OptionSpec{"--flash-size", "SIZE", "1MB to 128MB; default 4MB.", OptionKind::kValue, "-fs"},
    OptionSpec{"--min-rev", "N",
               "Lowest major revision, for bootloaders that know no other field."},
    OptionSpec{"--min-rev-full", "N", "Lowest chip revision as major * 100 + minor; default 0."},
    OptionSpec{"--max-rev-full", "N", "Highest chip revision; default 65535, any."},
    OptionSpec{"--flash-mmu-page-size", "SIZE", "8KB, 16KB, 32KB or 64KB (default)."},
    OptionSpec{"--secure-pad-v2", "",
               "Fill up so that a Secure Boot v2 signature begins on a page.", OptionKind::kSwitch},
    OptionSpec{"--dont-append-digest", "", "Leave the SHA-256 away.", OptionKind::kSwitch},
    OptionSpec{"--project", "NAME", "Project name in the app description; default as linked."},
    OptionSpec{"--project-version", "TEXT", "Version in the app description; default as linked."},
    OptionSpec{"--secure-version", "N",
               "Secure version in the app description; default as linked."},
};

Result<ElfImageWish, Refusal> wish_of(const Invocation& invocation) {
  ElfImageWish wish;
  const auto name = invocation.value("--chip");
  if (!name) return wrong_use("say which chip is to run it: --chip esp32.");
  const auto chip = chip_named(*name);
  if (!chip) return Failed{chip.error()};
  wish.chip = *chip;
  const auto mode = spi_mode_code(invocation.value("--flash-mode").value_or("dio"));
  if (!mode) return Failed{mode.error()};
  wish.header.spi_mode = *mode;
  const auto speed = spi_speed_code(invocation.value("--flash-freq"), **chip);
  if (!speed) return Failed{speed.error()};
  wish.header.spi_speed = *speed;
  const auto flash_bytes = chosen_flash_bytes(invocation);
  if (!flash_bytes) return Failed{flash_bytes.error()};
  wish.header.spi_size = flash_size_code(*flash_bytes);
  const auto legacy = invocation.number("--min-rev", 0, 255);
  if (!legacy) return Failed{legacy.error()};
  wish.header.min_chip_revision_legacy = static_cast<std::uint8_t>(*legacy);
  const auto lowest = invocation.number("--min-rev-full", 0, 65535);
  if (!lowest) return Failed{lowest.error()};
  wish.header.min_chip_revision = static_cast<std::uint16_t>(*lowest);
  const auto highest = invocation.number("--max-rev-full", 65535, 65535);
  if (!highest) return Failed{highest.error()};
  wish.header.max_chip_revision = static_cast<std::uint16_t>(*highest);
  wish.header.digest_appended = invocation.has("--dont-append-digest") ? 0 : 1;
  wish.secure_pad = invocation.has("--secure-pad-v2");
  const auto page = invocation.number("--flash-mmu-page-size", 0x10000, 0x40000);
  if (!page) return Failed{page.error()};
  const bool fits =
      *page == 0x10000 || ((*chip)->page_size_in_image && *page >= 1U << (*chip)->min_page_log2 &&
                           *page <= 1U << (*chip)->max_page_log2 && (*page & (*page - 1)) == 0);
  if (!fits) {
    return wrong_use(fmt::format("--flash-mmu-page-size of {} is 64KB{}.", (*chip)->name,
                                 (*chip)->page_size_in_image
                                     ? fmt::format(", or a power of two from {} to {}",
                                                   size_text(1U << (*chip)->min_page_log2),
                                                   size_text(1U << (*chip)->max_page_log2))
                                     : ""));
  }
  wish.page_bytes = *page;
  return wish;
}

template <std::size_t N>
Outcome set_field(std::array<char, N>& field,
                  std::string_view option,
                  const Invocation& invocation) {
  const auto text = invocation.value(option);
  if (!text) return {};
  if (text->size() >= N) {
    return wrong_use(fmt::format("{} '{}' has {} characters, the image has room for {}.", option,
                                 printable(*text), text->size(), N - 1));
  }
  formats::set_text(field, *text);
  return {};
}

// Fills in what only the build knows: digest of the ELF file, names, versions.
Outcome patch_description(const Invocation& invocation,
                          ElfImage& image,
                          const crypto::Sha256Digest& elf_digest) {
  if (!image.has_description) {
    for (const std::string_view option : {"--project", "--project-version", "--secure-version"}) {
      if (invocation.has(option)) {
        return refuse(fmt::format(
            "{} has no place to go: the program has no app description in its first segment; "
            "link it with esp_app_format.",
            option));
      }
    }
    return {};
  }
  constexpr std::size_t kElfDigestAt = 0xB0;
  constexpr std::size_t kSecureVersionAt = formats::kDescriptionOffset + 4;
  constexpr std::size_t kVersionAt = formats::kDescriptionOffset + 16;
  constexpr std::size_t kProjectAt = formats::kDescriptionOffset + 48;
  formats::AppDescription description;
  const auto put = [&](std::string_view option, std::size_t at, auto& field) -> Outcome {
    if (!invocation.has(option)) return {};
    ROTA_TRY(set_field(field, option, invocation));
    const Bytes raw = std::as_bytes(std::span(field));
    std::copy(raw.begin(), raw.end(), image.bytes.begin() + static_cast<std::ptrdiff_t>(at));
    return {};
  };
  ROTA_TRY(put("--project", kProjectAt, description.project_name_field));
  ROTA_TRY(put("--project-version", kVersionAt, description.version_field));
  if (invocation.has("--secure-version")) {
    const auto version = invocation.number("--secure-version", 0);
    if (!version) return Failed{version.error()};
    store_u32(&image.bytes[kSecureVersionAt], *version);
  }
  std::copy(elf_digest.begin(), elf_digest.end(), image.bytes.begin() + kElfDigestAt);
  return {};
}

Outcome run(const Invocation& invocation) {
  const auto output = invocation.value("--output");
  if (!output) return wrong_use("say where to write the image: -o FILE.");
  const auto wish = wish_of(invocation);
  if (!wish) return Failed{wish.error()};
  auto file = InputFile::open(invocation.operands[0]);
  if (!file) return Failed{file.error()};
  const auto program = read_elf(*file);
  if (!program) return Failed{program.error()};
  const bool is_xtensa_chip = wish->chip->id == formats::ChipId::kEsp32 ||
                              wish->chip->id == formats::ChipId::kEsp32S2 ||
                              wish->chip->id == formats::ChipId::kEsp32S3;
  if (program->machine != (is_xtensa_chip ? kElfXtensa : kElfRiscV)) {
    return refuse(fmt::format(
        "{} is a program for {}, and the {} is {}; choose the chip that it was built for.",
        file->name(),
        program->machine == kElfXtensa  ? "Xtensa"
        : program->machine == kElfRiscV ? "RISC-V"
                                        : "another processor",
        wish->chip->name, is_xtensa_chip ? "Xtensa" : "RISC-V"));
  }
  auto image = lay_out(*program, *wish);
  if (!image) return Failed{image.error()};
  const auto elf_digest = sha256_of(*file);
  if (!elf_digest) return Failed{elf_digest.error()};
  ROTA_TRY(patch_description(invocation, *image, *elf_digest));
  ROTA_TRY(seal(*image, *wish));
  auto sealed = InputFile::of_bytes(std::string(*output), image->bytes);
  const core::FlashRange range{{0}, sealed.size()};
  const auto report = read_image(sealed, range, core::ImageKind::kApp);
  if (!report) return refuse("the image", report.error());
  const auto verdict =
      core::verify_image(sealed, chip_that_suits(report->header, report->app),
                         {range, core::ImageKind::kApp, core::ImageChecks::kBootloader});
  if (!verdict.ok()) {
    return refuse(fmt::format(
        "the {} would refuse the image of this program, so it was not written. {} {}",
        wish->chip->name, describe(verdict.error()).what, describe(verdict.error()).next));
  }
  ROTA_TRY(write_file(*output, image->bytes));
  if (*output == "-") return {};
  invocation.console->print("{}: {} bytes, {} segments.\n", printable(*output),
                            grouped(image->bytes.size()), report->segments.size());
  return {};
}

}  // namespace

constinit const CommandSpec kImageFromElf{
    .name = "image from-elf",
    .summary = "make an app image for a real chip from the linker's ELF file",
    .usage = "ELF --chip NAME -o FILE [--project-version TEXT] [--flash-size SIZE] ...",
    .about =
        "Puts the segments where the chip can map them, fills the gaps with what goes to RAM, and "
        "adds "
        "checksum and digest. The app description gets the SHA-256 of the ELF file, and name and "
        "version when they are given. FILE is replaced when the new one is whole.",
    .example =
        "rota image from-elf build/app.elf --chip esp32c3 --project-version 1.2.0 -o app.bin",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
