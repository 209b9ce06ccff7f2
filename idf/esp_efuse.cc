// esp_efuse.h, esp_secure_boot.h and esp_flash_encrypt.h: what the chip's fuses say.
#include "esp_efuse.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/bytes.h"
#include "esp_efuse_table.h"
#include "esp_flash_encrypt.h"
#include "esp_mac.h"
#include "esp_secure_boot.h"
#include "idf/update_service.h"

using rota::idf::config;
using rota::idf::update_service;

namespace {

constexpr esp_efuse_desc_t kMac{"MAC", 48};
constexpr esp_efuse_desc_t kSecureVersion{"SECURE_VERSION", 32};
constexpr esp_efuse_desc_t kUserData{"USER_DATA", 256};
constexpr esp_efuse_desc_t kUniqueId{"OPTIONAL_UNIQUE_ID", 128};

std::uint32_t width() { return std::min<std::uint32_t>(config().secure_version_width, 32); }

// The burned bits within the width of the field, which the project's configuration gives.
std::uint32_t burned_bits() {
  const std::uint32_t field = width() == 32 ? ~0U : (1U << width()) - 1U;
  return update_service().efuses().secure_version_bits() & field;
}

// What a field holds; fuses that nobody burned are 0.
esp_err_t read_field(const esp_efuse_desc_t& field, std::array<std::byte, 32>& value) {
  value = {};
  if (&field == &kSecureVersion) {
    rota::store_u32(value.data(), burned_bits());
  } else if (&field == &kMac) {
    std::array<std::uint8_t, 6> mac{};
    const esp_err_t read = esp_efuse_mac_get_default(mac.data());
    if (read != ESP_OK) return read;
    std::memcpy(value.data(), mac.data(), mac.size());
  } else if (&field != &kUserData && &field != &kUniqueId) {
    ROTA_ANSWER_NOT_OFFERED(ESP_ERR_NOT_SUPPORTED);
  }
  return ESP_OK;
}

const esp_efuse_desc_t* one(const esp_efuse_desc_t* field[]) {
  return field == nullptr ? nullptr : field[0];
}

}  // namespace

extern "C" {

const esp_efuse_desc_t* ESP_EFUSE_MAC_FACTORY[] = {&kMac, nullptr};
const esp_efuse_desc_t* ESP_EFUSE_MAC[] = {&kMac, nullptr};
const esp_efuse_desc_t* ESP_EFUSE_SECURE_VERSION[] = {&kSecureVersion, nullptr};
const esp_efuse_desc_t* ESP_EFUSE_USER_DATA[] = {&kUserData, nullptr};
const esp_efuse_desc_t* ESP_EFUSE_USER_DATA_MAC_CUSTOM[] = {&kUserData, nullptr};
const esp_efuse_desc_t* ESP_EFUSE_OPTIONAL_UNIQUE_ID[] = {&kUniqueId, nullptr};

uint32_t esp_efuse_read_secure_version(void) {
  return static_cast<std::uint32_t>(std::popcount(burned_bits()));
}

bool esp_efuse_check_secure_version(uint32_t secure_version) {
  return secure_version >= esp_efuse_read_secure_version();
}

esp_err_t esp_efuse_update_secure_version(uint32_t secure_version) {
  if (secure_version > width()) return ESP_ERR_INVALID_ARG;
  const std::uint32_t burned = esp_efuse_read_secure_version();
  if (burned > secure_version) return ESP_FAIL;
  if (burned == secure_version) return ESP_OK;
  const std::uint32_t wanted = secure_version == 32 ? ~0U : (1U << secure_version) - 1U;
  return update_service().efuses().burn_secure_version_bits(wanted).ok() ? ESP_OK : ESP_FAIL;
}

esp_err_t esp_efuse_read_field_blob(const esp_efuse_desc_t* field[],
                                    void* dst,
                                    size_t dst_size_bits) {
  const esp_efuse_desc_t* wanted = one(field);
  if (wanted == nullptr || dst == nullptr || dst_size_bits == 0) return ESP_ERR_INVALID_ARG;
  std::array<std::byte, 32> value;
  const esp_err_t read = read_field(*wanted, value);
  if (read != ESP_OK) return read;
  const std::size_t bits = std::min<std::size_t>(dst_size_bits, wanted->bit_count);
  std::memset(dst, 0, (dst_size_bits + 7) / 8);
  std::memcpy(dst, value.data(), (bits + 7) / 8);
  return ESP_OK;
}

bool esp_efuse_read_field_bit(const esp_efuse_desc_t* field[]) {
  std::uint8_t byte = 0;
  return esp_efuse_read_field_blob(field, &byte, 1) == ESP_OK && (byte & 1U) != 0;
}

esp_err_t esp_efuse_read_field_cnt(const esp_efuse_desc_t* field[], size_t* out_cnt) {
  const esp_efuse_desc_t* wanted = one(field);
  if (wanted == nullptr || out_cnt == nullptr) return ESP_ERR_INVALID_ARG;
  std::array<std::byte, 32> value;
  const esp_err_t read = read_field(*wanted, value);
  if (read != ESP_OK) return read;
  *out_cnt = 0;
  for (const std::byte byte : value) {
    *out_cnt += static_cast<std::size_t>(std::popcount(std::to_integer<std::uint8_t>(byte)));
  }
  return ESP_OK;
}

int esp_efuse_get_field_size(const esp_efuse_desc_t* field[]) {
  const esp_efuse_desc_t* wanted = one(field);
  return wanted == nullptr ? 0 : wanted->bit_count;
}

bool esp_secure_boot_enabled(void) { return config().secure_boot; }

bool esp_flash_encryption_enabled(void) { return config().flash_encryption; }

esp_flash_enc_mode_t esp_get_flash_encryption_mode(void) {
  return config().flash_encryption ? ESP_FLASH_ENC_MODE_DEVELOPMENT : ESP_FLASH_ENC_MODE_DISABLED;
}

}  // extern "C"
