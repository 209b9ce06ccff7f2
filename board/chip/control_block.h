// What the supervisor and the app process of one boot share besides the board's files: a lock
// around the chip, the power, what the bootloader found, and the app's last words. It lives in an
// anonymous file (memfd) that the app inherits.
//
// The lock is robust: a process that dies with it in hand, as an app does at a planned power cut,
// leaves it to the next one. The power never comes back within one boot.
#pragma once

#include <pthread.h>

#include <array>
#include <atomic>
#include <cstdint>

#include "board/chip/board_state.h"
#include "board/chip/nor_chip.h"

namespace rota::board {

// How an app experiences the time that the chip is busy.
enum class FlashTime : std::uint32_t {
  kOff = 0,        // not counted
  kAccounted = 1,  // counted in state.bin, not waited for
  kSlept = 2,      // counted and waited for
};

// Descriptors that every app process inherits, by number.
inline constexpr int kControlFile = 3;
inline constexpr int kFlashFile = 4;
inline constexpr int kEfuseFile = 5;
inline constexpr int kStateFile = 6;
inline constexpr int kFilesFolder = 7;  // a folder for the app's file systems, or no folder at all
inline constexpr int kRecordingFile = 8;  // only while the run is recorded
inline constexpr int kAuthoritiesFile = 9;  // certificates that the person names, if any
inline constexpr int kFirstFreeFile = 10;
// Present in the environment of an app process; its value is "1".
inline constexpr const char* kAppMarker = "ROTA_BOARD_APP";

// Exit codes of an app process.
inline constexpr int kExitAskedForReset = 75;  // the control block says which
inline constexpr int kExitCouldNotAttach = 76;

struct ControlBlock {
  static constexpr std::uint32_t kMagic = 0x41544F52;
  static constexpr std::uint32_t kVersion = 1;

  std::uint32_t magic = kMagic;
  std::uint32_t version = kVersion;
  pthread_mutex_t chip_lock;
  std::atomic<std::uint32_t> power_is_on{0};

  // The board and what its bootloader chose; written before the app starts.
  std::uint32_t flash_bytes = 0;
  ChipTiming timing;
  FlashTime flash_time = FlashTime::kAccounted;
  std::uint16_t chip_id = 0;
  std::uint16_t chip_revision = 0;
  std::uint16_t efuse_block_revision = 0;
  std::array<std::uint8_t, 6> mac{};
  std::uint32_t table_offset = 0;
  std::uint32_t running_image_start = 0;
  std::uint32_t running_image_bytes = 0;
  ResetReason reset_reason = ResetReason::kUnknown;
  std::int64_t boot_began_ns = 0;  // CLOCK_MONOTONIC

  // The app's last words, written before it exits with kExitAskedForReset.
  std::atomic<std::int32_t> asked_reason{0};
  std::atomic<std::uint64_t> asked_sleep_us{0};

  // 1: the app finds the recording of this run at kRecordingFile.
  std::uint32_t is_recorded = 0;

  // Makes the lock usable by several processes. Call once, when the block is created.
  ControlBlock();
  ControlBlock(const ControlBlock&) = delete;
  ControlBlock& operator=(const ControlBlock&) = delete;

  bool is_sound() const { return magic == kMagic && version == kVersion; }

  // Waits for the chip. If its last owner died with it in hand, the lock is made whole again: the
  // chip's bytes are valid after any cut, that is the power contract.
  void lock_chip();
  void unlock_chip();
};

// Holds the chip while it lives.
class ChipLock {
 public:
  explicit ChipLock(ControlBlock& block) : block_(block) { block_.lock_chip(); }
  ~ChipLock() { block_.unlock_chip(); }
  ChipLock(const ChipLock&) = delete;
  ChipLock& operator=(const ChipLock&) = delete;

 private:
  ControlBlock& block_;
};

}  // namespace rota::board
