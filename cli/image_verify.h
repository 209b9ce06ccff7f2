// What `rota image verify` and the program that verifies signatures share: options and the place of
// the image in a file.
#pragma once

#include <array>

#include "cli/command_line.h"
#include "cli/image_report.h"
#include "cli/input_file.h"

namespace rota::cli {

inline constexpr OptionSpec kImageOffsetOption{
    "--offset", "N", "Where the image lies in the file, e.g. 0x10000 in a flash dump."};
inline constexpr OptionSpec kImagePartitionOption{
    "--partition", "NAME", "The image in this partition of a flash dump or board."};
inline constexpr std::array kImageVerifyOptions = {
    kImageOffsetOption,
    kImagePartitionOption,
    OptionSpec{"--chip", "NAME",
               "The chip that is to run it; default the one that the image names."},
    OptionSpec{"--chip-revision", "N", "Its revision as major * 100 + minor, e.g. 301 for v3.1."},
    OptionSpec{"--slot-size", "SIZE", "The partition that it must fit."},
    OptionSpec{"--secure-boot", "SCHEME", "Verify the signature: rsa, p256 or p384."},
    OptionSpec{"--key-digest", "HEX",
               "A trusted key's digest (or a file that holds its 32 bytes); may be "
               "given again."},
    OptionSpec{"--blocks", "N",
               "How many signature blocks the device looks at: 3 (default), or 1."},
    kJsonOption,
};

// The range of the file that --offset or --partition names; the whole file without them.
Result<core::FlashRange, Refusal> chosen_image_range(const Invocation& invocation, InputFile& file);

// App or bootloader, by what is there.
core::ImageKind kind_of_image(core::Flash& flash, core::FlashRange range);

}  // namespace rota::cli
