// Whole boots on a chip: the bootloader reads its settings from flash, so each option is set there
// and its effect observed. The decision itself is tested in core/boot_plan_test.cc.
#include "board/bootloader/bootloader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "board/chip/efuse_file.h"
#include "board/chip/nor_chip.h"
#include "core/ota_data_writer.h"
#include "core/update_board_for_test.h"

namespace rota::board {
namespace {

using core::BootPosition;
using core::BootRule;
using core::ImageForTest;
using formats::OtaRecord;
using formats::OtaState;
using formats::PartitionRow;
using formats::PartitionType;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using Result = BootReport::Result;

constexpr std::uint32_t kChipBytes = 0x100000;
constexpr std::uint32_t kBootloaderAt = 0x1000;
constexpr std::uint32_t kAppBytes = 0x10000;
constexpr std::uint32_t kOtaData = 0xD000;

class Bootloader : public ::testing::Test {
 protected:
  Bootloader() {
    circumstances_.chip.facts = formats::find_chip("esp32");
    circumstances_.log = [this](std::string_view line) { console_.emplace_back(line); };
    circumstances_.pin_level = [this](int pin) { return low_pins_.count(pin) == 0 ? 1 : 0; };
    add("nvs", PartitionType::kData, formats::kDataNvs, 0x9000, 0x4000);
    add("otadata", PartitionType::kData, formats::kDataOta, kOtaData, 0x2000);
    add("phy_init", PartitionType::kData, formats::kDataPhy, 0xF000, 0x1000);
    add("factory", PartitionType::kApp, formats::kAppFactory, 0x10000, kAppBytes);
    add("ota_0", PartitionType::kApp, formats::kAppOtaFirst, 0x20000, kAppBytes);
    add("ota_1", PartitionType::kApp, formats::kAppOtaFirst + 1, 0x30000, kAppBytes);
    add("test", PartitionType::kApp, formats::kAppTest, 0x40000, kAppBytes);
    settings_.cut_safe_records = false;
    write_table();
    for (const std::uint32_t at : {0x10000U, 0x20000U, 0x30000U, 0x40000U}) put_image(at, 0);
  }

  void add(std::string_view label,
           PartitionType type,
           std::uint8_t subtype,
           std::uint32_t offset,
           std::uint32_t size) {
    PartitionRow row;
    row.type = type;
    row.subtype = subtype;
    row.offset = offset;
    row.size = size;
    label.copy(row.label_storage.data(), 16);
    ASSERT_TRUE(rows_.push_back(row));
  }
  void write_table() {
    std::array<std::byte, formats::kTableBytes> bytes{};
    ASSERT_TRUE(formats::write_table(rows_, true, bytes).ok());
    put(settings_.table_offset, bytes);
  }
  void put(std::uint32_t at, Bytes bytes) {
    std::copy(bytes.begin(), bytes.end(), chip_.cells.begin() + at);
  }
  void put_image(std::uint32_t at, std::uint32_t secure_version) {
    put(at, ImageForTest{.secure_version = secure_version, .payload_bytes = 64}.build());
  }
  void damage(std::uint32_t at) { chip_.cells[at + 330] ^= std::byte{1}; }
  void put_record(int sector, std::uint32_t sequence, OtaState state) {
    OtaRecord record = OtaRecord::blank();
    record.sequence = sequence;
    record.state = state;
    record.check = formats::ota_check(sequence);
    put(kOtaData + static_cast<std::uint32_t>(sector) * 0x1000, formats::encode(record));
  }
  OtaState state(int sector) {
    const auto at = chip_.cells.begin() + kOtaData + sector * 0x1000;
    return static_cast<OtaState>(load_u32(&at[24]));
  }
  bool is_erased(std::uint32_t at) const { return chip_.cells[at] == std::byte{0xFF}; }

  BootReport boot() {
    std::array<std::byte, formats::kBootloaderImageMaxBytes> image{};
    formats::write_bootloader_image(header_, {}, settings_, image);
    put(kBootloaderAt, image);
    return boot_as_flashed();
  }
  BootReport boot_as_flashed() {
    console_.clear();
    EfuseFile fuses(fuses_, 32);
    return board::boot(chip_.chip, fuses, circumstances_);
  }
  // The position that started, or kNone.
  int started() {
    const BootReport report = boot();
    return report.result == Result::kStarts ? report.position.index : BootPosition::kNone;
  }

  MemoryChip chip_{kChipBytes};
  EfuseRecord fuses_;
  formats::PartitionRows rows_;
  formats::ImageHeader header_;
  formats::BootloaderSettings settings_;
  BootCircumstances circumstances_;
  std::set<int> low_pins_;
  std::vector<std::string> console_;
};

// ---- Finding itself ----

TEST_F(Bootloader, ABlankChipDoesNotStartAndSaysSo) {
  const BootReport report = boot_as_flashed();
  EXPECT_EQ(report.result, Result::kDoesNotStart);
  EXPECT_THAT(report.sentence, HasSubstr("no usable bootloader at 0x1000"));
}

TEST_F(Bootloader, ABlankChipHasNone) {
  const auto found = find_bootloader(chip_.chip, circumstances_.chip);
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error(), Error::kBootloaderMissing);
}

TEST_F(Bootloader, OneOfAnotherChipDoesNotStart) {
  header_.chip_id = static_cast<std::uint16_t>(formats::ChipId::kEsp32C3);
  EXPECT_EQ(boot().result, Result::kDoesNotStart);
}

TEST_F(Bootloader, OneOfAnotherMakerIsTakenForAStockOne) {
  put(kBootloaderAt, ImageForTest{.has_description = false}.build());
  put_record(0, 1, OtaState::kNew);
  const BootReport report = boot_as_flashed();
  EXPECT_EQ(report.result, Result::kStarts);
  EXPECT_TRUE(report.settings_are_assumed);
  EXPECT_EQ(state(0), OtaState::kNew) << "without rollback";
  EXPECT_THAT(console_, Contains(HasSubstr("taken for a stock one without rollback")));
}

TEST_F(Bootloader, DamagedSettingsDoNotStart) {
  ASSERT_NE(started(), BootPosition::kNone);
  // Behind header, description and segment header.
  for (std::size_t i = 0; i < 512; ++i) {
    if (chip_.cells[kBootloaderAt + i] == std::byte{'n'} &&
        chip_.cells[kBootloaderAt + i + 1] == std::byte{'v'}) {
      chip_.cells[kBootloaderAt + i] = std::byte{'m'};
    }
  }
  EXPECT_EQ(boot_as_flashed().result, Result::kDoesNotStart);
}

TEST_F(Bootloader, TheTableLiesWhereTheSettingsSay) {
  put(0x8000, std::vector<std::byte>(0x1000, std::byte{0xFF}));
  EXPECT_EQ(boot().result, Result::kResets);
  settings_.table_offset = 0x50000;
  write_table();
  EXPECT_EQ(started(), BootPosition::kFactory);
}

TEST_F(Bootloader, Trap42_TheFlashSizeIsThatOfItsOwnHeader) {
  add("far", PartitionType::kData, formats::kDataUndefined, 0x180000, 0x1000);
  write_table();
  header_.spi_size = 1;  // 2 MB
  EXPECT_EQ(boot().result, Result::kStarts);
  header_.spi_size = 0;  // 1 MB
  const BootReport report = boot();
  EXPECT_EQ(report.result, Result::kResets);
  EXPECT_THAT(report.sentence, HasSubstr("the partition table at 0x8000 can not be used"));
}

TEST_F(Bootloader, Trap40_ATableWithoutChecksumBoots) {
  std::array<std::byte, formats::kTableBytes> bytes{};
  ASSERT_TRUE(formats::write_table(rows_, false, bytes).ok());
  put(0x8000, bytes);
  EXPECT_EQ(started(), BootPosition::kFactory);
}

// ---- Each option, on and off ----

TEST_F(Bootloader, OptionRollback) {
  put_record(0, 1, OtaState::kNew);
  EXPECT_EQ(started(), 0);
  EXPECT_EQ(state(0), OtaState::kNew);
  settings_.rollback = true;
  EXPECT_EQ(started(), 0);
  EXPECT_EQ(state(0), OtaState::kPendingVerify);
  EXPECT_EQ(started(), BootPosition::kFactory);
  EXPECT_EQ(state(0), OtaState::kAborted);
}

TEST_F(Bootloader, OptionAntiRollbackAndItsWidth) {
  fuses_.secure_version_bits = 0b11111;
  put_image(0x20000, 4);
  put_record(0, 1, OtaState::kUndefined);
  EXPECT_EQ(started(), 0);
  settings_.anti_rollback = true;
  settings_.rollback = true;
  EXPECT_EQ(started(), BootPosition::kNone) << "version 5 is burned, no image has it";
  settings_.secure_version_width = 4;
  EXPECT_EQ(started(), 0) << "the field has four bits, so the burned version is 4";
}

TEST_F(Bootloader, AConfirmedImageBurnsItsVersion) {
  settings_.anti_rollback = true;
  settings_.rollback = true;
  put_image(0x20000, 3);
  put_record(0, 1, OtaState::kValid);
  EXPECT_EQ(started(), 0);
  EXPECT_EQ(fuses_.secure_version_bits, 0b111U);
  EXPECT_THAT(console_, Contains(HasSubstr("Anti-rollback is set. eFuse field is updated(3).")));
}

TEST_F(Bootloader, OptionFactoryResetPinLevelAndList) {
  put_record(0, 1, OtaState::kValid);
  put(0x9000, std::vector<std::byte>(0x4000, std::byte{0x5A}));
  put(0xF000, std::vector<std::byte>(0x1000, std::byte{0x5A}));
  low_pins_ = {4};
  EXPECT_EQ(started(), 0) << "the option is off";
  settings_.factory_reset = {true, 4, false};
  EXPECT_EQ(started(), 0) << "OTA data stay";
  EXPECT_TRUE(is_erased(0x9000)) << "nvs is in the usual list";
  EXPECT_FALSE(is_erased(0xF000));
  EXPECT_THAT(console_, Contains(HasSubstr("nvs              data 00009000 00004000 [yes]")));
  EXPECT_THAT(console_, Contains(HasSubstr("phy_init         data 0000f000 00001000 [no]")));

  settings_.factory_reset_labels.fill('\0');
  std::string_view("phy_init, factory").copy(settings_.factory_reset_labels.data(), 63);
  settings_.factory_reset_erases_ota_data = true;
  EXPECT_EQ(started(), BootPosition::kFactory);
  EXPECT_TRUE(is_erased(0xF000));
  EXPECT_FALSE(is_erased(0x10000)) << "applications are never erased";
  EXPECT_TRUE(is_erased(kOtaData));

  put_record(0, 1, OtaState::kValid);
  settings_.factory_reset.active_high = true;
  EXPECT_EQ(started(), 0) << "low is not held any more";
  low_pins_.clear();
  EXPECT_EQ(started(), BootPosition::kFactory);
}

TEST_F(Bootloader, OptionAppTest) {
  put_record(0, 1, OtaState::kValid);
  low_pins_ = {18};
  EXPECT_EQ(started(), 0);
  settings_.app_test = {true, 18, false};
  EXPECT_EQ(started(), BootPosition::kTest);
  low_pins_.clear();
  EXPECT_EQ(started(), 0);
}

TEST_F(Bootloader, OptionsThatSkipValidation) {
  put_record(0, 1, OtaState::kValid);
  damage(0x20000);
  EXPECT_EQ(started(), BootPosition::kFactory);
  settings_.skip_validate_on_power_on = true;
  EXPECT_EQ(started(), 0);
  circumstances_.is_power_on_reset = false;
  EXPECT_EQ(started(), BootPosition::kFactory);
  settings_.skip_validate_always = true;
  EXPECT_EQ(started(), 0);
}

TEST_F(Bootloader, OptionThatSkipsValidationAfterDeepSleep) {
  settings_.rollback = true;
  put_record(0, 1, OtaState::kPendingVerify);
  damage(0x20000);
  circumstances_.is_power_on_reset = false;
  circumstances_.woke_from_deep_sleep = true;
  settings_.skip_validate_in_deep_sleep = true;
  EXPECT_EQ(started(), 0);
  EXPECT_EQ(state(0), OtaState::kPendingVerify);
  settings_.skip_validate_in_deep_sleep = false;
  EXPECT_EQ(started(), BootPosition::kFactory);
  EXPECT_EQ(state(0), OtaState::kAborted);
}

TEST_F(Bootloader, OptionCutSafeRecords) {
  settings_.rollback = true;
  for (const bool cut_safe : {false, true}) {
    put_record(0, 1, OtaState::kNew);
    settings_.cut_safe_records = cut_safe;
    const std::uint64_t programs = chip_.state.program_count;
    EXPECT_EQ(started(), 0);
    EXPECT_EQ(chip_.state.program_count - programs, cut_safe ? 4U : 1U);
    EXPECT_EQ(state(0), OtaState::kPendingVerify);
  }
}

// ---- What it says ----

TEST_F(Bootloader, TheTableIsPrintedAsTheReferencePrintsIt) {
  boot();
  EXPECT_THAT(console_,
              Contains("I (0) boot: ## Label            Usage          Type ST Offset   Length"));
  EXPECT_THAT(console_,
              Contains("I (0) boot:  0 nvs              WiFi data        01 02 00009000 00004000"));
  EXPECT_THAT(console_,
              Contains("I (0) boot:  4 ota_0            OTA app          00 10 00020000 00010000"));
  EXPECT_THAT(console_, Contains("I (0) boot: End of partition table"));
  EXPECT_THAT(console_, Contains(HasSubstr("Loaded app from partition at offset 0x10000")));
}

TEST_F(Bootloader, EachRuleIsASentence) {
  put_record(0, 2, OtaState::kValid);
  damage(0x30000);
  const BootReport report = boot();
  std::vector<std::string> sentences;
  for (const core::AppliedRule& rule : report.rules) sentences.push_back(sentence_of(rule));
  EXPECT_THAT(sentences,
              Contains("only sector 0 (sequence 2) holds a usable record: ota_1 is tried "
                       "first"));
  EXPECT_THAT(sentences, Contains(HasSubstr("ota_1 is not bootable: The image is damaged")));
  EXPECT_THAT(sentences,
              Contains("ota_0 is the next bootable image in the trial order and starts"));
}

TEST_F(Bootloader, NothingBootableIsAReset) {
  for (const std::uint32_t at : {0x10000U, 0x20000U, 0x30000U, 0x40000U}) damage(at);
  const BootReport report = boot();
  EXPECT_EQ(report.result, Result::kResets);
  EXPECT_THAT(report.sentence, HasSubstr("nothing is bootable"));
}

TEST_F(Bootloader, AnImageThatCanNotBeMappedIsAResetWithItsReason) {
  circumstances_.chip.facts = formats::find_chip("esp32c6");
  header_.chip_id = static_cast<std::uint16_t>(formats::ChipId::kEsp32C6);
  std::array<std::byte, formats::kBootloaderImageMaxBytes> loader{};
  formats::write_bootloader_image(header_, {}, settings_, loader);
  put(0, loader);
  // One segment only: the description.
  std::vector<std::byte> image;
  formats::ImageHeader header;
  header.segment_count = 1;
  header.chip_id = header_.chip_id;
  header.digest_appended = 0;
  const auto append = [&](Bytes bytes) { image.insert(image.end(), bytes.begin(), bytes.end()); };
  append(formats::encode(header));
  append(formats::encode(formats::SegmentHeader{0x42000020, formats::kAppDescriptionBytes}));
  append(formats::encode(formats::AppDescription{}));
  auto checksum = std::byte{formats::kChecksumSeed};
  for (const std::byte byte : formats::encode(formats::AppDescription{})) checksum ^= byte;
  image.resize(align_up(static_cast<std::uint32_t>(image.size()) + 1, 16));
  image.back() = checksum;
  put(0x10000, image);
  const BootReport report = boot_as_flashed();
  EXPECT_EQ(report.result, Result::kResets);
  EXPECT_THAT(report.sentence, HasSubstr("factory passes every check, but the bootloader can not "
                                         "map it"));
  EXPECT_EQ(report.rules.back().rule, BootRule::kImageCanNotBeMapped);
}

TEST_F(Bootloader, APowerCutIsReportedAsOne) {
  settings_.rollback = true;
  put_record(0, 1, OtaState::kNew);
  CutPlan cut;
  cut.moment = CutMoment::kBefore;
  chip_.chip.plan_cut(cut);
  EXPECT_EQ(boot().result, Result::kPowerLost);
  chip_.chip.power_on();
  EXPECT_EQ(started(), 0);
  EXPECT_EQ(state(0), OtaState::kPendingVerify);
}

}  // namespace
}  // namespace rota::board
