// What a project was configured with, as the ESP-IDF face reads it: values, never #if CONFIG_.
//
// The face is built once. A project's build turns its sdkconfig into one generated source file that
// defines config() (idf/tools/kconfig.py writes it); that object is linked into the app. The
// defaults below are those of ESP-IDF's options (spec 12), so an untouched sdkconfig gives
// Config{}. Tests define config() themselves or link the target rota_idf_default_config.
#pragma once

#include <cstdint>

namespace rota::idf {

// As esp_log_level_t, same numbers.
enum class LogLevel : int { kNone = 0, kError, kWarn, kInfo, kDebug, kVerbose };

struct Config {
  // Target and layout.
  const char* target = "esp32";                   // IDF_TARGET
  std::uint32_t flash_bytes = 2u << 20;           // ESPTOOLPY_FLASHSIZE
  std::uint32_t partition_table_offset = 0x8000;  // PARTITION_TABLE_OFFSET
  bool partition_table_md5 = true;                // PARTITION_TABLE_MD5: demand the MD5 row
  std::uint32_t bootloader_offset = 0x1000;       // BOOTLOADER_OFFSET_IN_FLASH

  // Which image may run (spec 3.5, 5).
  bool app_rollback_enable = false;           // BOOTLOADER_APP_ROLLBACK_ENABLE
  bool app_anti_rollback = false;             // BOOTLOADER_APP_ANTI_ROLLBACK
  std::uint32_t app_secure_version = 0;       // BOOTLOADER_APP_SECURE_VERSION
  std::uint8_t secure_version_width = 32;     // BOOTLOADER_APP_SEC_VER_SIZE_EFUSE_FIELD
  bool efuse_secure_version_emulate = false;  // BOOTLOADER_EFUSE_SECURE_VERSION_EMULATE

  // Signatures and encryption (spec 4.8, 4.9, 11).
  bool secure_boot = false;                        // SECURE_BOOT
  bool secure_signed_on_update = false;            // SECURE_SIGNED_ON_UPDATE
  bool secure_signed_apps_no_secure_boot = false;  // SECURE_SIGNED_APPS_NO_SECURE_BOOT
  enum class SignedApps : std::uint8_t { kRsa, kEcdsaV2, kEcdsaV1 };
  SignedApps secure_signed_apps_scheme = SignedApps::kRsa;  // SECURE_SIGNED_APPS_*_SCHEME
  bool flash_encryption = false;                            // SECURE_FLASH_ENC_ENABLED

  // How flash is written. The first two have no option of ESP-IDF: ROTA_OTA_DATA_IN_PLACE and
  // ROTA_SLOT_WRITING_REFERENCE switch Rota's safer ways off, for conformance runs.
  bool ota_data_in_place = false;
  bool slot_writing_reference = false;
  bool reference_confirmation = false;  // ROTA_REFERENCE_CONFIRMATION: confirm any active record
  bool accept_missing_digest = false;   // ROTA_ACCEPT_MISSING_DIGEST
  bool spi_flash_verify_write = false;  // SPI_FLASH_VERIFY_WRITE
  enum class DangerousWrite : std::uint8_t { kAborts, kFails, kAllowed };
  DangerousWrite spi_flash_dangerous_write =
      DangerousWrite::kAborts;               // SPI_FLASH_DANGEROUS_WRITE_*
  bool spi_flash_yield_during_erase = true;  // SPI_FLASH_YIELD_DURING_ERASE

  // esp_https_ota (spec 6).
  bool https_ota_allow_http = false;  // ESP_HTTPS_OTA_ALLOW_HTTP
  bool https_ota_decrypt_cb = false;  // ESP_HTTPS_OTA_DECRYPT_CB
  std::int32_t https_ota_event_post_timeout_ms =
      2000;                                 // ESP_HTTPS_OTA_EVENT_POST_TIMEOUT; -1: wait
  bool https_ota_partial_download = false;  // ESP_HTTPS_OTA_ENABLE_PARTIAL_DOWNLOAD
  bool https_ota_verify_spi_mode = true;    // ESP_HTTPS_OTA_VERIFY_SPI_MODE
  // ROTA_HTTPS_OTA_PACE_BYTES (0: off) and _SECONDS: a server that sends less is given up.
  std::uint32_t https_ota_pace_bytes = 6000;
  std::uint32_t https_ota_pace_window_ms = 60'000;

  // esp_http_client and esp_tls (spec 7).
  bool http_client_enable_https = true;        // ESP_HTTP_CLIENT_ENABLE_HTTPS
  bool http_client_basic_auth = false;         // ESP_HTTP_CLIENT_ENABLE_BASIC_AUTH
  bool http_client_digest_auth = false;        // ESP_HTTP_CLIENT_ENABLE_DIGEST_AUTH
  bool http_client_custom_transport = false;   // ESP_HTTP_CLIENT_ENABLE_CUSTOM_TRANSPORT
  bool http_client_get_content_range = false;  // ESP_HTTP_CLIENT_ENABLE_GET_CONTENT_RANGE
  std::int32_t http_client_event_post_timeout_ms = 2000;  // ESP_HTTP_CLIENT_EVENT_POST_TIMEOUT
  bool http_client_save_response_headers = false;         // ESP_HTTP_CLIENT_SAVE_RESPONSE_HEADERS
  std::uint32_t http_client_max_saved_headers = 10;  // ESP_HTTP_CLIENT_MAX_SAVED_RESPONSE_HEADERS
  std::uint32_t http_client_max_saved_header_bytes = 128;  // ..._MAX_RESPONSE_HEADER_SIZE
  bool http_client_strict_header_buffer = true;            // ESP_HTTP_CLIENT_STRICT_HEADER_BUFFER
  bool tls_insecure = false;                               // ESP_TLS_INSECURE
  bool tls_skip_server_cert_verify = false;                // ESP_TLS_SKIP_SERVER_CERT_VERIFY
  bool certificate_bundle = true;                          // MBEDTLS_CERTIFICATE_BUNDLE

  std::uint32_t lwip_max_sockets = 10;                    // LWIP_MAX_SOCKETS
  std::int32_t http_server_event_post_timeout_ms = 2000;  // HTTPD_SERVER_EVENT_POST_TIMEOUT
  bool http_server_websockets = false;                    // HTTPD_WS_SUPPORT

  bool nvs_encryption = false;  // NVS_ENCRYPTION: nvs_flash_init() enciphers

  // Log, tasks, start-up.
  LogLevel log_default_level = LogLevel::kInfo;       // LOG_DEFAULT_LEVEL
  LogLevel log_maximum_level = LogLevel::kInfo;       // LOG_MAXIMUM_LEVEL
  bool log_colors = false;                            // LOG_COLORS
  std::uint32_t main_task_stack_bytes = 3584;         // ESP_MAIN_TASK_STACK_SIZE
  std::uint32_t tick_rate_hz = 100;                   // FREERTOS_HZ
  bool task_watchdog = true;                          // ESP_TASK_WDT_INIT
  std::uint32_t task_watchdog_timeout_s = 5;          // ESP_TASK_WDT_TIMEOUT_S
  bool task_watchdog_panic = false;                   // ESP_TASK_WDT_PANIC
  std::uint32_t interrupt_watchdog_timeout_ms = 300;  // ESP_INT_WDT_TIMEOUT_MS
  std::uint32_t bootloader_watchdog_ms = 9000;        // BOOTLOADER_WDT_TIME_MS; 0: off
  bool bootloader_watchdog_disable_in_app = false;    // BOOTLOADER_WDT_DISABLE_IN_USER_CODE

  // The application description (spec 4.7), as it also stands in the image.
  const char* project_name = "rota";
  const char* version = "1";
  const char* compile_time = "";  // "12:34:56"; empty: APP_COMPILE_TIME_DATE is off
  const char* compile_date = "";  // "Jan  1 2025"
  const char* idf_version = "v6.2";
  std::uint32_t elf_sha_digits = 9;  // APP_RETRIEVE_LEN_ELF_SHA
};

// The configuration of the app that this object is linked into. Lives as long as the program.
const Config& config();

}  // namespace rota::idf
