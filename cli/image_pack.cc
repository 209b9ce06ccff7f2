// rota image pack: makes an app image for virtual boards from a Linux program.
#include <algorithm>
#include <array>
#include <ctime>

#include "board/chip/native_image.h"
#include "cli/board_access.h"
#include "cli/bootloader_options.h"
#include "cli/commands.h"
#include "cli/input_file.h"
#include "cli/table_source.h"
#include "crypto/sha256.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {
    OptionSpec{"--output", "FILE", "Where to write the image; - is standard output.",
               OptionKind::kValue, "-o"},
    kChipOption,
    kFlashSizeOption,
    OptionSpec{"--project", "NAME", "Project name, at most 31 characters."},
    OptionSpec{"--project-version", "TEXT", "Version, at most 31 characters."},
    OptionSpec{"--secure-version", "N", "Secure version for anti-rollback; default 0."},
    OptionSpec{"--idf-version", "TEXT", "ESP-IDF version in the description; default v6.2."},
    OptionSpec{"--elf-sha256", "HEX", "Digest of the program with symbols; default that of ELF."},
    OptionSpec{"--build-time", "SECONDS", "Build time as seconds since 1970; default now."},
};

template <std::size_t N>
Outcome set_field(std::array<char, N>& field, std::string_view option, std::string_view text) {
  if (text.size() >= N) {
    return wrong_use(fmt::format("{} '{}' has {} characters, the image has room for {}.", option,
                                 printable(text), text.size(), N - 1));
  }
  formats::set_text(field, text);
  return {};
}

Outcome set_build_time(const Invocation& invocation, formats::AppDescription& description) {
  std::time_t when = std::time(nullptr);
  if (invocation.has("--build-time")) {
    const auto seconds = invocation.number("--build-time", 0);
    if (!seconds) return Failed{seconds.error()};
    when = static_cast<std::time_t>(*seconds);
  }
  std::tm parts{};
  gmtime_r(&when, &parts);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%b %e %Y", &parts);
  formats::set_text(description.date_field, text.data());
  std::strftime(text.data(), text.size(), "%H:%M:%S", &parts);
  formats::set_text(description.time_field, text.data());
  return {};
}

Result<formats::AppDescription, Refusal> description_of(const Invocation& invocation, Bytes elf) {
  formats::AppDescription description;
  const auto project = invocation.value("--project");
  const auto version = invocation.value("--project-version");
  if (!project || !version) {
    return wrong_use("an image needs --project NAME and --project-version TEXT.");
  }
  ROTA_TRY(set_field(description.project_name_field, "--project", *project));
  ROTA_TRY(set_field(description.version_field, "--project-version", *version));
  ROTA_TRY(set_field(description.idf_version_field, "--idf-version",
                     invocation.value("--idf-version").value_or("v6.2")));
  const auto secure_version = invocation.number("--secure-version", 0);
  if (!secure_version) return Failed{secure_version.error()};
  description.secure_version = *secure_version;
  ROTA_TRY(set_build_time(invocation, description));
  description.elf_sha256 = crypto::sha256(elf);
  if (const auto text = invocation.value("--elf-sha256")) {
    if (!bytes_of_hex(*text, description.elf_sha256)) {
      return wrong_use("--elf-sha256 needs 64 hexadecimal digits.");
    }
  }
  return description;
}

Outcome check_program(InputFile& file, Bytes elf) {
  constexpr std::array kElfMagic{std::byte{0x7F}, std::byte{'E'}, std::byte{'L'}, std::byte{'F'}};
  if (elf.size() < 64 || !std::equal(kElfMagic.begin(), kElfMagic.end(), elf.begin())) {
    return refuse(fmt::format("{} is not a Linux program. {}", file.name(), what_it_is(file)));
  }
  if (elf.size() > board::kNativePayloadMaxBytes) {
    return refuse(
        fmt::format("{} has {} bytes and a native image holds {} at most, so that it fits a "
                    "1 MB slot; strip the program, or link it against shared libraries.",
                    file.name(), grouped(elf.size()), grouped(board::kNativePayloadMaxBytes)));
  }
  return {};
}

Outcome run(const Invocation& invocation) {
  const auto output = invocation.value("--output");
  if (!output) return wrong_use("say where to write the image: -o FILE.");
  auto file = InputFile::open(invocation.operands[0]);
  if (!file) return Failed{file.error()};
  const auto elf = file->read_some(0, board::kNativePayloadMaxBytes + 1);
  if (!elf) return Failed{elf.error()};
  ROTA_TRY(check_program(*file, *elf));
  const auto chip = chosen_chip(invocation);
  if (!chip) return Failed{chip.error()};
  const auto flash_bytes = chosen_flash_bytes(invocation);
  if (!flash_bytes) return Failed{flash_bytes.error()};
  const auto description = description_of(invocation, *elf);
  if (!description) return Failed{description.error()};
  formats::ImageHeader header;
  header.spi_size = flash_size_code(*flash_bytes);
  return write_file(*output, board::pack_native_image(*elf, *description, **chip, header));
}

}  // namespace

constinit const CommandSpec kImagePack{
    .name = "image pack",
    .summary = "make an app image for virtual boards from a Linux program",
    .usage =
        "ELF --chip NAME --project NAME --project-version TEXT -o FILE [--secure-version N] ...",
    .about =
        "The image is a genuine image of the chip whose payload is the program; real bootloaders "
        "refuse it, so it can not be mistaken for firmware.",
    .example =
        "rota image pack app.elf --chip esp32 --project blink --project-version 1.0.0 -o app.bin",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
