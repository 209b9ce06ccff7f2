// A board in memory for the tests of this folder: flash, eFuses, pins, a clock that only moves when
// nobody runs, and a console that can be read. Not a test by itself.
//
// Two ways to use it. Calls of the face from the test's own thread:
//
//   PlatformForTest board;
//   board.put_image("factory", {});
//   board.run_from("factory");
//   Runtime boot(board);
//   EXPECT_EQ(esp_ota_begin(...), ESP_OK);
//
// or a whole app with tasks: board.run([] { xTaskCreate(...); });
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "board/bootloader/bootloader.h"
#include "board/chip/nor_chip.h"
#include "formats/app_image.h"
#include "formats/ota_data.h"
#include "formats/partition_table.h"
#include "idf/config.h"
#include "idf/platform.h"

namespace rota::idf {

// What config() answers in a test program. A new PlatformForTest sets it to the defaults; a test
// changes it before the boot begins.
Config& config_for_test();

// Fuses in memory; a burn can be made to fail.
class EFusesForTest final : public core::EFuses {
 public:
  std::uint32_t secure_version_bits() const override { return secure_version; }
  Status burn_secure_version_bits(std::uint32_t bits) override;
  std::uint8_t revoked_key_slots() const override { return revoked_keys; }
  Status revoke_key_slot(unsigned slot) override;

  std::uint32_t secure_version = 0;
  std::uint8_t revoked_keys = 0;
  bool burns_fail = false;
};

// An image that verifies on the board, unless the recipe makes it wrong on purpose.
struct ImageRecipe {
  std::string version = "1.0.0";
  std::uint32_t secure_version = 0;
  std::size_t payload_bytes = 20000;  // of the second segment; content differs by version
  std::uint8_t spi_flash_mode = 3;
  std::optional<std::uint16_t> chip_id = std::nullopt;  // default: the board's chip
  std::uint16_t min_chip_revision = 0;
  std::uint16_t max_chip_revision = 65535;
  bool digest = true;
  // Followed by a block of Secure Boot v2 with the image's digest, or of v1; its signature is no
  // real one.
  bool signature_block = false;
  unsigned signature_version = 2;  // of the block: 2 RSA, 3 ECDSA, 0 Secure Boot v1
  unsigned signature_place = 0;    // of the three in their sector
};

class PlatformForTest final : public Platform {
 public:
  // The chip is an ESP32, the flash holds a bootloader and the table of the tutorial: nvs, otadata,
  // phy_init, factory, ota_0, ota_1, and a data partition "storage" of 64 KiB.
  explicit PlatformForTest(std::uint32_t flash_bytes = 4U << 20U);

  // ---- Before and between boots ----
  void put_table(const formats::PartitionRows& rows, bool with_md5 = true);
  static formats::PartitionRow row(std::string_view label,
                                   formats::PartitionType type,
                                   std::uint8_t subtype,
                                   std::uint32_t offset,
                                   std::uint32_t size);
  static formats::PartitionRows tutorial_table();
  void put_bootloader(const formats::BootloaderSettings& settings);
  void put(std::uint32_t address, Bytes bytes);
  void put_image(std::string_view label, const ImageRecipe& recipe);
  std::vector<std::byte> make_image(const ImageRecipe& recipe) const;
  void put_records(const formats::OtaRecord& first, const formats::OtaRecord& second);
  static formats::OtaRecord record(std::uint32_t sequence, formats::OtaState state);
  void run_from(std::string_view label);
  // Asks the board's bootloader; returns the label of what it starts, "" when nothing starts.
  std::string reset(ResetReason reason = ResetReason::kSoftware);

  // Arms a power cut in the chip; afterwards every operation fails until power_on().
  void plan_cut(const board::CutPlan& plan) { memory_.chip.plan_cut(plan); }
  void power_on() { memory_.chip.power_on(); }

  // Runs a program as app_main of one boot. Returns the reason of the restart that ended the boot;
  // nullopt: it ended because nothing was left to happen.
  std::optional<ResetReason> run(std::function<void()> app_main);

  // ---- What can be seen ----
  formats::PartitionRow partition(std::string_view label) const;
  Bytes bytes_of(std::string_view label) const;
  bool is_erased(std::string_view label) const;
  formats::OtaRecords records() const;
  bool console_has(std::string_view text) const { return console.find(text) != std::string::npos; }
  const board::NorState& flash_state() const { return memory_.state; }

  std::string console;
  EFusesForTest fuses;
  core::ChipIdentity identity;
  std::map<int, int> outside_levels;  // pins driven from outside
  std::map<int, int> driven_levels;   // pins driven by the program
  std::optional<ResetReason> restarted;
  std::uint64_t now_us = 0;
  // The next operation of this kind fails with this error, once.
  std::optional<Error> next_program_fails;
  std::optional<Error> next_erase_fails;
  // The clock moves while the chip is busy, by typical times of a data sheet.
  bool flash_takes_time = false;

  // ---- Platform ----
  core::Flash& flash() override { return flash_; }
  core::EFuses& efuses() override { return fuses; }
  const core::ChipIdentity& chip() const override { return identity; }
  std::uint32_t table_offset() const override { return formats::kDefaultTableOffset; }
  core::FlashAddress running_image() const override { return running_; }
  std::span<const std::uint8_t, 6> mac_address() const override { return mac_; }
  ResetReason reset_reason() const override { return reset_reason_; }
  std::span<std::byte> retained_memory() override { return retained_; }
  int pin_level(int pin, bool pull_up) override;
  void drive_pin(int pin, int level) override { driven_levels[pin] = level; }
  void write_console(std::string_view text) override { console += text; }
  // Made at the first use, gone with the board.
  std::string files_folder() override;
  std::uint64_t time_us() override { return now_us; }
  bool skip_idle_time(std::uint64_t time_us) override;
  [[noreturn]] void restart(ResetReason reason, std::uint64_t sleep_us) override;

 private:
  // The chip with failures on demand.
  class FailingFlash final : public core::Flash {
   public:
    explicit FailingFlash(PlatformForTest& board) : board_(board) {}
    Status read(core::FlashAddress from, MutableBytes into) override;
    Status program(core::FlashAddress to, Bytes bytes) override;
    Status erase(core::FlashRange range) override;
    const core::FlashGeometry& geometry() const override;

   private:
    template <class Operation>
    Status operate(std::optional<Error>& next_fails, Operation operation);

    PlatformForTest& board_;
  };

  board::MemoryChip memory_;
  FailingFlash flash_{*this};
  formats::PartitionRows rows_;
  struct Folder {
    std::string path;
    ~Folder();
  };
  Folder files_;
  core::FlashAddress running_;
  ResetReason reset_reason_ = ResetReason::kPowerOn;
  std::array<std::byte, 4096> retained_{};
  std::array<std::uint8_t, 6> mac_{0x24, 0x6F, 0x28, 0x01, 0x02, 0x03};
};

}  // namespace rota::idf
