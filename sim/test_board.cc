#include "sim/test_board.h"

#include <algorithm>

#include "crypto/sha256.h"
#include "formats/app_image.h"
#include "formats/bootloader_settings.h"
#include "formats/ota_data.h"
#include "sim/random.h"

namespace rota::sim {

using core::kSectorBytes;
using formats::PartitionRow;
using formats::PartitionType;

namespace {

constexpr std::uint32_t kOtaDataAt = 0x9000;
constexpr std::uint32_t kNvsAt = 0xB000;
constexpr std::uint32_t kAppsAt = 0xD000;
constexpr std::uint32_t kBlockBytes = 0x10000;

// A chip for this width of the secure version. (Of those with 9 bits the bootloader starts only
// images with two segments that run from flash, which need slots of 64 KB.)
std::string_view chip_with_width(std::uint8_t width) {
  switch (width) {
    case 4:
      return "esp32c2";
    case 9:
    case 16:
      return "esp32c3";
    default:
      return "esp32";
  }
}

PartitionRow row(PartitionType type,
                 std::uint8_t subtype,
                 std::uint32_t offset,
                 std::uint32_t size,
                 std::string_view label) {
  PartitionRow made;
  made.type = type;
  made.subtype = subtype;
  made.offset = offset;
  made.size = size;
  std::copy_n(label.begin(), std::min<std::size_t>(label.size(), 16), made.label_storage.begin());
  return made;
}

}  // namespace

std::string name_of(const Configuration& configuration) {
  std::string name = configuration.stock_bootloader ? "stock" : "ours";
  name += configuration.records == core::OtaDataWriting::kInPlace ? "/in-place" : "/cut-safe";
  switch (configuration.rollback) {
    case Rollback::kOff:
      name += "/no-rollback";
      break;
    case Rollback::kOn:
      name += "/rollback";
      break;
    case Rollback::kWithAntiRollback:
      name += "/anti-" + std::to_string(configuration.secure_version_width);
      break;
  }
  name += configuration.has_factory ? "/factory" : "/no-factory";
  name += "/" + std::to_string(configuration.slots);
  if (configuration.layout != nullptr) {
    return name + "/own-table-" + std::to_string(configuration.layout->update_bytes);
  }
  if (configuration.has_real_size()) name += "x" + std::to_string(configuration.image_sectors);
  return name;
}

std::vector<std::byte> make_app_image(const formats::ChipFacts& chip,
                                      ImageId id,
                                      std::uint32_t target_bytes) {
  formats::AppDescription description;
  description.secure_version = TestBoard::secure_version_of(id);
  formats::set_text(description.version_field, name_of(id));
  formats::set_text(description.project_name_field, "sweep");

  // Header, one segment that loads nothing, checksum block, digest.
  const std::uint32_t data_bytes = (target_bytes - 24 - 8 - 16 - 32) / 4 * 4;
  formats::ImageHeader header;
  header.chip_id = static_cast<std::uint16_t>(chip.id);
  header.segment_count = 1;
  header.spi_size = 2;
  std::vector<std::byte> image;
  const auto append = [&image](Bytes bytes) {
    image.insert(image.end(), bytes.begin(), bytes.end());
  };
  append(formats::encode(header));
  append(formats::encode(formats::SegmentHeader{0, data_bytes}));
  const std::size_t data_at = image.size();
  append(formats::encode(description));
  while (image.size() < data_at + data_bytes) {
    image.push_back(static_cast<std::byte>(mix(static_cast<std::uint64_t>(id) + 1, image.size())));
  }
  auto checksum = std::byte{formats::kChecksumSeed};
  for (std::size_t i = data_at; i < image.size(); ++i) checksum ^= image[i];
  image.resize(image.size() + 15 - image.size() % 16);
  image.push_back(checksum);
  append(crypto::sha256(image));
  return image;
}

std::uint32_t TestBoard::secure_version_of(ImageId id) {
  switch (id) {
    case ImageId::kVersion5:
      return 4;
    case ImageId::kVersion4:
      return 3;
    case ImageId::kVersion3:
    case ImageId::kFailsSelfTest:
    case ImageId::kPanics:
    case ImageId::kHangs:
      return 2;
    default:
      return 1;
  }
}

TestBoard::TestBoard(const Configuration& configuration)
    : configuration_(configuration), has_factory_(configuration.has_factory) {
  chip_.facts = formats::find_chip(chip_with_width(configuration.secure_version_width));
  settings_.rollback = configuration.rollback != Rollback::kOff;
  settings_.anti_rollback = configuration.rollback == Rollback::kWithAntiRollback;
  settings_.secure_version_width = configuration.secure_version_width;
  settings_.ota_data_writing = configuration.records;
  settings_.slot_writing = configuration.slot_writing;
  settings_.chip = chip_;
  make_table();
  find_rows();
  make_images();
}

void TestBoard::find_rows() {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const core::Partition& row = rows_[i];
    if (row.is_ota_slot()) slot_rows_[row.subtype - formats::kAppOtaFirst] = i;
    if (row.is_app()) {
      if (row.subtype == formats::kAppFactory) factory_row_ = i;
    } else if (row.subtype == formats::kDataOta) {
      ota_data_row_ = i;
    } else if (row.subtype == formats::kDataNvs && row.size >= 2 * kSectorBytes) {
      nvs_row_ = i;
    }
    flash_bytes_ = std::max(flash_bytes_, row.end());
  }
}

void TestBoard::make_table() {
  if (configuration_.layout != nullptr) {
    rows_ = configuration_.layout->rows;
    table_offset_ = configuration_.layout->table_offset;
    return;
  }
  const std::uint32_t unit = configuration_.has_real_size() ? kBlockBytes : kSectorBytes;
  const std::uint32_t slot_bytes =
      align_up((configuration_.image_sectors + 1U) * kSectorBytes, unit);
  bool fits =
      rows_.push_back(row(PartitionType::kData, formats::kDataOta, kOtaDataAt, 0x2000, "otadata"));
  fits =
      rows_.push_back(row(PartitionType::kData, formats::kDataNvs, kNvsAt, 0x2000, "nvs")) && fits;
  std::uint32_t at = align_up(kAppsAt, unit);
  if (has_factory_) {
    fits = rows_.push_back(
               row(PartitionType::kApp, formats::kAppFactory, at, slot_bytes, "factory")) &&
           fits;
    at += slot_bytes;
  }
  for (unsigned i = 0; i < configuration_.slots; ++i) {
    fits = rows_.push_back(row(PartitionType::kApp,
                               static_cast<std::uint8_t>(formats::kAppOtaFirst + i), at, slot_bytes,
                               "ota_" + std::to_string(i))) &&
           fits;
    at += slot_bytes;
  }
  ROTA_ASSERT(fits);
}

std::uint32_t TestBoard::bytes_of_image(ImageId id) const {
  const auto more = static_cast<std::uint32_t>(id) * 16;
  if (configuration_.layout == nullptr) {
    return (configuration_.image_sectors - 1U) * kSectorBytes + 1200 + more;
  }
  const BoardLayout& layout = *configuration_.layout;
  if (id == ImageId::kVersion5) return layout.next_update_bytes;
  return id <= ImageId::kVersion2 ? layout.installed_bytes : layout.update_bytes;
}

void TestBoard::make_images() {
  for (std::size_t id = 1; id < kImageCount; ++id) {
    const std::uint32_t bytes = bytes_of_image(static_cast<ImageId>(id));
    images_[id] = make_app_image(*chip_.facts, static_cast<ImageId>(id), bytes);
    std::vector<std::byte> padded = images_[id];
    padded.resize(align_up(static_cast<std::uint32_t>(padded.size()), kSectorBytes),
                  std::byte{0xFF});
    for (std::size_t at = 0; at < padded.size(); at += kSectorBytes) {
      sector_hashes_[id].push_back(hash_of(padded.data() + at));
    }
  }
}

void TestBoard::write_bootloader(FaultyChip& chip, bool with_rollback) const {
  formats::ImageHeader header;
  header.chip_id = static_cast<std::uint16_t>(chip_.facts->id);
  header.spi_size = 4;  // 16 MB: as much as the largest of the matrix
  while (header.spi_size < 7 && (1U << 20U << header.spi_size) < flash_bytes_) ++header.spi_size;
  formats::BootloaderSettings settings;
  settings.rollback = with_rollback;
  settings.anti_rollback = settings_.anti_rollback;
  settings.secure_version_width = settings_.secure_version_width;
  settings.cut_safe_records = !configuration_.stock_bootloader;
  settings.table_offset = table_offset_;
  std::array<std::byte, formats::kBootloaderImageMaxBytes> bootloader{};
  const std::size_t length = formats::write_bootloader_image(header, {}, settings, bootloader);
  chip.put(chip_.facts->bootloader_offset, Bytes(bootloader).first(length));
}

void TestBoard::write_base(FaultyChip& chip) const {
  write_bootloader(chip, settings_.rollback);
  std::array<std::byte, formats::kTableBytes> table{};
  const Status encoded = formats::write_table(rows_, true, table);
  ROTA_ASSERT(encoded.ok());
  chip.put(table_offset_, table);
  if (has_factory_) write_image(chip, *factory(), ImageId::kFactory);
}

void TestBoard::write_image(FaultyChip& chip, const core::Partition& partition, ImageId id) const {
  chip.put(partition.offset, image(id));
}

void TestBoard::write_record(FaultyChip& chip,
                             int sector,
                             std::uint32_t sequence,
                             formats::OtaState state) const {
  formats::OtaRecord record = formats::OtaRecord::blank();
  record.sequence = sequence;
  record.state = state;
  record.check = formats::ota_check(sequence);
  chip.put(ota_data().offset + static_cast<std::uint32_t>(sector) * kSectorBytes,
           formats::encode(record));
}

ImageId TestBoard::image_in(FaultyChip& chip, const core::Partition& partition) const {
  return image_at(chip, partition.offset);
}

ImageId TestBoard::image_at(FaultyChip& chip, std::uint32_t address) const {
  const std::uint32_t first = address / kSectorBytes;
  for (std::size_t id = 1; id < kImageCount; ++id) {
    const std::vector<std::uint64_t>& hashes = sector_hashes_[id];
    std::size_t same = 0;
    while (same < hashes.size() &&
           chip.sector_hash(first + static_cast<std::uint32_t>(same)) == hashes[same]) {
      ++same;
    }
    if (same == hashes.size()) return static_cast<ImageId>(id);
  }
  return ImageId::kNone;
}

}  // namespace rota::sim
