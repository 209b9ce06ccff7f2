// What a bootloader would do with this flash, without doing it: core's BootPlan run against a dump
// or a board, its writes kept in memory. `rota why` prints the rules; the flash map marks what
// boots.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "cli/refusal.h"
#include "core/boot_plan.h"
#include "core/flash.h"
#include "core/image_verifier.h"
#include "formats/bootloader_settings.h"
#include "formats/chips.h"
#include "formats/ota_data.h"
#include "formats/partition_table.h"

namespace rota::cli {

// What the flash does not say, or what to assume instead of what it says.
struct BootQuestion {
  std::optional<bool> rollback;
  std::optional<bool> anti_rollback;
  std::uint32_t secure_version_fuses = 0;      // bits, bit 0 first
  std::optional<std::uint32_t> table_offset;   // default: the bootloader's setting, else 0x8000
  const formats::ChipFacts* chip = nullptr;    // default: the bootloader's, else the first app's
  std::optional<std::uint16_t> chip_revision;  // default: one that every image accepts
};

// One start of the bootloader on given records. Images are asked about through the judge; nothing
// is written: `records` holds what the bootloader would have written.
struct BootOutcome {
  bool starts = false;          // an image starts; otherwise the bootloader resets
  core::BootPosition selected;  // what is tried first
  core::BootPosition position;  // what starts
  core::FlashRange range;
  formats::OtaRecords records{formats::OtaRecord::blank(), formats::OtaRecord::blank()};
  std::vector<core::AppliedRule> rules;
};

// Verdicts on the images of one flash, each found out once however often it is asked for.
class ImageJudge {
 public:
  // Borrows the flash. `chip` judges.
  ImageJudge(core::Flash& flash, const core::ChipIdentity& chip) : flash_(flash), chip_(chip) {}

  const Result<core::ImageFacts>& verdict(core::FlashRange range, core::ImageChecks checks);
  core::Flash& flash() { return flash_; }

 private:
  struct Known {
    core::FlashRange range;
    core::ImageChecks checks;
    Result<core::ImageFacts> verdict;
  };
  core::Flash& flash_;
  core::ChipIdentity chip_;
  std::deque<Known> known_;
};

BootOutcome boot_with(ImageJudge& judge, const core::BootInputs& inputs);

struct BootForecast {
  std::uint32_t flash_bytes = 0;  // as the bootloader sees it; the file's size without bootloader
  const formats::ChipFacts* chip = nullptr;
  bool has_bootloader = false;
  bool settings_known = false;  // read from the bootloader; otherwise assumed
  formats::BootloaderSettings settings;
  std::uint32_t table_offset = formats::kDefaultTableOffset;
  formats::PartitionRows rows;
  std::optional<Error> table_refused;  // by the bootloader
  core::BootTable table;
  formats::OtaRecords records{formats::OtaRecord::blank(), formats::OtaRecord::blank()};
  formats::OtaRecords records_after{formats::OtaRecord::blank(), formats::OtaRecord::blank()};
  bool records_are_readable = true;  // false: the partition is missing or too small
  std::vector<core::AppliedRule> rules;
  bool starts = false;          // an image starts; otherwise the bootloader resets
  core::BootPosition selected;  // what is tried first
  core::BootPosition position;  // what starts
  core::FlashRange range;

  // What a bootloader decides by, for boot_with().
  core::BootInputs inputs(std::uint32_t secure_version_fuses) const;
  // "ota_0", "factory", "test" by the label of the row; "nothing".
  std::string name_of(core::BootPosition of) const;
  // The slot that a record names; nullopt when blank or when the table has no slots.
  std::optional<core::BootPosition> position_of(const formats::OtaRecord& record) const;
};

// Refuses when the flash holds no partition table at all.
Result<BootForecast, Refusal> forecast_boot(core::Flash& flash,
                                            const std::string& name,
                                            const BootQuestion& question);

// "LargerSequenceWins": stable, what `rota help` explains.
std::string_view name_of(core::BootRule rule);
// The rule in one sentence, names filled in.
std::string text_of(const core::AppliedRule& rule, const BootForecast& forecast);

// The chip as this question judges images.
core::ChipIdentity judging_chip(const BootForecast& forecast, const BootQuestion& question);

}  // namespace rota::cli
