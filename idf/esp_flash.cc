// esp_flash.h: the chip by address, kept away from what must not be touched (spec 9.5).
#include "esp_flash.h"

#include <bit>

#include "esp_flash_partitions.h"
#include "esp_log.h"
#include "idf/errors.h"
#include "idf/update_service.h"

using rota::core::FlashRange;
using rota::idf::Config;
using rota::idf::config;
using rota::idf::update_service;
using rota::idf::UpdateService;

namespace {

constexpr const char* kTag = "spi_flash";
constexpr std::uint32_t kManufacturer = 0x20;

rota::core::Flash& flash() { return update_service().platform().flash(); }

bool is_other_chip(const esp_flash_t* chip) {
  return chip != nullptr && chip != reinterpret_cast<esp_flash_t*>(&flash());
}

bool lies_in_read_only_partition(const FlashRange& range) {
  UpdateService& service = update_service();
  if (service.load() != ESP_OK) return false;
  for (const auto& row : service.rows()) {
    if (row.readonly && overlaps(range, rota::core::range_of(row))) return true;
  }
  return false;
}

// The bootloader, the table and the app that runs: one wrong byte there and the board is dead.
bool is_dangerous(const FlashRange& range) {
  UpdateService& service = update_service();
  const std::uint32_t protected_below =
      config().partition_table_offset + ESP_PARTITION_TABLE_MAX_LEN;
  if (range.start.value <= protected_below) return true;
  if (service.load() != ESP_OK || service.running() == nullptr) return false;
  return overlaps(range, rota::core::range_of(*service.running()));
}

esp_err_t check_writable(const FlashRange& range) {
  if (lies_in_read_only_partition(range)) return ESP_ERR_NOT_ALLOWED;
  if (config().spi_flash_dangerous_write == Config::DangerousWrite::kAllowed) return ESP_OK;
  if (update_service().access().protection().dangerous_writes_allowed) return ESP_OK;
  if (!is_dangerous(range)) return ESP_OK;
  ESP_LOGE(kTag,
           "A write to 0x%08" PRIx32 ", %" PRIu32
           " bytes, would damage the bootloader, the "
           "partition table or the app that runs. Write to a partition instead, or set "
           "CONFIG_SPI_FLASH_DANGEROUS_WRITE_ALLOWED.",
           range.start.value, range.size_bytes);
  return ESP_ERR_INVALID_ARG;
}

bool lies_in_flash(std::uint32_t address, std::uint32_t length) {
  const std::uint32_t size = flash().geometry().size_bytes;
  return address <= size && length <= size - address;
}

}  // namespace

extern "C" {

esp_err_t esp_flash_get_size(esp_flash_t* chip, uint32_t* out_size) {
  if (is_other_chip(chip) || out_size == nullptr) return ESP_ERR_INVALID_ARG;
  *out_size = flash().geometry().size_bytes;
  return ESP_OK;
}

esp_err_t esp_flash_get_physical_size(esp_flash_t* chip, uint32_t* flash_size) {
  return esp_flash_get_size(chip, flash_size);
}

// Manufacturer, type, and log2 of the size: as many chips on boards answer.
esp_err_t esp_flash_read_id(esp_flash_t* chip, uint32_t* out_id) {
  if (is_other_chip(chip) || out_id == nullptr) return ESP_ERR_INVALID_ARG;
  const auto log2 = static_cast<std::uint32_t>(std::countr_zero(flash().geometry().size_bytes));
  *out_id = kManufacturer << 16U | 0x40U << 8U | log2;
  return ESP_OK;
}

esp_err_t esp_flash_read(esp_flash_t* chip, void* buffer, uint32_t address, uint32_t length) {
  if (is_other_chip(chip) || buffer == nullptr || !lies_in_flash(address, length)) {
    return ESP_ERR_INVALID_ARG;
  }
  return rota::idf::esp_err_of(flash().read({address}, {static_cast<std::byte*>(buffer), length}));
}

esp_err_t esp_flash_write(esp_flash_t* chip,
                          const void* buffer,
                          uint32_t address,
                          uint32_t length) {
  if (is_other_chip(chip) || buffer == nullptr || !lies_in_flash(address, length)) {
    return ESP_ERR_INVALID_ARG;
  }
  if (length == 0) return ESP_OK;
  const esp_err_t checked = check_writable({{address}, length});
  if (checked != ESP_OK) return checked;
  return rota::idf::esp_err_of(
      update_service().flash().program({address}, {static_cast<const std::byte*>(buffer), length}));
}

esp_err_t esp_flash_erase_region(esp_flash_t* chip, uint32_t start, uint32_t length) {
  if (is_other_chip(chip) || !lies_in_flash(start, length) || start % SPI_FLASH_SEC_SIZE != 0 ||
      length % SPI_FLASH_SEC_SIZE != 0) {
    return ESP_ERR_INVALID_ARG;
  }
  if (length == 0) return ESP_OK;
  const esp_err_t checked = check_writable({{start}, length});
  if (checked != ESP_OK) return checked;
  return rota::idf::esp_err_of(flash().erase({{start}, length}));
}

bool esp_partition_is_flash_region_writable(size_t addr, size_t size) {
  return lies_in_flash(static_cast<std::uint32_t>(addr), static_cast<std::uint32_t>(size)) &&
         !lies_in_read_only_partition(
             {{static_cast<std::uint32_t>(addr)}, static_cast<std::uint32_t>(size)});
}

bool esp_partition_main_flash_region_safe(size_t addr, size_t size) {
  return lies_in_flash(static_cast<std::uint32_t>(addr), static_cast<std::uint32_t>(size)) &&
         !is_dangerous({{static_cast<std::uint32_t>(addr)}, static_cast<std::uint32_t>(size)});
}

esp_err_t esp_flash_erase_chip(esp_flash_t* chip) {
  std::uint32_t bytes = 0;
  const esp_err_t known = esp_flash_get_size(chip, &bytes);
  return known == ESP_OK ? esp_flash_erase_region(chip, 0, bytes) : known;
}

esp_err_t esp_flash_init(esp_flash_t* chip) {
  return is_other_chip(chip) ? ESP_ERR_NOT_SUPPORTED : ESP_OK;
}

bool esp_flash_chip_driver_initialized(const esp_flash_t* chip) { return !is_other_chip(chip); }

esp_flash_t* esp_flash_default_chip = nullptr;

}  // extern "C"
