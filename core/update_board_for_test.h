// A chip with a table, images and the update objects over it: what core's tests of updates start
// from. Bytes of the chip can be looked at and changed behind the objects' backs.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "board/chip/nor_chip.h"
#include "core/app_update.h"
#include "core/boot_selection.h"
#include "core/partition_access.h"
#include "core/update_settings.h"
#include "crypto/sha256.h"
#include "formats/chips.h"

namespace rota::core {

struct ImageForTest {
  std::string version = "1.0.0";
  std::uint32_t secure_version = 0;
  std::size_t payload_bytes = 9000;
  std::uint8_t fill = 0x5A;
  bool has_digest = true;
  bool has_description = true;
  std::uint16_t chip_id = 0;
  std::uint16_t min_chip_revision = 0;
  std::uint8_t spi_flash_mode = 3;
  std::uint8_t segment_count = 2;

  std::vector<std::byte> build() const;
};

// A bootloader image: no app description, its digest is not looked at.
std::vector<std::byte> bootloader_for_test();

class FusesForTest final : public EFuses {
 public:
  std::uint32_t secure_version_bits() const override { return bits; }
  Status burn_secure_version_bits(std::uint32_t more) override {
    if (burns_fail) return Error::kEfuseBurnFailed;
    bits |= more;
    return {};
  }
  std::uint8_t revoked_key_slots() const override { return 0; }
  Status revoke_key_slot(unsigned) override { return Error::kEfuseBurnFailed; }

  std::uint32_t bits = 0;
  bool burns_fail = false;
};

// Passes everything on; one call may fail, once, before it did anything.
class FlashForTest final : public Flash {
 public:
  explicit FlashForTest(Flash& chip) : chip_(chip) {}

  // The n-th call from now on, from 1; 0: none.
  void fail_call(int number) { calls_until_failure_ = number; }
  bool has_failed() const { return calls_until_failure_ < 0; }

  Status read(FlashAddress from, MutableBytes into) override {
    return fails_now() ? Status{Error::kFlashReadFailed} : chip_.read(from, into);
  }
  Status program(FlashAddress to, Bytes bytes) override {
    return fails_now() ? Status{Error::kFlashProgramFailed} : chip_.program(to, bytes);
  }
  Status erase(FlashRange range) override {
    return fails_now() ? Status{Error::kFlashEraseFailed} : chip_.erase(range);
  }
  const FlashGeometry& geometry() const override {
    return own_geometry ? *own_geometry : chip_.geometry();
  }

  std::optional<FlashGeometry> own_geometry;

 private:
  bool fails_now() {
    if (calls_until_failure_ > 0 && --calls_until_failure_ == 0) {
      calls_until_failure_ = -1;
      return true;
    }
    return false;
  }

  Flash& chip_;
  int calls_until_failure_ = 0;
};

class UpdateBoardForTest {
 public:
  static constexpr std::uint32_t kSlotBytes = 0x20000;

  // The factory image runs. `encrypted`: the device reports flash encryption.
  explicit UpdateBoardForTest(bool encrypted = false);

  // The objects of a new boot from this partition. Settings are read now.
  void boot(std::string_view label);

  const Partition& partition(std::string_view label) const;
  void put(std::string_view label, Bytes bytes, std::uint32_t offset = 0);
  std::vector<std::byte> read(std::string_view label,
                              std::uint32_t bytes,
                              std::uint32_t offset = 0) const;
  bool is_blank(std::string_view label, std::uint32_t offset, std::uint32_t bytes) const;
  void put_record(int sector, std::uint32_t sequence, formats::OtaState state);
  formats::OtaRecord record(int sector) const;

  // begin(), write() in pieces, end(); the first error.
  Status install(std::string_view label, Bytes image, std::size_t piece = 4096);

  std::uint64_t erases() const { return chip.state.erase_count; }
  std::uint64_t programs() const { return chip.state.program_count; }

  board::MemoryChip chip{0x100000};
  FlashForTest flash{chip.chip};
  FusesForTest fuses;
  UpdateSettings settings;
  formats::PartitionRows rows;
  std::optional<PartitionAccess> access;
  std::optional<BootSelection> selection;
  std::optional<AppUpdate> update;

 private:
  void add_row(formats::PartitionType type,
               std::uint8_t subtype,
               std::uint32_t offset,
               std::uint32_t size,
               std::string_view label);

  bool encrypted_;
};

inline std::vector<std::byte> ImageForTest::build() const {
  std::vector<std::byte> image;
  const auto append = [&image](Bytes bytes) {
    image.insert(image.end(), bytes.begin(), bytes.end());
  };
  formats::ImageHeader header;
  header.segment_count = segment_count;
  header.chip_id = chip_id;
  header.min_chip_revision = min_chip_revision;
  header.digest_appended = has_digest ? 1 : 0;
  append(formats::encode(header));

  formats::AppDescription description;
  description.secure_version = secure_version;
  description.spi_flash_mode = spi_flash_mode;
  if (!has_description) description.magic = 0;
  formats::set_text(description.version_field, version);
  const auto text = formats::encode(description);
  const std::vector<std::byte> payload(payload_bytes / 4 * 4, std::byte{fill});
  append(formats::encode(formats::SegmentHeader{0x3F400020, formats::kAppDescriptionBytes}));
  append(text);
  append(formats::encode(
      formats::SegmentHeader{0x3FFB0000, static_cast<std::uint32_t>(payload.size())}));
  append(payload);

  auto checksum = std::byte{formats::kChecksumSeed};
  for (const std::byte byte : text) checksum ^= byte;
  for (const std::byte byte : payload) checksum ^= byte;
  image.resize(align_up(static_cast<std::uint32_t>(image.size()) + 1, 16));
  image.back() = checksum;
  if (has_digest) append(crypto::sha256(image));
  return image;
}

inline std::vector<std::byte> bootloader_for_test() {
  std::vector<std::byte> image =
      ImageForTest{.has_digest = false, .has_description = false}.build();
  return image;
}

inline UpdateBoardForTest::UpdateBoardForTest(bool encrypted) : encrypted_(encrypted) {
  using formats::PartitionType;
  settings.chip.facts = formats::find_chip("esp32");
  settings.chip.revision = 300;
  add_row(PartitionType::kBootloader, 0, 0x1000, 0x7000, "bootloader");
  add_row(PartitionType::kPartitionTable, 0, 0x8000, 0x1000, "table");
  add_row(PartitionType::kData, formats::kDataNvs, 0x9000, 0x4000, "nvs");
  add_row(PartitionType::kData, formats::kDataOta, 0xD000, 0x2000, "otadata");
  add_row(PartitionType::kApp, formats::kAppFactory, 0x10000, kSlotBytes, "factory");
  add_row(PartitionType::kApp, formats::kAppOtaFirst, 0x30000, kSlotBytes, "ota_0");
  add_row(PartitionType::kApp, formats::kAppOtaFirst + 1, 0x50000, kSlotBytes, "ota_1");
  add_row(PartitionType::kApp, formats::kAppTest, 0x70000, kSlotBytes, "test");
  add_row(PartitionType::kData, formats::kDataUndefined, 0x90000, 0x10000, "storage");
  add_row(PartitionType::kData, formats::kDataUndefined, 0xA0000, 0x4000, "fixed");
  rows[rows.size() - 1].readonly = true;
  put("factory", ImageForTest{.version = "factory"}.build());
  boot("factory");
}

inline void UpdateBoardForTest::add_row(formats::PartitionType type,
                                        std::uint8_t subtype,
                                        std::uint32_t offset,
                                        std::uint32_t size,
                                        std::string_view label) {
  Partition row;
  row.type = type;
  row.subtype = subtype;
  row.offset = offset;
  row.size = size;
  row.encrypted = encrypted_ && (row.is_app() || subtype == formats::kDataOta);
  std::copy(label.begin(), label.end(), row.label_storage.begin());
  static_cast<void>(rows.push_back(row));
}

inline void UpdateBoardForTest::boot(std::string_view label) {
  const Partition& running = partition(label);
  update.reset();
  selection.reset();
  access.emplace(flash, rows, encrypted_);
  access->protection().running = range_of(running);
  access->protection().protected_below = 0x8C00;
  selection.emplace(*access, fuses, running, settings);
  update.emplace(*access, *selection, running, settings);
}

inline const Partition& UpdateBoardForTest::partition(std::string_view label) const {
  const Partition* found =
      find_partition(rows, formats::PartitionType::kAny, formats::kSubtypeAny, label);
  ROTA_ASSERT(found != nullptr);
  return *found;
}

inline void UpdateBoardForTest::put(std::string_view label, Bytes bytes, std::uint32_t offset) {
  std::copy(bytes.begin(), bytes.end(), chip.cells.begin() + partition(label).offset + offset);
}

inline std::vector<std::byte> UpdateBoardForTest::read(std::string_view label,
                                                       std::uint32_t bytes,
                                                       std::uint32_t offset) const {
  const auto start = chip.cells.begin() + partition(label).offset + offset;
  return {start, start + bytes};
}

inline bool UpdateBoardForTest::is_blank(std::string_view label,
                                         std::uint32_t offset,
                                         std::uint32_t bytes) const {
  const auto start = chip.cells.begin() + partition(label).offset + offset;
  return std::all_of(start, start + bytes, [](std::byte byte) { return byte == std::byte{0xFF}; });
}

inline void UpdateBoardForTest::put_record(int sector,
                                           std::uint32_t sequence,
                                           formats::OtaState state) {
  formats::OtaRecord record = formats::OtaRecord::blank();
  record.sequence = sequence;
  record.state = state;
  record.check = formats::ota_check(sequence);
  put("otadata", formats::encode(record), static_cast<std::uint32_t>(sector) * kSectorBytes);
}

inline formats::OtaRecord UpdateBoardForTest::record(int sector) const {
  const auto bytes =
      read("otadata", formats::kOtaRecordBytes, static_cast<std::uint32_t>(sector) * kSectorBytes);
  return formats::decode_ota_record(Bytes(bytes).first<formats::kOtaRecordBytes>());
}

inline Status UpdateBoardForTest::install(std::string_view label, Bytes image, std::size_t piece) {
  const auto handle = update->begin(partition(label), kUpdateSequentialWrites);
  ROTA_TRY(handle);
  while (!image.empty()) {
    const std::size_t count = std::min(piece, image.size());
    const Status written = update->write(*handle, image.first(count));
    if (!written.ok()) {
      static_cast<void>(update->abort(*handle));
      return written;
    }
    image = image.subspan(count);
  }
  return update->end(*handle);
}

}  // namespace rota::core
