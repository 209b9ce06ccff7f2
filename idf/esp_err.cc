// esp_err.h: the names of the error codes, and what a failed ESP_ERROR_CHECK prints (surface 2.6).
#include "esp_err.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "esp_efuse.h"
#include "esp_http_client.h"
#include "esp_http_server.h"
#include "esp_https_ota.h"
#include "esp_image_format.h"
#include "esp_netif.h"
#include "esp_ota_ops.h"
#include "esp_tls.h"
#include "esp_wifi.h"
#include "idf/fault_signals.h"
#include "idf/runtime.h"
#include "nvs.h"

namespace {

struct NamedError {
  esp_err_t code;
  const char* name;
};

#define NAMED(symbol) \
  NamedError { symbol, #symbol }

// In the order of the codes.
constexpr std::array kNames = {
    NAMED(ESP_FAIL),
    NAMED(ESP_OK),
    NAMED(ESP_ERR_NO_MEM),
    NAMED(ESP_ERR_INVALID_ARG),
    NAMED(ESP_ERR_INVALID_STATE),
    NAMED(ESP_ERR_INVALID_SIZE),
    NAMED(ESP_ERR_NOT_FOUND),
    NAMED(ESP_ERR_NOT_SUPPORTED),
    NAMED(ESP_ERR_TIMEOUT),
    NAMED(ESP_ERR_INVALID_RESPONSE),
    NAMED(ESP_ERR_INVALID_CRC),
    NAMED(ESP_ERR_INVALID_VERSION),
    NAMED(ESP_ERR_INVALID_MAC),
    NAMED(ESP_ERR_NOT_FINISHED),
    NAMED(ESP_ERR_NOT_ALLOWED),
    NAMED(ESP_ERR_NVS_BASE),
    NAMED(ESP_ERR_NVS_NOT_INITIALIZED),
    NAMED(ESP_ERR_NVS_NOT_FOUND),
    NAMED(ESP_ERR_NVS_TYPE_MISMATCH),
    NAMED(ESP_ERR_NVS_READ_ONLY),
    NAMED(ESP_ERR_NVS_NOT_ENOUGH_SPACE),
    NAMED(ESP_ERR_NVS_INVALID_NAME),
    NAMED(ESP_ERR_NVS_INVALID_HANDLE),
    NAMED(ESP_ERR_NVS_REMOVE_FAILED),
    NAMED(ESP_ERR_NVS_KEY_TOO_LONG),
    NAMED(ESP_ERR_NVS_PAGE_FULL),
    NAMED(ESP_ERR_NVS_INVALID_STATE),
    NAMED(ESP_ERR_NVS_INVALID_LENGTH),
    NAMED(ESP_ERR_NVS_NO_FREE_PAGES),
    NAMED(ESP_ERR_NVS_VALUE_TOO_LONG),
    NAMED(ESP_ERR_NVS_PART_NOT_FOUND),
    NAMED(ESP_ERR_NVS_NEW_VERSION_FOUND),
    NAMED(ESP_ERR_NVS_XTS_ENCR_FAILED),
    NAMED(ESP_ERR_NVS_XTS_DECR_FAILED),
    NAMED(ESP_ERR_NVS_XTS_CFG_FAILED),
    NAMED(ESP_ERR_NVS_XTS_CFG_NOT_FOUND),
    NAMED(ESP_ERR_NVS_ENCR_NOT_SUPPORTED),
    NAMED(ESP_ERR_NVS_KEYS_NOT_INITIALIZED),
    NAMED(ESP_ERR_NVS_CORRUPT_KEY_PART),
    NAMED(ESP_ERR_NVS_CONTENT_DIFFERS),
    NAMED(ESP_ERR_NVS_WRONG_ENCRYPTION),
    NAMED(ESP_ERR_OTA_BASE),
    NAMED(ESP_ERR_OTA_PARTITION_CONFLICT),
    NAMED(ESP_ERR_OTA_SELECT_INFO_INVALID),
    NAMED(ESP_ERR_OTA_VALIDATE_FAILED),
    NAMED(ESP_ERR_OTA_SMALL_SEC_VER),
    NAMED(ESP_ERR_OTA_ROLLBACK_FAILED),
    NAMED(ESP_ERR_OTA_ROLLBACK_INVALID_STATE),
    NAMED(ESP_ERR_OTA_ALREADY_IN_PROGRESS),
    NAMED(ESP_ERR_OTA_SPI_MODE_MISMATCH),
    NAMED(ESP_ERR_EFUSE),
    NAMED(ESP_ERR_IMAGE_BASE),
    NAMED(ESP_ERR_IMAGE_FLASH_FAIL),
    NAMED(ESP_ERR_IMAGE_INVALID),
    NAMED(ESP_ERR_WIFI_BASE),
    NAMED(ESP_ERR_WIFI_NOT_INIT),
    NAMED(ESP_ERR_WIFI_NOT_STARTED),
    NAMED(ESP_ERR_WIFI_NOT_STOPPED),
    NAMED(ESP_ERR_WIFI_IF),
    NAMED(ESP_ERR_WIFI_MODE),
    NAMED(ESP_ERR_WIFI_STATE),
    NAMED(ESP_ERR_WIFI_CONN),
    NAMED(ESP_ERR_WIFI_NVS),
    NAMED(ESP_ERR_WIFI_MAC),
    NAMED(ESP_ERR_WIFI_SSID),
    NAMED(ESP_ERR_WIFI_PASSWORD),
    NAMED(ESP_ERR_WIFI_TIMEOUT),
    NAMED(ESP_ERR_WIFI_NOT_CONNECT),
    NAMED(ESP_ERR_MESH_BASE),
    NAMED(ESP_ERR_ESP_NETIF_BASE),
    NAMED(ESP_ERR_ESP_NETIF_INVALID_PARAMS),
    NAMED(ESP_ERR_ESP_NETIF_IF_NOT_READY),
    NAMED(ESP_ERR_ESP_NETIF_DHCPC_START_FAILED),
    NAMED(ESP_ERR_ESP_NETIF_DHCP_ALREADY_STARTED),
    NAMED(ESP_ERR_ESP_NETIF_DHCP_ALREADY_STOPPED),
    NAMED(ESP_ERR_ESP_NETIF_NO_MEM),
    NAMED(ESP_ERR_ESP_NETIF_DHCP_NOT_STOPPED),
    NAMED(ESP_ERR_ESP_NETIF_DRIVER_ATTACH_FAILED),
    NAMED(ESP_ERR_ESP_NETIF_INIT_FAILED),
    NAMED(ESP_ERR_ESP_NETIF_DNS_NOT_CONFIGURED),
    NAMED(ESP_ERR_FLASH_BASE),
    NAMED(ESP_ERR_FLASH_OP_FAIL),
    NAMED(ESP_ERR_FLASH_OP_TIMEOUT),
    NAMED(ESP_ERR_FLASH_NOT_INITIALISED),
    NAMED(ESP_ERR_FLASH_UNSUPPORTED_HOST),
    NAMED(ESP_ERR_FLASH_UNSUPPORTED_CHIP),
    NAMED(ESP_ERR_FLASH_PROTECTED),
    NAMED(ESP_ERR_HTTP_BASE),
    NAMED(ESP_ERR_HTTP_MAX_REDIRECT),
    NAMED(ESP_ERR_HTTP_CONNECT),
    NAMED(ESP_ERR_HTTP_WRITE_DATA),
    NAMED(ESP_ERR_HTTP_FETCH_HEADER),
    NAMED(ESP_ERR_HTTP_INVALID_TRANSPORT),
    NAMED(ESP_ERR_HTTP_CONNECTING),
    NAMED(ESP_ERR_HTTP_EAGAIN),
    NAMED(ESP_ERR_HTTP_CONNECTION_CLOSED),
    NAMED(ESP_ERR_HTTP_NOT_MODIFIED),
    NAMED(ESP_ERR_HTTP_RANGE_NOT_SATISFIABLE),
    NAMED(ESP_ERR_HTTP_READ_TIMEOUT),
    NAMED(ESP_ERR_HTTP_INCOMPLETE_DATA),
    NAMED(ESP_ERR_HTTP_REDIRECT_DOWNGRADE),
    NAMED(ESP_ERR_HTTP_HEADER_TOO_LONG),
    NAMED(ESP_ERR_ESP_TLS_BASE),
    NAMED(ESP_ERR_ESP_TLS_CANNOT_RESOLVE_HOSTNAME),
    NAMED(ESP_ERR_ESP_TLS_CANNOT_CREATE_SOCKET),
    NAMED(ESP_ERR_ESP_TLS_UNSUPPORTED_PROTOCOL_FAMILY),
    NAMED(ESP_ERR_ESP_TLS_FAILED_CONNECT_TO_HOST),
    NAMED(ESP_ERR_ESP_TLS_SOCKET_SETOPT_FAILED),
    NAMED(ESP_ERR_ESP_TLS_CONNECTION_TIMEOUT),
    NAMED(ESP_ERR_ESP_TLS_SE_FAILED),
    NAMED(ESP_ERR_ESP_TLS_TCP_CLOSED_FIN),
    NAMED(ESP_ERR_ESP_TLS_SERVER_HANDSHAKE_TIMEOUT),
    NAMED(ESP_ERR_MBEDTLS_X509_CRT_PARSE_FAILED),
    NAMED(ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED),
    NAMED(ESP_ERR_HTTPS_OTA_BASE),
    NAMED(ESP_ERR_HTTPS_OTA_IN_PROGRESS),
    NAMED(ESP_ERR_HTTPD_BASE),
    NAMED(ESP_ERR_HTTPD_HANDLERS_FULL),
    NAMED(ESP_ERR_HTTPD_HANDLER_EXISTS),
    NAMED(ESP_ERR_HTTPD_INVALID_REQ),
    NAMED(ESP_ERR_HTTPD_RESULT_TRUNC),
    NAMED(ESP_ERR_HTTPD_RESP_HDR),
    NAMED(ESP_ERR_HTTPD_RESP_SEND),
    NAMED(ESP_ERR_HTTPD_ALLOC_MEM),
    NAMED(ESP_ERR_HTTPD_TASK),
    NAMED(ESP_ERR_HW_CRYPTO_BASE),
    NAMED(ESP_ERR_MEMPROT_BASE),
};

#undef NAMED

constexpr bool comes_before(const NamedError& error, const NamedError& other) {
  return error.code < other.code;
}
static_assert(std::is_sorted(kNames.begin(), kNames.end(), comes_before));

// nullptr for a number without a name.
const char* name_of(esp_err_t code) {
  const auto found =
      std::lower_bound(kNames.begin(), kNames.end(), NamedError{code, nullptr}, comes_before);
  return found != kNames.end() && found->code == code ? found->name : nullptr;
}

void print_failed_check(const char* macro,
                        esp_err_t code,
                        const char* file,
                        int line,
                        const char* function,
                        const char* expression,
                        const void* caller) {
  std::array<char, 24> place{};
  std::snprintf(place.data(), place.size(), "0x%08zx",
                std::size_t{rota::idf::address_in_file(caller)});
  std::array<char, 16> number{};
  std::snprintf(number.data(), number.size(), "0x%x", static_cast<unsigned>(code));
  const std::string report = std::string(macro) + " failed: esp_err_t " + number.data() + " (" +
                             esp_err_to_name(code) + ") at " + place.data() + "\nfile: \"" + file +
                             "\" line " + std::to_string(line) + "\nfunc: " + function +
                             "\nexpression: " + expression + "\n";
  if (rota::idf::Runtime* boot = rota::idf::runtime_if_any()) {
    boot->write_console(report);
  } else {
    std::fputs(report.c_str(), stderr);
  }
}

}  // namespace

extern "C" {

const char* esp_err_to_name(esp_err_t code) {
  const char* name = name_of(code);
  return name == nullptr ? "ERROR" : name;
}

const char* esp_err_to_name_r(esp_err_t code, char* buf, size_t buflen) {
  if (buf == nullptr || buflen == 0) return buf;
  std::array<char, 128> text{};
  const char* shown = name_of(code);
  if (shown == nullptr && code > 0) {
    shown = ::strerror_r(code, text.data(), text.size());
    if (std::strncmp(shown, "Unknown error", 13) == 0) shown = nullptr;
  }
  if (shown == nullptr) {
    std::snprintf(text.data(), text.size(), "ERROR 0x%x(%d)", static_cast<unsigned>(code), code);
    shown = text.data();
  }
  std::snprintf(buf, buflen, "%s", shown);
  return buf;
}

void _esp_error_check_failed(
    esp_err_t rc, const char* file, int line, const char* function, const char* expression) {
  print_failed_check("ESP_ERROR_CHECK", rc, file, line, function, expression,
                     __builtin_return_address(0));
  std::abort();
}

void _esp_error_check_failed_without_abort(
    esp_err_t rc, const char* file, int line, const char* function, const char* expression) {
  print_failed_check("ESP_ERROR_CHECK_WITHOUT_ABORT", rc, file, line, function, expression,
                     __builtin_return_address(0));
}

}  // extern "C"
