// rota image bootloader: a bootloader image for virtual boards, with the options it was "built"
// with.
#include <array>

#include "cli/board_access.h"
#include "cli/bootloader_options.h"
#include "cli/commands.h"
#include "cli/input_file.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {
    OptionSpec{"--output", "FILE", "Where to write the image; - is standard output.",
               OptionKind::kValue, "-o"},
    kChipOption,
    kFlashSizeOption,
    kRollbackOption,
    kAntiRollbackOption,
    kSecureVersionBitsOption,
    kEmulateSecureVersionOption,
    kTableOffsetOption,
    kFactoryResetPinOption,
    kFactoryResetErasesOtaDataOption,
    kAppTestPinOption,
    kHoldTimeOption,
    kWritingOption,
};

Outcome run(const Invocation& invocation) {
  const auto output = invocation.value("--output");
  if (!output) return wrong_use("say where to write the image: -o FILE.");
  const auto image = bootloader_image(invocation);
  if (!image) return Failed{image.error()};
  return write_file(*output, *image);
}

}  // namespace

constinit const CommandSpec kImageBootloader{
    .name = "image bootloader",
    .summary = "write a bootloader image for virtual boards",
    .usage =
        "--chip NAME -o FILE [--flash-size SIZE] [--rollback on|off] [--anti-rollback on|off] ...",
    .about =
        "The image has the genuine form of a bootloader and holds the settings that decide what "
        "boots. Virtual boards behave by it; a real chip needs the bootloader of its own "
        "ESP-IDF build.",
    .example =
        "rota image bootloader --chip esp32 --flash-size 4MB --rollback on -o bootloader.bin",
    .options = kOptions,
    .run = run,
};

}  // namespace rota::cli
