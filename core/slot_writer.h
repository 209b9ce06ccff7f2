// Bytes into one partition, in order: erase what is needed, program, read back (spec 5.3.3).
//
// Two policies. kReference erases and writes exactly when the reference does. kChecked (default):
//  - an image's first bytes (288 for an app) are held and judged before anything is erased: magic,
//    chip id and revision, description; the old content survives a wrong file;
//  - erases follow the data, in the largest aligned unit, even when a bulk erase was asked for;
//  - a whole sector inside one call that already holds the right bytes, at each of several reads,
//  is
//    left alone;
//  - what was erased and what was written is read back.
// When write() returns its bytes are in flash; only the held first bytes and, on encrypted flash, a
// tail under 16 bytes may wait. Power cut: the partition then holds a prefix of the data and
// nothing that verifies as an image, unless the data were complete.
#pragma once

#include <array>
#include <cstdint>

#include "base/result.h"
#include "core/image_verifier.h"
#include "core/partition_access.h"

namespace rota::core {

enum class SlotWriting : std::uint8_t { kReference, kChecked };

class SlotWriter {
 public:
  // Told once, right before flash is changed for the first time (kChecked).
  class BeforeFirstChange {
   public:
    virtual void about_to_change() = 0;

   protected:
    ~BeforeFirstChange() = default;
  };

  struct Plan {
    const Partition* partition = nullptr;  // where the bytes go; outlives the writer
    formats::PartitionType content = formats::PartitionType::kApp;  // what they will be judged as
    SlotWriting policy = SlotWriting::kChecked;
    ChipIdentity chip;
    bool erase_with_writes = false;      // OTA_WITH_SEQUENTIAL_WRITES
    std::uint32_t bulk_erase_bytes = 0;  // else: erased (or, kChecked, to be erased) up to here
    std::uint32_t start = 0;             // of a resumed transfer
    BeforeFirstChange* before_first_change = nullptr;
  };

  SlotWriter() = default;
  SlotWriter(PartitionAccess& access, const Plan& plan);

  // What the bytes are judged as may change until the first of them arrives.
  void set_content(formats::PartitionType content) { plan_.content = content; }

  // Errors: kFirstByteWrong, those of check_image_fits_chip and kDescriptionMissing (kChecked: all
  // before anything is erased), those of PartitionAccess, kFlashVerifyMismatch (kChecked). After
  // an error the same position can be written again.
  Status write(Bytes bytes);

  // Only for transfers opened with a bulk erase. Errors as above, kSequentialHandle,
  // kInvalidArgument (encrypted flash and not a multiple of 16).
  Status write_at(std::uint32_t offset, Bytes bytes);

  // Writes what waits: the held first bytes and the encryption tail. Errors: kTailNotWritten.
  Status flush();

  // Bytes accounted as written (spec 5.1 wrote_size); held bytes do not count.
  std::uint32_t bytes_written() const { return position_; }
  // Bytes accepted, held ones included.
  std::uint32_t bytes_accepted() const { return position_ + held_bytes_ + tail_bytes_; }
  // The first bytes as they arrived, for naming what they are; up to 288.
  Bytes first_bytes() const { return Bytes(first_).first(first_count_); }

 private:
  std::size_t hold_target() const;
  Status judge_first_byte(Bytes bytes) const;
  Status judge_held() const;
  Status write_through(Bytes bytes);
  Status write_in_units(Bytes bytes);
  Status put(Bytes bytes);
  void announce_change();
  Status erase_for_reference(std::uint32_t bytes);
  Status settle_until(std::uint32_t end);
  Status check_erased(std::uint32_t offset, std::uint32_t bytes) const;
  Status program_checked(std::uint32_t offset, Bytes bytes);
  Result<bool> already_holds(std::uint32_t offset, Bytes bytes) const;
  Result<bool> holds_settled(std::uint32_t offset, Bytes bytes) const;

  PartitionAccess* access_ = nullptr;
  Plan plan_;
  std::uint32_t position_ = 0;
  std::uint32_t settled_until_ = 0;  // kChecked: erased or found right up to here
  std::uint32_t held_bytes_ = 0;
  bool judged_ = false;
  std::uint32_t first_count_ = 0;
  std::array<std::byte, formats::kImagePreambleBytes> first_{};
  std::uint32_t tail_bytes_ = 0;
  std::array<std::byte, 16> tail_{};
};

}  // namespace rota::core
