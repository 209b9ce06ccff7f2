// Random boards with random histories. Properties:
//   1. The board boots what the model allows, and both records, the bytes of OTA data and the
//   eFuses
//      are what the model says.
//   2. The library's view equals the bootloader's: boot_partition() is the first image that the
//      bootloader tries, wherever both count slots alike (they do not for gaps and repeated slots,
//      traps 11 and 13) and no secure version decides.
//   3. After set_boot() to a slot that both count alike, the next boot tries that slot first.
//   4. An image that was not confirmed runs at most once; a confirmed one keeps running.
// Controls: the share of boots that start an image, and of every kind of change, is checked.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "board/bootloader/bootloader.h"
#include "board/chip/efuse_file.h"
#include "core/boot_selection.h"
#include "core/update_board_for_test.h"
#include "core/update_settings.h"
#include "formats/partition_table.h"
#include "tests/support/boot_model.h"
#include "tests/support/sparse_flash.h"

namespace rota {
namespace {

using formats::OtaState;
using formats::PartitionRow;
using formats::PartitionRows;
using formats::PartitionType;

constexpr std::uint32_t kAppBytes = 0x10000;
constexpr std::uint32_t kChipBytes = 4U << 20U;

struct Counts {
  std::uint64_t boots = 0;
  std::uint64_t starts = 0;
  std::uint64_t views = 0;
  std::map<std::string, std::uint64_t> changes;
};

class History {
 public:
  History(std::uint32_t seed, core::OtaDataWriting policy, Counts& counts)
      : random_(seed), counts_(counts), flash_(kChipBytes) {
    settings_.rollback = one_in(2);
    settings_.anti_rollback = settings_.rollback && one_in(3);
    settings_.ota_data_writing = policy;
    settings_.chip.facts = formats::find_chip("esp32");
    make_table();
    put_bootloader();
    std::array<std::byte, formats::kTableBytes> table{};
    EXPECT_TRUE(formats::write_table(rows_, true, table).ok());
    flash_.put(formats::kDefaultTableOffset, table);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (rows_[i].is_app()) put_random_image(i);
    }
    put_random_records();
    if (settings_.anti_rollback) fuses_.secure_version_bits = (1U << below(3)) - 1;
    model_.fuses = fuses_.secure_version_bits;
    model_.rollback = settings_.rollback;
    model_.anti_rollback = settings_.anti_rollback;
  }

  void run() {
    for (int step = 0; step < 12 && !::testing::Test::HasFatalFailure(); ++step) {
      boot();
      if (running_ == nullptr) return;
      change();
    }
  }

 private:
  std::uint32_t below(std::uint32_t limit) {
    return std::uniform_int_distribution<std::uint32_t>(0, limit - 1)(random_);
  }
  bool one_in(std::uint32_t n) { return below(n) == 0; }

  // ---- Making the board ----

  void make_table() {
    std::vector<std::uint8_t> subtypes;
    const std::uint32_t slots = 1 + below(16);
    const bool has_gaps = one_in(4);
    for (std::uint32_t i = 0; i < slots; ++i) {
      const std::uint32_t number = has_gaps ? below(16) : i;
      subtypes.push_back(static_cast<std::uint8_t>(formats::kAppOtaFirst + number));
    }
    if (!one_in(3)) subtypes.push_back(formats::kAppFactory);
    if (one_in(4)) subtypes.push_back(formats::kAppTest);
    if (one_in(8)) subtypes.push_back(subtypes[below(static_cast<std::uint32_t>(subtypes.size()))]);
    if (one_in(3)) std::shuffle(subtypes.begin(), subtypes.end(), random_);
    if (!one_in(20)) add_row(PartitionType::kData, formats::kDataOta, 0xD000, 0x2000);
    std::uint32_t offset = 0x10000;
    for (const std::uint8_t subtype : subtypes) {
      add_row(PartitionType::kApp, subtype, offset, kAppBytes);
      offset += kAppBytes;
    }
  }
  void add_row(PartitionType type, std::uint8_t subtype, std::uint32_t offset, std::uint32_t size) {
    PartitionRow row;
    row.type = type;
    row.subtype = subtype;
    row.offset = offset;
    row.size = size;
    const std::string label = "row" + std::to_string(rows_.size());
    label.copy(row.label_storage.data(), 16);
    ASSERT_TRUE(rows_.push_back(row));
    model_.rows.push_back({static_cast<int>(type), subtype, size, {}});
  }

  void put_bootloader() {
    formats::BootloaderSettings settings;
    settings.rollback = settings_.rollback;
    settings.anti_rollback = settings_.anti_rollback;
    settings.secure_version_width = 32;
    settings.cut_safe_records = settings_.ota_data_writing == core::OtaDataWriting::kCutSafe;
    std::array<std::byte, formats::kBootloaderImageMaxBytes> image{};
    formats::write_bootloader_image({}, {}, settings, image);
    flash_.put(settings_.chip.facts->bootloader_offset, image);
  }

  void put_random_image(std::size_t row) {
    const std::uint32_t version = below(4);
    std::vector<std::byte> image =
        core::ImageForTest{.secure_version = version, .payload_bytes = 64}.build();
    const bool is_damaged = one_in(4);
    if (is_damaged) image[330] ^= std::byte{1};
    const bool is_erased = one_in(8);
    (void)flash_.erase({{rows_[row].offset}, kAppBytes});
    if (!is_erased) flash_.put(rows_[row].offset, image);
    model_.rows[row].image.verifies = !is_damaged && !is_erased;
    model_.rows[row].image.secure_version.reset();
    if (!is_erased) model_.rows[row].image.secure_version = version;
  }

  void put_random_records() {
    constexpr OtaState kStates[] = {OtaState::kNew,     OtaState::kPendingVerify,
                                    OtaState::kValid,   OtaState::kInvalid,
                                    OtaState::kAborted, OtaState::kUndefined};
    for (std::uint32_t sector = 0; sector < 2; ++sector) {
      formats::OtaRecord record = formats::OtaRecord::blank();
      if (!one_in(3)) {
        record.sequence = below(40);
        record.state = kStates[below(6)];
        record.check = formats::ota_check(record.sequence);
        if (one_in(8)) record.check ^= 1U << below(32);
      }
      const auto bytes = formats::encode(record);
      if (has_ota_data()) flash_.put(0xD000 + sector * core::kSectorBytes, bytes);
      copy_record(sector, bytes);
    }
  }
  void copy_record(std::uint32_t sector, Bytes bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      model_.records[sector][i] = std::to_integer<std::uint8_t>(bytes[i]);
    }
  }
  bool has_ota_data() const {
    return core::find_partition(rows_, PartitionType::kData, formats::kDataOta) != nullptr;
  }
  // What the library changed is where the next boot of the model begins.
  void tell_model() {
    if (has_ota_data()) {
      for (std::uint32_t sector = 0; sector < 2; ++sector) {
        copy_record(sector, flash_.record_at(0xD000 + sector * core::kSectorBytes));
      }
    }
    model_.fuses = fuses_.secure_version_bits;
  }

  // ---- Boots ----

  void boot() {
    ++counts_.boots;
    board::EfuseFile fuses(fuses_, 32);
    board::BootCircumstances circumstances;
    circumstances.chip = settings_.chip;
    const board::BootReport report = board::boot(flash_, fuses, circumstances);
    const model::Boot expected = model::boot(model_);
    running_ = nullptr;
    int started = -1;
    if (report.result == board::BootReport::Result::kStarts) {
      for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (!rows_[i].is_app() || rows_[i].offset != report.range.start.value) continue;
        running_ = &rows_[i];
        started = static_cast<int>(i);
      }
    }
    ASSERT_EQ(started, expected.started) << report.sentence;
    ASSERT_EQ(fuses_.secure_version_bits, model_.fuses);
    for (std::uint32_t sector = 0; sector < 2 && has_ota_data(); ++sector) {
      const auto bytes = flash_.record_at(0xD000 + sector * core::kSectorBytes);
      ASSERT_TRUE(std::equal(bytes.begin(), bytes.end(),
                             std::as_bytes(std::span(model_.records[sector])).begin()))
          << "sector " << sector;
    }
    if (expected_next_) {
      EXPECT_EQ(expected.first_tried, *expected_next_) << "the slot that set_boot() chose";
    }
    expected_next_.reset();
    if (running_ == nullptr) return;
    ++counts_.starts;
    check_trial(started);
    compare_view(expected);
  }

  // A record whose image runs on trial.
  struct Trial {
    int sector = 0;
    std::uint32_t sequence = 0;
    friend bool operator==(const Trial&, const Trial&) = default;
  };

  // A trial that nobody ended does not go on after a reset.
  void check_trial(int started) {
    const std::optional<Trial> now = trial_of(started);
    if (trial_ && settings_.rollback) {
      EXPECT_FALSE(now == trial_) << "a second start of an image that nobody confirmed";
    }
    trial_ = now;
  }
  std::optional<Trial> trial_of(int row) {
    if (!has_ota_data() || core::boot_slot_count(rows_) == 0) return std::nullopt;
    formats::OtaRecords records;
    for (std::uint32_t sector = 0; sector < 2; ++sector) {
      records[sector] =
          formats::decode_ota_record(flash_.record_at(0xD000 + sector * core::kSectorBytes));
    }
    const int active = formats::active_record(records);
    if (active < 0) return std::nullopt;
    const formats::OtaRecord& record = records[static_cast<std::size_t>(active)];
    const std::uint32_t slot = formats::slot_of(record.sequence, core::boot_slot_count(rows_));
    const PartitionRow& at = rows_[static_cast<std::size_t>(row)];
    if (record.state != OtaState::kPendingVerify || !at.is_ota_slot()) return std::nullopt;
    if (at.subtype != formats::kAppOtaFirst + slot) return std::nullopt;
    return Trial{active, record.sequence};
  }

  // Slots without gap or repetition, one factory and one test app at most: both sides see the same.
  bool sides_agree() const {
    if (core::app_slot_count(rows_) != core::boot_slot_count(rows_)) return false;
    for (const std::uint8_t subtype : {formats::kAppFactory, formats::kAppTest}) {
      const auto count = std::count_if(rows_.begin(), rows_.end(), [&](const PartitionRow& row) {
        return row.is_app() && row.subtype == subtype;
      });
      if (count > 1) return false;
    }
    return true;
  }

  void compare_view(const model::Boot& booted) {
    if (settings_.anti_rollback || !sides_agree() || !has_ota_data()) return;
    ++counts_.views;
    board::EfuseFile fuses(fuses_, 32);
    core::PartitionAccess access(flash_, rows_, false);
    const core::BootSelection selection(access, fuses, *running_, settings_);
    const PartitionRow* view = selection.boot_partition();
    const int first = booted.wrote_initial_record ? booted.started : booted.first_tried;
    ASSERT_NE(view, nullptr);
    EXPECT_EQ(view - rows_.begin(), first) << "boot_partition() and the bootloader's first choice";
  }

  // ---- Changes ----

  void change() {
    board::EfuseFile fuses(fuses_, 32);
    core::PartitionAccess access(flash_, rows_, false);
    core::BootSelection selection(access, fuses, *running_, settings_);
    switch (below(7)) {
      case 0:
      case 1:
        set_boot(selection);
        break;
      case 2:
        if (selection.confirm().ok()) {
          trial_.reset();
          ++counts_.changes["confirm"];
        }
        break;
      case 3:
        if (selection.reject().ok()) ++counts_.changes["reject"];
        break;
      case 4:
        if (selection.erase_inactive_record(false).ok()) ++counts_.changes["forget"];
        break;
      case 5:
        replace_image();
        break;
      default:
        break;  // just a reset
    }
    tell_model();
  }

  void set_boot(core::BootSelection& selection) {
    const auto row = below(static_cast<std::uint32_t>(rows_.size()));
    const std::uint32_t fuses = core::secure_version_of_fuses(fuses_.secure_version_bits, 32);
    if (!rows_[row].is_app() || !selection.set_boot(rows_[row]).ok()) {
      // A slot that is too old was erased.
      const auto& version = model_.rows[row].image.secure_version;
      if (settings_.anti_rollback && rows_[row].is_ota_slot() && version && *version < fuses &&
          model_.rows[row].image.verifies) {
        model_.rows[row].image = {};
      }
      return;
    }
    ++counts_.changes["set_boot"];
    trial_.reset();
    if (rows_[row].is_ota_slot() && sides_agree() && !settings_.anti_rollback) {
      expected_next_ = static_cast<int>(row);
    }
  }

  // Another image in a partition that does not run.
  void replace_image() {
    const auto row = below(static_cast<std::uint32_t>(rows_.size()));
    if (!rows_[row].is_app() || &rows_[row] == running_) return;
    ++counts_.changes["replace"];
    put_random_image(row);
  }

  std::mt19937 random_;
  Counts& counts_;
  support::SparseFlash flash_;
  PartitionRows rows_;
  core::UpdateSettings settings_;
  board::EfuseRecord fuses_;
  model::Board model_;
  const PartitionRow* running_ = nullptr;
  std::optional<int> expected_next_;
  std::optional<Trial> trial_;
};

class BootHistories : public ::testing::TestWithParam<core::OtaDataWriting> {};

TEST_P(BootHistories, AreWhatTheModelAllows) {
  Counts counts;
  for (std::uint32_t seed = 0; seed < 4000 && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    History(seed, GetParam(), counts).run();
  }
  std::printf("%llu boots, %llu started an image, %llu views compared\n",
              static_cast<unsigned long long>(counts.boots),
              static_cast<unsigned long long>(counts.starts),
              static_cast<unsigned long long>(counts.views));
  EXPECT_GT(counts.starts, counts.boots / 2);
  EXPECT_GT(counts.views, 5000U);
  for (const char* change : {"set_boot", "confirm", "reject", "forget", "replace"}) {
    EXPECT_GT(counts.changes[change], 100U) << change;
  }
}

INSTANTIATE_TEST_SUITE_P(Writing,
                         BootHistories,
                         ::testing::Values(core::OtaDataWriting::kInPlace,
                                           core::OtaDataWriting::kCutSafe),
                         [](const auto& test) {
                           return test.param == core::OtaDataWriting::kInPlace ? "InPlace"
                                                                               : "CutSafe";
                         });

}  // namespace
}  // namespace rota
