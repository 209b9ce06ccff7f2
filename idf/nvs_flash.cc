// nvs_flash.h over NvsService: start, end, erasure and keys.
#include "nvs_flash.h"

#include <algorithm>
#include <array>
#include <new>
#include <string_view>

#include "esp_log.h"
#include "esp_partition.h"
#include "formats/nvs_keys.h"
#include "idf/config.h"
#include "idf/errors.h"
#include "idf/nvs_service.h"
#include "idf/update_service.h"

using rota::Error;
using rota::formats::NvsKeys;
using rota::idf::config;
using rota::idf::esp_err_of;
using rota::idf::nvs_service;
using rota::idf::update_service;
using rota::idf::UpdateService;

namespace {

constexpr const char* kTag = "nvs";

// What names a partition needs the table.
esp_err_t load_table() { return update_service().load() == ESP_OK ? ESP_OK : ESP_ERR_NOT_FOUND; }

// Why NVS does not start, for a person; the program sees the code alone.
void log_refusal(const char* label, esp_err_t error) {
  switch (error) {
    case ESP_ERR_NOT_FOUND:
      ESP_LOGE(kTag,
               "The partition table has no partition '%s' of type data, nvs. Add a row: "
               "%s, data, nvs, , 0x6000",
               label, label);
      break;
    case ESP_ERR_NVS_WRONG_ENCRYPTION:
      ESP_LOGE(kTag,
               "The partition '%s' has the flag \"encrypted\", which NVS can not use: remove "
               "the flag, and switch on NVS_ENCRYPTION if its values are to be encrypted.",
               label);
      break;
    case ESP_ERR_NVS_NO_FREE_PAGES:
      update_service().log_refusal(kTag, Error::kNvsNoFreePages);
      break;
    case ESP_ERR_NVS_NEW_VERSION_FOUND:
      update_service().log_refusal(kTag, Error::kNvsNewVersion);
      break;
    default:
      break;
  }
}

esp_err_t init(const char* label, const nvs_sec_cfg_t* keys) {
  if (label == nullptr) return ESP_ERR_INVALID_ARG;
  const esp_err_t loaded = load_table();
  if (loaded != ESP_OK) return loaded;
  const esp_err_t started = nvs_service().init(label, keys);
  if (started != ESP_OK) log_refusal(label, started);
  return started;
}

bool has_callbacks(const nvs_sec_scheme_t* scheme) {
  return scheme != nullptr && scheme->nvs_flash_key_gen != nullptr &&
         scheme->nvs_flash_read_cfg != nullptr;
}

void hand_out(const NvsKeys& keys, nvs_sec_cfg_t& cfg) {
  std::copy(keys.entries.begin(), keys.entries.end(),
            std::as_writable_bytes(std::span(cfg.eky)).begin());
  std::copy(keys.tweaks.begin(), keys.tweaks.end(),
            std::as_writable_bytes(std::span(cfg.tky)).begin());
}

// The keys of an NVS-encryption build: of the scheme that the program registered, else of the first
// key partition; made at the first start.
esp_err_t find_keys(nvs_sec_cfg_t& keys) {
  nvs_sec_scheme_t& scheme = nvs_service().default_scheme();
  if (has_callbacks(&scheme)) {
    const esp_err_t read = scheme.nvs_flash_read_cfg(scheme.scheme_data, &keys);
    if (read != ESP_ERR_NVS_KEYS_NOT_INITIALIZED) return read;
    return scheme.nvs_flash_key_gen(scheme.scheme_data, &keys);
  }
  const esp_partition_t* partition = esp_partition_find_first(
      ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_DATA_NVS_KEYS, nullptr);
  if (partition == nullptr) {
    ESP_LOGE(kTag,
             "NVS_ENCRYPTION is on, but the partition table has no partition of type data, "
             "nvs_keys. Add a row: nvs_key, data, nvs_keys, , 0x1000, encrypted");
    return ESP_FAIL;
  }
  const esp_err_t read = nvs_flash_read_security_cfg(partition, &keys);
  if (read != ESP_ERR_NVS_KEYS_NOT_INITIALIZED) return read;
  return nvs_flash_generate_keys(partition, &keys);
}

}  // namespace

extern "C" {

esp_err_t nvs_flash_init(void) try {
  if (!config().nvs_encryption) return init(NVS_DEFAULT_PART_NAME, nullptr);
  nvs_sec_cfg_t keys{};
  const esp_err_t found = find_keys(keys);
  return found != ESP_OK ? found : init(NVS_DEFAULT_PART_NAME, &keys);
} catch (const std::bad_alloc&) {
  return ESP_ERR_NO_MEM;
}
esp_err_t nvs_flash_init_partition(const char* partition_label) try {
  return init(partition_label, nullptr);
} catch (const std::bad_alloc&) {
  return ESP_ERR_NO_MEM;
}

esp_err_t nvs_flash_init_partition_ptr(const esp_partition_t* partition) try {
  if (partition == nullptr) return ESP_ERR_INVALID_ARG;
  return nvs_service().mount(UpdateService::as_given(*partition));
} catch (const std::bad_alloc&) {
  return ESP_ERR_NO_MEM;
}

esp_err_t nvs_flash_deinit(void) { return nvs_service().deinit(NVS_DEFAULT_PART_NAME); }
esp_err_t nvs_flash_deinit_partition(const char* partition_label) {
  return partition_label == nullptr ? ESP_ERR_INVALID_ARG : nvs_service().deinit(partition_label);
}

esp_err_t nvs_flash_erase(void) { return nvs_flash_erase_partition(NVS_DEFAULT_PART_NAME); }
esp_err_t nvs_flash_erase_partition(const char* part_name) {
  if (part_name == nullptr) return ESP_ERR_INVALID_ARG;
  const esp_err_t loaded = load_table();
  return loaded != ESP_OK ? loaded : nvs_service().erase(part_name);
}
esp_err_t nvs_flash_erase_partition_ptr(const esp_partition_t* partition) {
  if (partition == nullptr) return ESP_ERR_INVALID_ARG;
  return nvs_service().erase(UpdateService::as_given(*partition));
}

esp_err_t nvs_flash_secure_init(nvs_sec_cfg_t* cfg) { return init(NVS_DEFAULT_PART_NAME, cfg); }
esp_err_t nvs_flash_secure_init_partition(const char* partition_label, nvs_sec_cfg_t* cfg) try {
  return init(partition_label, cfg);
} catch (const std::bad_alloc&) {
  return ESP_ERR_NO_MEM;
}

esp_err_t nvs_flash_generate_keys(const esp_partition_t* partition, nvs_sec_cfg_t* cfg) {
  if (partition == nullptr || cfg == nullptr) return ESP_ERR_INVALID_ARG;
  const esp_err_t erased = esp_partition_erase_range(partition, 0, partition->size);
  if (erased != ESP_OK) return erased;
  const auto seed = rota::formats::nvs_key_seed();
  const esp_err_t seeded = esp_partition_write_raw(partition, 0, seed.data(), seed.size());
  if (seeded != ESP_OK) return seeded;
  NvsKeys keys;
  const esp_err_t first =
      esp_partition_read(partition, 0, keys.entries.data(), keys.entries.size());
  if (first != ESP_OK) return first;
  const esp_err_t second =
      esp_partition_read(partition, keys.entries.size(), keys.tweaks.data(), keys.tweaks.size());
  if (second != ESP_OK) return second;
  const auto block = rota::formats::nvs_key_crc_block(keys);
  const esp_err_t written =
      esp_partition_write(partition, rota::formats::kNvsKeyCrcOffset, block.data(), block.size());
  if (written == ESP_OK) hand_out(keys, *cfg);
  return written;
}

esp_err_t nvs_flash_read_security_cfg(const esp_partition_t* partition, nvs_sec_cfg_t* cfg) {
  if (partition == nullptr || cfg == nullptr) return ESP_ERR_INVALID_ARG;
  std::array<std::byte, rota::formats::kNvsKeyAreaBytes> area{};
  const esp_err_t read = esp_partition_read(partition, 0, area.data(), area.size());
  if (read != ESP_OK) return read;
  const auto keys = rota::formats::decode_nvs_keys(area);
  if (!keys.ok()) return esp_err_of(keys.error());
  hand_out(*keys, *cfg);
  return ESP_OK;
}

esp_err_t nvs_flash_register_security_scheme(nvs_sec_scheme_t* scheme_cfg) {
  if (scheme_cfg == nullptr) return ESP_ERR_INVALID_ARG;
  nvs_service().default_scheme() = *scheme_cfg;
  return ESP_OK;
}
void nvs_flash_deregister_security_scheme(void) { nvs_service().default_scheme() = {}; }
nvs_sec_scheme_t* nvs_flash_get_default_security_scheme(void) {
  return &nvs_service().default_scheme();
}

esp_err_t nvs_flash_generate_keys_v2(nvs_sec_scheme_t* scheme_cfg, nvs_sec_cfg_t* cfg) {
  if (!has_callbacks(scheme_cfg) || cfg == nullptr) return ESP_ERR_INVALID_ARG;
  return scheme_cfg->nvs_flash_key_gen(scheme_cfg->scheme_data, cfg);
}
esp_err_t nvs_flash_read_security_cfg_v2(nvs_sec_scheme_t* scheme_cfg, nvs_sec_cfg_t* cfg) {
  if (!has_callbacks(scheme_cfg) || cfg == nullptr) return ESP_ERR_INVALID_ARG;
  return scheme_cfg->nvs_flash_read_cfg(scheme_cfg->scheme_data, cfg);
}

}  // extern "C"
