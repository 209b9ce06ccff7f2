#include "sim/scenario.h"

#include <algorithm>
#include <array>

#include "core/partition_access.h"
#include "formats/ota_data.h"
#include "sim/progress_journal.h"

namespace rota::sim {

using formats::OtaState;

namespace {

constexpr ImageId kNew = ImageId::kVersion3;

constexpr std::array kScenarios{
    Scenario{
        .name = "first-boot", .what = "first boots of a blank board", .start = StartState::kBlank},
    Scenario{.name = "first-update",
             .what = "first update of a blank board, native API",
             .start = StartState::kBlank,
             .act = Act::kUpdate,
             .offered = kNew,
             .goal = kNew},
    Scenario{.name = "native-sequential",
             .what = "update by native API, erasing as data arrive",
             .act = Act::kUpdate,
             .offered = kNew,
             .goal = kNew},
    Scenario{.name = "native-bulk",
             .what = "update by native API, erasing first",
             .act = Act::kUpdate,
             .method = Method::kNativeBulk,
             .offered = kNew,
             .goal = kNew},
    Scenario{.name = "stream-sequential",
             .what = "update by the update conversation",
             .act = Act::kUpdate,
             .method = Method::kStreamSequential,
             .offered = kNew,
             .goal = kNew},
    Scenario{.name = "stream-bulk",
             .what = "the same, erasing first",
             .act = Act::kUpdate,
             .method = Method::kStreamBulk,
             .offered = kNew,
             .goal = kNew},
    Scenario{.name = "ranges",
             .what = "the same, with a request for each part",
             .start = StartState::kOneConfirmed,
             .act = Act::kUpdate,
             .method = Method::kRanges,
             .offered = kNew,
             .goal = kNew},
    Scenario{.name = "resume",
             .what = "a download that goes on after a cut",
             .act = Act::kUpdate,
             .method = Method::kResume,
             .offered = kNew,
             .goal = kNew},
    Scenario{.name = "lost-stream",
             .what = "a download that goes on after a lost connection",
             .act = Act::kUpdate,
             .method = Method::kLostStream,
             .offered = kNew,
             .goal = kNew},
    Scenario{.name = "confirm",
             .what = "first start of a good image",
             .start = StartState::kOnTrial,
             .offered = kNew,
             .goal = kNew},
    Scenario{.name = "reject",
             .what = "an image that fails its self-test rejects itself",
             .start = StartState::kOnTrial,
             .offered = ImageId::kFailsSelfTest,
             .goal = ImageId::kVersion2},
    Scenario{.name = "panic",
             .what = "an image that panics on trial",
             .start = StartState::kOnTrial,
             .offered = ImageId::kPanics,
             .goal = ImageId::kVersion2},
    Scenario{.name = "watchdog",
             .what = "an image that hangs on trial until the watchdog bites",
             .start = StartState::kOnTrial,
             .offered = ImageId::kHangs,
             .goal = ImageId::kVersion2},
    Scenario{.name = "update-reverted",
             .what = "update to an image that rejects itself",
             .act = Act::kUpdate,
             .offered = ImageId::kFailsSelfTest,
             .goal = ImageId::kVersion2},
    Scenario{.name = "same-slot",
             .what = "begin, abort, then set_boot of the slot that runs",
             .act = Act::kSameSlot,
             .goal = ImageId::kVersion2},
    Scenario{.name = "mark-valid",
             .what = "an application that confirms at every start",
             .act = Act::kConfirm,
             .goal = ImageId::kVersion2},
    Scenario{.name = "mark-valid-alone",
             .what = "the same, and no other image is recorded",
             .start = StartState::kOneConfirmed,
             .act = Act::kConfirm,
             .goal = ImageId::kVersion1},
    Scenario{.name = "staged-copy",
             .what = "download to one slot, copied to the final one",
             .start = StartState::kOneConfirmed,
             .act = Act::kUpdate,
             .method = Method::kStagedCopy,
             .offered = kNew,
             .goal = kNew},
    Scenario{.name = "two-updates",
             .what = "two updates in a row",
             .act = Act::kUpdate,
             .offered = kNew,
             .then_offered = ImageId::kVersion4,
             .goal = ImageId::kVersion4},
    Scenario{.name = "nvs-beside",
             .what = "update while NVS is written",
             .act = Act::kUpdate,
             .method = Method::kStreamSequential,
             .offered = kNew,
             .writes_nvs = true,
             .goal = kNew},
    Scenario{.name = "bad-image",
             .what = "an update whose data arrive damaged",
             .act = Act::kUpdate,
             .offered = kNew,
             .corrupts_image = true,
             .goal = ImageId::kVersion2},
    Scenario{.name = "to-factory",
             .what = "set_boot of the factory image",
             .act = Act::kReturnToFactory,
             .goal = ImageId::kFactory},
    Scenario{.name = "erase-inactive",
             .what = "the previous image and its record are given up",
             .act = Act::kEraseInactive,
             .goal = ImageId::kVersion2},
};

bool remembers_in_nvs(const Scenario& scenario) {
  return scenario.writes_nvs || scenario.method == Method::kResume ||
         scenario.method == Method::kLostStream || scenario.offered == ImageId::kHangs;
}

bool has_nvs(const Configuration& configuration) {
  if (configuration.layout == nullptr) return true;
  const formats::PartitionRows& rows = configuration.layout->rows;
  return std::any_of(rows.begin(), rows.end(), [](const formats::PartitionRow& row) {
    return !row.is_app() && row.subtype == formats::kDataNvs && row.size >= 2 * core::kSectorBytes;
  });
}

}  // namespace

std::span<const Scenario> all_scenarios() { return kScenarios; }

const Scenario* find_scenario(std::string_view name) {
  const auto* found = std::find_if(kScenarios.begin(), kScenarios.end(),
                                   [name](const Scenario& s) { return s.name == name; });
  return found == kScenarios.end() ? nullptr : found;
}

bool applies(const Scenario& scenario, const Configuration& configuration) {
  const bool rollback = configuration.rollback != Rollback::kOff;
  const bool needs_rollback =
      scenario.goal == ImageId::kVersion2 && scenario.offered > ImageId::kVersion5;
  if (needs_rollback && !rollback) return false;
  if (scenario.act == Act::kReturnToFactory && !configuration.has_factory) return false;
  if (scenario.method == Method::kStagedCopy && configuration.slots < 3) return false;
  if (remembers_in_nvs(scenario) && !has_nvs(configuration)) return false;
  // A table for anti-rollback has no factory image that could go below the version.
  return scenario.act != Act::kReturnToFactory ||
         configuration.rollback != Rollback::kWithAntiRollback;
}

void prepare(const Scenario& scenario, const TestBoard& board, FaultyChip& chip) {
  const bool rollback = board.settings().rollback;
  const OtaState confirmed = rollback ? OtaState::kValid : OtaState::kUndefined;
  const std::uint32_t slots = board.configuration().slots;
  board.write_base(chip);
  if (board.settings().anti_rollback) chip.set_fuses(1);
  Facts facts;
  facts.confirmed = ImageId::kVersion1;
  facts.confirmed_version = 1;
  switch (scenario.start) {
    case StartState::kBlank:
      if (board.factory() != nullptr) {
        facts.confirmed = ImageId::kFactory;
      } else {
        board.write_image(chip, board.slot(0), ImageId::kVersion1);
      }
      break;
    case StartState::kOneConfirmed:
      board.write_image(chip, board.slot(0), ImageId::kVersion1);
      board.write_record(chip, 0, 1, confirmed);
      break;
    case StartState::kTwoConfirmed:
    case StartState::kOnTrial:
      board.write_image(chip, board.slot(0), ImageId::kVersion1);
      board.write_image(chip, board.slot(1), ImageId::kVersion2);
      board.write_record(chip, 0, 1, confirmed);
      board.write_record(chip, 1, 2, confirmed);
      facts.confirmed = ImageId::kVersion2;
      break;
  }
  if (scenario.start == StartState::kOnTrial) {
    const std::uint32_t slot = 2 % slots;  // of sequence 3
    board.write_image(chip, board.slot(slot), scenario.offered);
    // The record in its place is replaced, as set_boot would do it.
    chip.put(board.ota_data().offset, std::vector<std::byte>(core::kSectorBytes, std::byte{0xFF}));
    board.write_record(chip, 0, 3, rollback ? OtaState::kNew : OtaState::kUndefined);
    facts.candidate = scenario.offered;
    facts.confirmation_began = !rollback;
    if (!rollback) facts.confirmed = scenario.offered;
  }
  if (scenario.method == Method::kResume || scenario.method == Method::kLostStream ||
      scenario.writes_nvs) {
    // An old value in a sector that is nearly full, so that the journal has to move on.
    core::PartitionAccess access(chip, board.rows(), false);
    ProgressJournal journal(access, board.nvs());
    for (int i = 0; i < 254; ++i) static_cast<void>(journal.store({ImageId::kVersion2, 0}));
  }
  chip.facts() = facts;
}

}  // namespace rota::sim
