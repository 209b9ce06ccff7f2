"""Writes the object that carries a project's options into the prebuilt ESP-IDF face.

One row per member of rota::idf::Config (idf/config.h), in its order. An option without a value
(hidden by its dependencies, or a bool that is n) leaves numbers and texts at the struct's default
and makes a bool false.
"""

TARGETS = ("esp32", "esp32s2", "esp32s3", "esp32c2", "esp32c3", "esp32c5", "esp32c6", "esp32c61",
           "esp32h2", "esp32h21", "esp32h4", "esp32p4", "esp32s31")

# The width of the secure version's fuse field, where its option is hidden.
SECURE_VERSION_WIDTHS = {"esp32": 32, "esp32c2": 4, "esp32c5": 9}


def flag(option):
    return lambda values: "true" if values.get(option) == "y" else "false"


def number(option):
    return lambda values: values.get(option) or None


def text(option):
    return lambda values: values.get(option) or None


def level(option):
    names = ("kNone", "kError", "kWarn", "kInfo", "kDebug", "kVerbose")
    return lambda values: "LogLevel::" + names[int(values.get(option) or 3)]


def flash_bytes(values):
    size = values.get("ESPTOOLPY_FLASHSIZE", '"2MB"').strip('"')
    return "%du << 20" % int(size[:-2])


def secure_version_width(values):
    own = values.get("BOOTLOADER_APP_SEC_VER_SIZE_EFUSE_FIELD")
    return own or str(SECURE_VERSION_WIDTHS.get(values.get("IDF_TARGET", "").strip('"'), 16))


def dangerous_write(values):
    for name in ("Fails", "Allowed"):
        if values.get("SPI_FLASH_DANGEROUS_WRITE_" + name.upper()) == "y":
            return "Config::DangerousWrite::k" + name
    return "Config::DangerousWrite::kAborts"


def pace_window_ms(values):
    seconds = values.get("ROTA_HTTPS_OTA_PACE_SECONDS")
    return seconds and "%d" % (int(seconds) * 1000)


def signed_apps_scheme(values):
    for option, name in (("ECDSA_SCHEME", "EcdsaV1"), ("ECDSA_V2_SCHEME", "EcdsaV2")):
        if values.get("SECURE_SIGNED_APPS_" + option) == "y":
            return "Config::SignedApps::k" + name
    return "Config::SignedApps::kRsa"


def bootloader_watchdog_ms(values):
    return values.get("BOOTLOADER_WDT_TIME_MS") or "0"


def compile_stamp(macro):
    return lambda values: macro if values.get("APP_COMPILE_TIME_DATE") == "y" else '""'


MEMBERS = (
    ("target", text("IDF_TARGET")),
    ("flash_bytes", flash_bytes),
    ("partition_table_offset", number("PARTITION_TABLE_OFFSET")),
    ("partition_table_md5", flag("PARTITION_TABLE_MD5")),
    ("bootloader_offset", number("BOOTLOADER_OFFSET_IN_FLASH")),
    ("app_rollback_enable", flag("BOOTLOADER_APP_ROLLBACK_ENABLE")),
    ("app_anti_rollback", flag("BOOTLOADER_APP_ANTI_ROLLBACK")),
    ("app_secure_version", number("BOOTLOADER_APP_SECURE_VERSION")),
    ("secure_version_width", secure_version_width),
    ("efuse_secure_version_emulate", flag("BOOTLOADER_EFUSE_SECURE_VERSION_EMULATE")),
    ("secure_boot", flag("SECURE_BOOT")),
    ("secure_signed_on_update", flag("SECURE_SIGNED_ON_UPDATE")),
    ("secure_signed_apps_no_secure_boot", flag("SECURE_SIGNED_APPS_NO_SECURE_BOOT")),
    ("secure_signed_apps_scheme", signed_apps_scheme),
    ("flash_encryption", flag("SECURE_FLASH_ENC_ENABLED")),
    ("ota_data_in_place", flag("ROTA_OTA_DATA_IN_PLACE")),
    ("slot_writing_reference", flag("ROTA_SLOT_WRITING_REFERENCE")),
    ("reference_confirmation", flag("ROTA_REFERENCE_CONFIRMATION")),
    ("accept_missing_digest", flag("ROTA_ACCEPT_MISSING_DIGEST")),
    ("spi_flash_verify_write", flag("SPI_FLASH_VERIFY_WRITE")),
    ("spi_flash_dangerous_write", dangerous_write),
    ("spi_flash_yield_during_erase", flag("SPI_FLASH_YIELD_DURING_ERASE")),
    ("https_ota_allow_http", flag("ESP_HTTPS_OTA_ALLOW_HTTP")),
    ("https_ota_decrypt_cb", flag("ESP_HTTPS_OTA_DECRYPT_CB")),
    ("https_ota_event_post_timeout_ms", number("ESP_HTTPS_OTA_EVENT_POST_TIMEOUT")),
    ("https_ota_partial_download", flag("ESP_HTTPS_OTA_ENABLE_PARTIAL_DOWNLOAD")),
    ("https_ota_verify_spi_mode", flag("ESP_HTTPS_OTA_VERIFY_SPI_MODE")),
    ("https_ota_pace_bytes", number("ROTA_HTTPS_OTA_PACE_BYTES")),
    ("https_ota_pace_window_ms", pace_window_ms),
    ("http_client_enable_https", flag("ESP_HTTP_CLIENT_ENABLE_HTTPS")),
    ("http_client_basic_auth", flag("ESP_HTTP_CLIENT_ENABLE_BASIC_AUTH")),
    ("http_client_digest_auth", flag("ESP_HTTP_CLIENT_ENABLE_DIGEST_AUTH")),
    ("http_client_custom_transport", flag("ESP_HTTP_CLIENT_ENABLE_CUSTOM_TRANSPORT")),
    ("http_client_get_content_range", flag("ESP_HTTP_CLIENT_ENABLE_GET_CONTENT_RANGE")),
    ("http_client_event_post_timeout_ms", number("ESP_HTTP_CLIENT_EVENT_POST_TIMEOUT")),
    ("http_client_save_response_headers", flag("ESP_HTTP_CLIENT_SAVE_RESPONSE_HEADERS")),
    ("http_client_max_saved_headers", number("ESP_HTTP_CLIENT_MAX_SAVED_RESPONSE_HEADERS")),
    ("http_client_max_saved_header_bytes", number("ESP_HTTP_CLIENT_MAX_RESPONSE_HEADER_SIZE")),
    ("http_client_strict_header_buffer", flag("ESP_HTTP_CLIENT_STRICT_HEADER_BUFFER")),
    ("tls_insecure", flag("ESP_TLS_INSECURE")),
    ("tls_skip_server_cert_verify", flag("ESP_TLS_SKIP_SERVER_CERT_VERIFY")),
    ("certificate_bundle", flag("MBEDTLS_CERTIFICATE_BUNDLE")),
    ("lwip_max_sockets", number("LWIP_MAX_SOCKETS")),
    ("http_server_event_post_timeout_ms", number("HTTPD_SERVER_EVENT_POST_TIMEOUT")),
    ("http_server_websockets", flag("HTTPD_WS_SUPPORT")),
    ("nvs_encryption", flag("NVS_ENCRYPTION")),
    ("log_default_level", level("LOG_DEFAULT_LEVEL")),
    ("log_maximum_level", level("LOG_MAXIMUM_LEVEL")),
    ("log_colors", flag("LOG_COLORS")),
    ("main_task_stack_bytes", number("ESP_MAIN_TASK_STACK_SIZE")),
    ("tick_rate_hz", number("FREERTOS_HZ")),
    ("task_watchdog", flag("ESP_TASK_WDT_INIT")),
    ("task_watchdog_timeout_s", number("ESP_TASK_WDT_TIMEOUT_S")),
    ("task_watchdog_panic", flag("ESP_TASK_WDT_PANIC")),
    ("interrupt_watchdog_timeout_ms", number("ESP_INT_WDT_TIMEOUT_MS")),
    ("bootloader_watchdog_ms", bootloader_watchdog_ms),
    ("bootloader_watchdog_disable_in_app", flag("BOOTLOADER_WDT_DISABLE_IN_USER_CODE")),
    ("project_name", lambda values: "ROTA_PROJECT_NAME"),
    ("version", lambda values: "ROTA_PROJECT_VERSION"),
    ("compile_time", compile_stamp("__TIME__")),
    ("compile_date", compile_stamp("__DATE__")),
    ("idf_version", lambda values: "ROTA_IDF_VERSION"),
    ("elf_sha_digits", number("APP_RETRIEVE_LEN_ELF_SHA")),
)


def source_text(values):
    """values: option name -> its text as in sdkconfig."""
    lines = ["// Written from sdkconfig; do not edit. The ROTA_ names are compile definitions.",
             '#include "idf/config.h"',
             "",
             "namespace rota::idf {",
             "",
             "const Config& config() {",
             "  static constexpr Config kConfig{"]
    for member, spell in MEMBERS:
        value = spell(values)
        if value is not None:
            lines.append("      .%s = %s," % (member, value))
    lines += ["  };", "  return kConfig;", "}", "", "}  // namespace rota::idf", ""]
    return "\n".join(lines)
