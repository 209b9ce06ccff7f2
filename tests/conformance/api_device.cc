#include "api_device.h"

#include <algorithm>
#include <utility>

#include "board/bootloader/bootloader.h"
#include "core/partition_access.h"
#include "formats/chips.h"
#include "idf/config.h"

namespace rota::conformance {
namespace {

constexpr std::uint16_t kChipRevision = 300;  // of the recordings' chip

idf::Config& configuration_of_this_boot() {
  static idf::Config config;
  return config;
}

// What a bootloader sees: the chip, with a bootloader image where one belongs.
class BootView final : public core::Flash {
 public:
  BootView(core::Flash& flash, std::uint32_t bootloader_offset, Bytes bootloader)
      : flash_(flash), offset_(bootloader_offset), bootloader_(bootloader) {}

  Status read(core::FlashAddress from, MutableBytes into) override {
    ROTA_TRY(flash_.read(from, into));
    for (std::size_t i = 0; i < into.size(); ++i) {
      const std::size_t at = from.value + i;
      if (at >= offset_ && at - offset_ < bootloader_.size()) into[i] = bootloader_[at - offset_];
      if (at >= offset_ + bootloader_.size()) break;
    }
    return {};
  }
  Status program(core::FlashAddress to, Bytes bytes) override { return flash_.program(to, bytes); }
  Status erase(core::FlashRange range) override { return flash_.erase(range); }
  const core::FlashGeometry& geometry() const override { return flash_.geometry(); }

 private:
  core::Flash& flash_;
  std::uint32_t offset_;
  Bytes bootloader_;
};

}  // namespace

void CuttableFlash::cut_power_in_call(std::uint64_t call, std::uint32_t bytes_done) {
  calls_until_cut_ = call;
  bytes_done_ = bytes_done;
}

bool CuttableFlash::is_cut_now() { return calls_until_cut_ > 0 && --calls_until_cut_ == 0; }

void CuttableFlash::note_change(std::uint32_t address) {
  lowest_change_ = std::min(address, lowest_change_.value_or(address));
}

std::optional<std::uint32_t> CuttableFlash::take_lowest_change() {
  return std::exchange(lowest_change_, std::nullopt);
}

Status CuttableFlash::read(core::FlashAddress from, MutableBytes into) {
  return chip_.read(from, into);
}

Status CuttableFlash::program(core::FlashAddress to, Bytes bytes) {
  note_change(to.value);
  if (is_cut_now()) {
    board::CutPlan plan;
    plan.moment = board::CutMoment::kInside;
    plan.bytes_done = bytes_done_;
    chip_.plan_cut(plan);
  }
  return chip_.program(to, bytes);
}

Status CuttableFlash::erase(core::FlashRange range) {
  note_change(range.start.value);
  if (is_cut_now()) {
    board::CutPlan plan;
    plan.moment = board::CutMoment::kBefore;
    chip_.plan_cut(plan);
  }
  return chip_.erase(range);
}

std::string ChipDigest::text(std::uint32_t lowest_change) {
  const auto size = static_cast<std::uint32_t>(cells_.size());
  const std::size_t unchanged = std::min<std::size_t>(lowest_change, size) / kStrideBytes;
  if (states_.empty()) states_.emplace_back();
  states_.resize(std::min(states_.size(), unchanged + 1));
  crypto::Sha256 hash = states_.back();
  for (std::size_t at = (states_.size() - 1) * kStrideBytes; at < size; at += kStrideBytes) {
    hash.update(cells_.subspan(at, std::min<std::size_t>(kStrideBytes, size - at)));
    states_.push_back(hash);
  }
  const crypto::Sha256Digest digest = hash.finish();
  std::string text;
  for (std::size_t i = 0; i < 8; ++i) {
    constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[std::to_integer<unsigned>(digest[i]) >> 4U];
    text += kDigits[std::to_integer<unsigned>(digest[i]) & 15U];
  }
  return text;
}

Status Device::Fuses::burn_secure_version_bits(std::uint32_t bits) {
  return chip_.is_on() ? file_.burn_secure_version_bits(bits) : Error::kEfuseBurnFailed;
}

Device::Device(std::uint32_t flash_bytes, const DeviceConfiguration& configuration)
    : chip_(flash_bytes),
      flash_(chip_.chip),
      digest_(chip_.chip.cells()),
      fuses_(fuse_record_, chip_.chip) {
  identity_.facts = formats::find_chip("esp32");
  identity_.revision = kChipRevision;

  formats::ImageHeader header;
  header.spi_size = 0;  // 1 MB, the largest of the recordings' chips
  formats::BootloaderSettings settings;
  settings.rollback = configuration.rollback;
  settings.anti_rollback = configuration.anti_rollback;
  settings.cut_safe_records = false;
  bootloader_bytes_ = formats::write_bootloader_image(header, {}, settings, bootloader_);

  idf::Config& config = configuration_of_this_boot();
  config = {};
  config.log_default_level = idf::LogLevel::kNone;
  config.flash_bytes = flash_bytes;
  config.app_rollback_enable = configuration.rollback;
  config.app_anti_rollback = configuration.anti_rollback;
  config.flash_encryption = configuration.reports_encryption;
  config.ota_data_in_place = true;
  config.slot_writing_reference = true;
  config.reference_confirmation = true;
  config.accept_missing_digest = true;
}

Device::~Device() = default;

void Device::put(std::uint32_t at, Bytes bytes) {
  if (at >= chip_.cells.size()) return;
  const std::size_t count = std::min(bytes.size(), chip_.cells.size() - at);
  std::copy_n(bytes.begin(), count, chip_.cells.begin() + at);
  last_digest_.clear();
}

std::optional<std::string> Device::boot() {
  stop();
  BootView view(flash_, identity_.facts->bootloader_offset,
                Bytes(bootloader_).first(bootloader_bytes_));
  board::BootCircumstances circumstances;
  circumstances.chip = identity_;
  const board::BootReport report = board::boot(view, fuses_, circumstances);
  if (!has_power() || report.result != board::BootReport::Result::kStarts) return std::nullopt;
  running_image_ = report.range.start;
  runtime_ = std::make_unique<idf::Runtime>(static_cast<idf::Platform&>(*this));
  const auto& table = report.table;
  const auto started = std::find_if(table.begin(), table.end(), [&](const core::Partition& row) {
    return row.is_app() && row.offset == running_image_.value;
  });
  return started == table.end() ? "an image outside the table" : std::string(started->label());
}

std::string Device::digest() {
  const std::optional<std::uint32_t> change = flash_.take_lowest_change();
  if (last_digest_.empty()) {
    last_digest_ = digest_.text(0);
  } else if (change) {
    last_digest_ = digest_.text(*change);
  }
  return last_digest_;
}

}  // namespace rota::conformance

namespace rota::idf {
const Config& config() { return conformance::configuration_of_this_boot(); }
}  // namespace rota::idf
