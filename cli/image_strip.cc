// rota image strip: the image alone, without signature sector, padding or whatever else follows it.
#include <array>

#include "cli/commands.h"
#include "cli/flash_target.h"
#include "cli/image_verify.h"
#include "cli/table_source.h"

namespace rota::cli {
namespace {

constexpr std::array kOptions = {
    OptionSpec{"--output", "FILE", "Where to write; - is standard output.", OptionKind::kValue,
               "-o"},
    kImageOffsetOption,
    kImagePartitionOption,
    kForceOption,
};

Outcome run(const Invocation& invocation) {
  const auto output = invocation.value("--output");
  if (!output) return wrong_use("say where to write the image: -o FILE.");
  auto file = InputFile::open(invocation.operands[0]);
  if (!file) return Failed{file.error()};
  const auto range = chosen_image_range(invocation, *file);
  if (!range) return Failed{range.error()};
  const auto report = read_image(*file, *range, kind_of_image(*file, *range));
  if (!report) {
    if (range->start.value != 0) return refuse(file->name(), report.error());
    return refuse(fmt::format("{} is not an image. {}", file->name(), what_it_is(*file)));
  }
  if (report->refused) return refuse(file->name(), *report->refused);
  ROTA_TRY(may_create(*output, invocation.has(kForceOption.name)));
  OutputFile out(*output);
  ROTA_TRY(copy_range(*file, range->start.value, report->image_bytes, out));
  ROTA_TRY(out.finish());
  if (*output == "-") return {};
  invocation.console->print("{}: {} bytes of image, {} bytes behind it left out.\n",
                            printable(*output), grouped(report->image_bytes),
                            grouped(range->size_bytes - report->image_bytes));
  return {};
}

}  // namespace

constinit const CommandSpec kImageStrip{
    .name = "image strip",
    .summary = "take the image alone out of a signed or padded file, or out of a dump",
    .usage = "FILE -o FILE [--offset N | --partition NAME] [--force]",
    .about =
        "Writes header, segments, checksum and digest, and leaves away what follows: signature "
        "sectors, padding, erased flash. A damaged image is refused.",
    .example =
        "rota image strip signed.bin -o unsigned.bin\n"
        "rota image strip dump.bin --partition ota_0 -o app.bin",
    .options = kOptions,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};

}  // namespace rota::cli
