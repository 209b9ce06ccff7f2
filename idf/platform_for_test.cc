#include "idf/platform_for_test.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "crypto/crc32.h"
#include "crypto/sha256.h"
#include "formats/bootloader_settings.h"
#include "formats/chips.h"
#include "formats/signature_block.h"
#include "idf/run_app.h"

namespace rota::idf {

using formats::OtaRecord;
using formats::PartitionRow;
using formats::PartitionRows;
using formats::PartitionType;

namespace {

constexpr std::uint32_t kMegabyte = 1U << 20U;
constexpr int kNothingLeft = -1;

// Content that differs from image to image and has no long runs.
void append_payload(std::vector<std::byte>& image, std::size_t count, std::string_view seed) {
  std::uint32_t value = 2166136261U;
  for (const char letter : seed) value = (value ^ static_cast<unsigned char>(letter)) * 16777619U;
  for (std::size_t i = 0; i < count; ++i) {
    value = value * 1664525U + 1013904223U;
    image.push_back(static_cast<std::byte>(value >> 24U));
  }
}

void append(std::vector<std::byte>& image, Bytes bytes) {
  image.insert(image.end(), bytes.begin(), bytes.end());
}

void append_signature_sector(std::vector<std::byte>& image, unsigned version, unsigned place) {
  image.resize(formats::signature_sector_of(static_cast<std::uint32_t>(image.size())),
               std::byte{0xFF});
  std::array<std::byte, formats::kSignatureSectorBytes> sector{};
  sector.fill(std::byte{0xFF});
  const MutableBytes block = MutableBytes(sector).subspan(place * formats::kSignatureBlockBytes,
                                                          formats::kSignatureBlockBytes);
  block[0] = std::byte{0xE7};
  block[1] = static_cast<std::byte>(version);
  const auto digest = crypto::sha256(image);
  std::copy(digest.begin(), digest.end(), block.begin() + 4);
  store_u32(&block[1196], crypto::crc32(block.first(1196)));
  append(image, sector);
}

void append_signature_v1(std::vector<std::byte>& image) {
  std::array<std::byte, formats::kSignatureBlockV1Bytes> block{};
  std::fill(block.begin() + 4, block.end(), std::byte{0x11});
  append(image, block);
}

// Boot::run takes a plain function; the program of the boot that runs now.
std::function<void()>& program_of_the_boot() {
  static std::function<void()> program;
  return program;
}

}  // namespace

Config& config_for_test() {
  static Config the_config;
  return the_config;
}

const Config& config() { return config_for_test(); }

Status EFusesForTest::burn_secure_version_bits(std::uint32_t bits) {
  if (burns_fail) return Error::kEfuseBurnFailed;
  secure_version |= bits;
  return {};
}

Status EFusesForTest::revoke_key_slot(unsigned slot) {
  if (burns_fail) return Error::kEfuseBurnFailed;
  revoked_keys = static_cast<std::uint8_t>(revoked_keys | (1U << slot));
  return {};
}

PlatformForTest::PlatformForTest(std::uint32_t flash_bytes)
    : memory_(flash_bytes, *board::find_timing_profile("typical")) {
  config_for_test() = Config{};
  config_for_test().flash_bytes = flash_bytes;
  identity.facts = formats::find_chip("esp32");
  identity.revision = 300;
  put_table(tutorial_table());
  put_bootloader({});
}

PartitionRow PlatformForTest::row(std::string_view label,
                                  PartitionType type,
                                  std::uint8_t subtype,
                                  std::uint32_t offset,
                                  std::uint32_t size) {
  PartitionRow made;
  made.type = type;
  made.subtype = subtype;
  made.offset = offset;
  made.size = size;
  std::copy(label.begin(), label.end(), made.label_storage.begin());
  return made;
}

PartitionRows PlatformForTest::tutorial_table() {
  constexpr PartitionType kApp = PartitionType::kApp;
  constexpr PartitionType kData = PartitionType::kData;
  PartitionRows rows;
  for (const PartitionRow& each :
       {row("nvs", kData, formats::kDataNvs, 0x9000, 0x4000),
        row("otadata", kData, formats::kDataOta, 0xD000, 0x2000),
        row("phy_init", kData, formats::kDataPhy, 0xF000, 0x1000),
        row("factory", kApp, formats::kAppFactory, 0x10000, kMegabyte),
        row("ota_0", kApp, formats::kAppOtaFirst, 0x110000, kMegabyte),
        row("ota_1", kApp, formats::kAppOtaFirst + 1, 0x210000, kMegabyte),
        row("storage", kData, formats::kDataUndefined, 0x310000, 0x10000)}) {
    static_cast<void>(rows.push_back(each));
  }
  return rows;
}

void PlatformForTest::put_table(const PartitionRows& rows, bool with_md5) {
  std::array<std::byte, formats::kTableBytes> table{};
  if (!formats::write_table(rows, with_md5, table).ok()) throw std::invalid_argument("table");
  rows_ = rows;
  put(formats::kDefaultTableOffset, table);
}

void PlatformForTest::put_bootloader(const formats::BootloaderSettings& settings) {
  formats::ImageHeader header;
  header.chip_id = static_cast<std::uint16_t>(identity.facts->id);
  while (header.spi_size < 7 && header.flash_bytes() < memory_.cells.size()) ++header.spi_size;
  std::array<std::byte, formats::kBootloaderImageMaxBytes> image{};
  const std::size_t size = formats::write_bootloader_image(header, {}, settings, image);
  put(identity.facts->bootloader_offset, Bytes(image).first(size));
}

void PlatformForTest::put(std::uint32_t address, Bytes bytes) {
  std::copy(bytes.begin(), bytes.end(), memory_.cells.begin() + address);
}

void PlatformForTest::put_image(std::string_view label, const ImageRecipe& recipe) {
  put(partition(label).offset, make_image(recipe));
}

std::vector<std::byte> PlatformForTest::make_image(const ImageRecipe& recipe) const {
  formats::ImageHeader header;
  header.segment_count = 2;
  header.chip_id = recipe.chip_id.value_or(static_cast<std::uint16_t>(identity.facts->id));
  header.min_chip_revision = recipe.min_chip_revision;
  header.max_chip_revision = recipe.max_chip_revision;
  header.digest_appended = recipe.digest ? 1 : 0;
  formats::AppDescription description;
  formats::set_text(description.version_field, recipe.version);
  formats::set_text(description.project_name_field, "test");
  description.secure_version = recipe.secure_version;
  description.spi_flash_mode = recipe.spi_flash_mode;

  const auto payload = align_up(static_cast<std::uint32_t>(recipe.payload_bytes), 4);
  std::vector<std::byte> image;
  append(image, encode(header));
  append(image, encode(formats::SegmentHeader{identity.facts->mapped_data.low + 0x20,
                                              formats::kAppDescriptionBytes}));
  append(image, encode(description));
  append(image, encode(formats::SegmentHeader{identity.facts->ram_ranges[0].low, payload}));
  append_payload(image, payload, recipe.version);

  auto checksum = std::byte{formats::kChecksumSeed};
  const std::size_t second = formats::kImagePreambleBytes;
  for (std::size_t i = formats::kDescriptionOffset; i < image.size(); ++i) {
    if (i < second || i >= second + formats::kSegmentHeaderBytes) checksum ^= image[i];
  }
  while (image.size() % 16 != 15) image.push_back(std::byte{0});
  image.push_back(checksum);
  if (recipe.digest) append(image, crypto::sha256(image));
  if (recipe.signature_block && recipe.signature_version == 0) {
    append_signature_v1(image);
  } else if (recipe.signature_block) {
    append_signature_sector(image, recipe.signature_version, recipe.signature_place);
  }
  return image;
}

std::string PlatformForTest::files_folder() {
  if (files_.path.empty()) {
    std::string pattern = std::filesystem::temp_directory_path() / "rota-files-XXXXXX";
    if (::mkdtemp(pattern.data()) != nullptr) files_.path = pattern;
  }
  return files_.path;
}

PlatformForTest::Folder::~Folder() {
  std::error_code ignored;
  if (!path.empty()) std::filesystem::remove_all(path, ignored);
}

OtaRecord PlatformForTest::record(std::uint32_t sequence, formats::OtaState state) {
  OtaRecord made = OtaRecord::blank();
  made.sequence = sequence;
  made.state = state;
  made.check = formats::ota_check(sequence);
  return made;
}

void PlatformForTest::put_records(const OtaRecord& first, const OtaRecord& second) {
  const std::uint32_t start = partition("otadata").offset;
  std::fill_n(memory_.cells.begin() + start, partition("otadata").size, std::byte{0xFF});
  if (first != OtaRecord::blank()) put(start, encode(first));
  if (second != OtaRecord::blank()) put(start + core::kSectorBytes, encode(second));
}

void PlatformForTest::run_from(std::string_view label) { running_ = {partition(label).offset}; }

std::string PlatformForTest::reset(ResetReason reason) {
  board::BootCircumstances circumstances;
  circumstances.chip = identity;
  circumstances.is_power_on_reset = reason == ResetReason::kPowerOn;
  circumstances.woke_from_deep_sleep = reason == ResetReason::kDeepSleep;
  circumstances.pin_level = [this](int pin) { return pin_level(pin, true); };
  circumstances.log = [this](std::string_view line) { (console += line) += '\n'; };
  reset_reason_ = reason;
  const board::BootReport report = board::boot(flash_, fuses, circumstances);
  if (report.result != board::BootReport::Result::kStarts) return "";
  running_ = report.range.start;
  for (const PartitionRow& each : rows_) {
    if (each.is_app() && each.offset == running_.value) return std::string(each.label());
  }
  return "";
}

std::optional<ResetReason> PlatformForTest::run(std::function<void()> app_main) {
  restarted.reset();
  program_of_the_boot() = std::move(app_main);
  Boot boot(*this);
  static_cast<void>(boot.run([] { program_of_the_boot()(); }));
  program_of_the_boot() = nullptr;
  return restarted;
}

PartitionRow PlatformForTest::partition(std::string_view label) const {
  for (const PartitionRow& each : rows_) {
    if (each.label() == label) return each;
  }
  throw std::invalid_argument(std::string(label));
}

Bytes PlatformForTest::bytes_of(std::string_view label) const {
  const PartitionRow found = partition(label);
  return Bytes(memory_.cells).subspan(found.offset, found.size);
}

bool PlatformForTest::is_erased(std::string_view label) const {
  const Bytes bytes = bytes_of(label);
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0xFF}; });
}

formats::OtaRecords PlatformForTest::records() const {
  const Bytes data = bytes_of("otadata");
  return {formats::decode_ota_record(data.first<formats::kOtaRecordBytes>()),
          formats::decode_ota_record(
              data.subspan(core::kSectorBytes).first<formats::kOtaRecordBytes>())};
}

int PlatformForTest::pin_level(int pin, bool pull_up) {
  const auto outside = outside_levels.find(pin);
  return outside != outside_levels.end() ? outside->second : static_cast<int>(pull_up);
}

bool PlatformForTest::skip_idle_time(std::uint64_t time_us) {
  if (time_us == kForever) {
    request_boot_end(kNothingLeft);
  } else {
    now_us = std::max(now_us, time_us);
  }
  return true;
}

void PlatformForTest::restart(ResetReason reason, std::uint64_t /*sleep_us*/) {
  restarted = reason;
  leave_boot(static_cast<int>(reason));
}

Status PlatformForTest::FailingFlash::read(core::FlashAddress from, MutableBytes into) {
  return board_.memory_.chip.read(from, into);
}

template <class Operation>
Status PlatformForTest::FailingFlash::operate(std::optional<Error>& next_fails,
                                              Operation operation) {
  if (next_fails) return *std::exchange(next_fails, std::nullopt);
  const std::uint64_t busy_before_us = board_.flash_state().busy_us;
  const Status status = operation();
  if (board_.flash_takes_time) board_.now_us += board_.flash_state().busy_us - busy_before_us;
  return status;
}

Status PlatformForTest::FailingFlash::program(core::FlashAddress to, Bytes bytes) {
  return operate(board_.next_program_fails, [&] { return board_.memory_.chip.program(to, bytes); });
}

Status PlatformForTest::FailingFlash::erase(core::FlashRange range) {
  return operate(board_.next_erase_fails, [&] { return board_.memory_.chip.erase(range); });
}

const core::FlashGeometry& PlatformForTest::FailingFlash::geometry() const {
  return board_.memory_.chip.geometry();
}

}  // namespace rota::idf
