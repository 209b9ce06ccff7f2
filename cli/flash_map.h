// The picture of a board's flash that `board show`, `why` and the demo print: each app partition
// with what it holds and its state, both OTA data records explained, free space, what boots next.
//
//   esp32, 4 MB flash, partition table at 0x8000, rollback on
//     +---------+----------+--------+------------------+----------------+------------------------+
//     | factory | 0x010000 | 1 MB   | native_ota 1.0.0 | ######.... 61% |                        |
//   > | ota_0   | 0x110000 | 1 MB   | native_ota 1.1.0 | ######.... 61% | confirmed, boots next  |
//     | ota_1   | 0x210000 | 1 MB   | empty            | ..........     |                        |
//     +---------+----------+--------+------------------+----------------+------------------------+
//     OTA data 0: sequence 1 names ota_0, VALID, in charge
//     OTA data 1: blank
//     free: 0x310000 to 0x400000 (960 KB)
//
// Everything is read from the flash given; which slot runs is the one thing that flash does not
// say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/boot_forecast.h"
#include "cli/console.h"
#include "cli/image_report.h"
#include "cli/json.h"

namespace rota::cli {

enum class SlotState : std::uint8_t {
  kNone,       // no record names it: the factory image, an empty or unused slot
  kNew,        // chosen, not started yet: the next start is its trial
  kOnTrial,    // PENDING_VERIFY
  kConfirmed,  // VALID
  kNoTrial,    // UNDEFINED: chosen without rollback
  kRejected,   // INVALID: the image rejected itself
  kAborted,    // ABORTED: nobody confirmed it
  kDamagedRecord,
};

struct SlotPicture {
  formats::PartitionRow row;
  core::BootPosition position;
  bool is_empty = false;             // the first sector reads FF
  std::optional<ImageReport> image;  // nothing: empty, or not an image
  SlotState state = SlotState::kNone;
  bool runs = false;
  bool boots_next = false;
};

struct FlashPicture {
  BootForecast forecast;
  std::vector<SlotPicture> slots;  // app partitions, in table order
  bool running_is_known = false;

  const SlotPicture* slot(core::BootPosition position) const;
};

// `running`: the start address of the partition whose image executes, where that is known.
Result<FlashPicture, Refusal> picture_of(core::Flash& flash,
                                         const std::string& name,
                                         const BootQuestion& question,
                                         std::optional<std::uint32_t> running = std::nullopt);

// The picture as text, indented, at most 100 columns wide.
std::string render(const FlashPicture& picture, const Looks& looks);

Json json_of(const FlashPicture& picture);

// "native_ota 1.1.0", "empty", "not an image", "native_ota 1.1.0, damaged".
std::string content_text(const SlotPicture& slot);
std::string_view name_of(SlotState state);  // "on_trial": stable, for JSON
// One OTA data record in words, without its number.
std::string record_text(const FlashPicture& picture, int sector);

}  // namespace rota::cli
