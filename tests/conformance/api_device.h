// A device for the recorded API traces: a NOR chip in memory, the board's bootloader in front of
// it, and ESP-IDF's C functions above it. A boot makes a new idf::Runtime, as a reset on a chip
// does; what runs is the shipped code from the C interface down to the chip.
//
// The recordings hold no bootloader in flash (their boots were function calls), and traces write to
// that place. So the boot reads its settings through a view that shows a bootloader image there.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "board/chip/efuse_file.h"
#include "board/chip/nor_chip.h"
#include "crypto/sha256.h"
#include "formats/bootloader_settings.h"
#include "idf/platform.h"
#include "idf/runtime.h"

namespace rota::conformance {

// What the recordings call `cfg` and `enc`.
struct DeviceConfiguration {
  bool rollback = false;
  bool anti_rollback = false;
  bool reports_encryption = false;
};

// A program that ended by esp_restart().
struct RestartRequested {};

// Counts flash calls, and loses power in the one that a trace names: an erase does nothing then, a
// program stores its first bytes.
class CuttableFlash final : public core::Flash {
 public:
  explicit CuttableFlash(board::NorChip& chip) : chip_(chip) {}
  void cut_power_in_call(std::uint64_t call, std::uint32_t bytes_done);
  void forget_cut() { calls_until_cut_ = 0; }

  Status read(core::FlashAddress from, MutableBytes into) override;
  Status program(core::FlashAddress to, Bytes bytes) override;
  Status erase(core::FlashRange range) override;
  const core::FlashGeometry& geometry() const override { return chip_.geometry(); }

  // The lowest address that changed since the last call of this function; none: nothing did.
  std::optional<std::uint32_t> take_lowest_change();

 private:
  bool is_cut_now();
  void note_change(std::uint32_t address);

  board::NorChip& chip_;
  std::uint64_t calls_until_cut_ = 0;
  std::uint32_t bytes_done_ = 0;
  std::optional<std::uint32_t> lowest_change_;
};

// SHA-256 over the whole chip; the digest's state is kept at every few blocks, so that a change
// late in the chip costs only what follows it.
class ChipDigest {
 public:
  explicit ChipDigest(Bytes cells) : cells_(cells) {}
  // The first 16 hex digits. `lowest_change`: where cells differ from those of the last call.
  std::string text(std::uint32_t lowest_change);

 private:
  static constexpr std::uint32_t kStrideBytes = 0x4000;
  Bytes cells_;
  std::vector<crypto::Sha256> states_;  // of the first i strides
};

class Device final : private idf::Platform {
 public:
  Device(std::uint32_t flash_bytes, const DeviceConfiguration& configuration);
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  ~Device();

  // Before the first boot: bytes as they are in the image of the chip.
  void put(std::uint32_t at, Bytes bytes);

  // A reset: what ran is gone. The label of the partition whose image runs now, or nothing.
  std::optional<std::string> boot();
  // What ran is gone; nothing runs.
  void stop() { runtime_.reset(); }
  bool is_running() const { return runtime_ != nullptr; }

  CuttableFlash& cuttable() { return flash_; }
  bool has_power() const { return chip_.chip.is_on(); }
  void power_on() { chip_.chip.power_on(); }

  std::string digest();
  std::uint32_t fuse_bits() const { return fuse_record_.secure_version_bits; }
  void set_fuse_bits(std::uint32_t bits) { fuse_record_.secure_version_bits = bits; }
  Bytes cells() const { return chip_.chip.cells(); }

 private:
  // Fuses are burned by the same power supply.
  class Fuses final : public core::EFuses {
   public:
    Fuses(board::EfuseRecord& record, const board::NorChip& chip)
        : file_(record, 32), chip_(chip) {}
    std::uint32_t secure_version_bits() const override { return file_.secure_version_bits(); }
    Status burn_secure_version_bits(std::uint32_t bits) override;
    std::uint8_t revoked_key_slots() const override { return file_.revoked_key_slots(); }
    Status revoke_key_slot(unsigned slot) override { return file_.revoke_key_slot(slot); }

   private:
    board::EfuseFile file_;
    const board::NorChip& chip_;
  };

  core::Flash& flash() override { return flash_; }
  core::EFuses& efuses() override { return fuses_; }
  const core::ChipIdentity& chip() const override { return identity_; }
  std::uint32_t table_offset() const override { return 0x8000; }
  core::FlashAddress running_image() const override { return running_image_; }
  std::span<const std::uint8_t, 6> mac_address() const override { return mac_; }
  idf::ResetReason reset_reason() const override { return idf::ResetReason::kPowerOn; }
  std::span<std::byte> retained_memory() override { return retained_; }
  int pin_level(int, bool pull_up) override { return pull_up ? 1 : 0; }
  void drive_pin(int, int) override {}
  void write_console(std::string_view) override {}
  std::uint64_t time_us() override { return 0; }
  [[noreturn]] void restart(idf::ResetReason, std::uint64_t) override { throw RestartRequested{}; }

  board::MemoryChip chip_;
  CuttableFlash flash_;
  ChipDigest digest_;
  std::string last_digest_;
  board::EfuseRecord fuse_record_;
  Fuses fuses_;
  core::ChipIdentity identity_;
  core::FlashAddress running_image_;
  std::array<std::byte, formats::kBootloaderImageMaxBytes> bootloader_{};
  std::size_t bootloader_bytes_ = 0;
  std::array<std::uint8_t, 6> mac_{};
  std::array<std::byte, 4096> retained_{};
  std::unique_ptr<idf::Runtime> runtime_;
};

}  // namespace rota::conformance
