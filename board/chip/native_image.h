// Builds the image of an app for virtual boards: a genuine image of the board's chip whose payload
// is a Linux program (docs/formats/native-image.md).
//
//   segment 0   app description, at the chip's mapped data range + 0x20
//   segment 1   the program, at formats::kNativePayloadAddress, padded with zeros to 4 bytes
//   checksum, SHA-256
//
// No real bootloader loads such an image, so it can not be mistaken for firmware.
#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.h"
#include "formats/app_image.h"
#include "formats/chips.h"

namespace rota::board {

// So that an app fits the 1 MB slots of the two-OTA table with room to grow.
inline constexpr std::size_t kNativePayloadMaxBytes = 700U * 1024U;

// `header` gives flash mode, speed and size and the chip revisions; chip, entry, segment count and
// digest are set here. The caller checks what `elf` is and how long it may be.
std::vector<std::byte> pack_native_image(Bytes elf,
                                         const formats::AppDescription& description,
                                         const formats::ChipFacts& chip,
                                         formats::ImageHeader header = {});

}  // namespace rota::board
