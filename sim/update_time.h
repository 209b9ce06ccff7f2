// How long an update takes, in virtual time: the real core writes a real image to the NOR chip
// while a link delivers it, and each of them takes its time. A computation, so the same on every
// machine.
//
// The link sends at a steady rate as long as the device's receive window has room; what arrived
// while the chip was busy waits there. The device reads from the window, writes, verifies twice (at
// the end of the download, and again before it switches) and switches.
#pragma once

#include <cstdint>

#include "board/chip/nor_chip.h"

namespace rota::sim {

struct DeviceProfile {
  board::ChipTiming flash;
  std::uint32_t read_bytes_per_ms = 0;
  std::uint32_t hash_bytes_per_ms = 0;
  std::uint32_t window_bytes = 0;  // of the TCP connection
};

// A 4 MB chip of the W25Q32 kind at 40 MHz with four data lines, typical times of its data sheet
// (sector 45 ms, 32 KB 120 ms, 64 KB 150 ms, page 0.4 ms), read at 20 MB/s; SHA-256 at 8 MB/s,
// which the slowest chips of the family reach with their hardware; a receive window of 16 KB.
inline constexpr DeviceProfile kTypicalDevice{
    {45'000, 120'000, 150'000, 400}, 20'000, 8'000, 16'384};

enum class Strategy : std::uint8_t {
  kOurs,                 // erases with the data, in the largest unit
  kReferenceBulk,        // erases the announced size first
  kReferenceSequential,  // erases each sector when its first byte comes
  kNaive,                // like that, and the link waits while the chip works
};

struct UpdateTime {
  bool done = false;  // the image was written, verified and chosen
  std::uint64_t total_us = 0;
  std::uint64_t bound_us = 0;  // max(download, flash work) + two verifications
  std::uint64_t download_us = 0;
  std::uint64_t flash_work_us = 0;    // erase in the largest units, program; nothing else
  std::uint64_t verification_us = 0;  // one
};

UpdateTime time_update(const DeviceProfile& device,
                       std::uint32_t link_bytes_per_ms,
                       std::uint32_t image_bytes,
                       Strategy strategy);

}  // namespace rota::sim
