// esp_system.h, esp_sleep.h, esp_chip_info.h, esp_mac.h, esp_random.h and esp_rom_sys.h over the
// platform (surface 2.11, 2.15).
#include "esp_system.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <string>

#include "esp_rom_sys.h"
#include "esp_sleep.h"
#include "idf/log.h"
#include "idf/network.h"
#include "idf/runtime.h"

using rota::formats::ChipFacts;
using rota::formats::ChipId;
using rota::idf::ResetReason;
using rota::idf::runtime;

namespace {

constexpr std::size_t kMaxShutdownHandlers = 5;

// An ESP32 that runs a small program with Wi-Fi has about this much left.
constexpr std::uint32_t kFreeHeapBytes = 230'000;
constexpr std::uint32_t kMinimumFreeHeapBytes = 210'000;

esp_chip_info_t describe(const rota::core::ChipIdentity& chip) {
  esp_chip_info_t described{};
  described.revision = chip.revision;
  const ChipId id = chip.facts == nullptr ? ChipId::kEsp32 : chip.facts->id;
  // The model's number is the image's chip id, except for the first chip.
  described.model =
      id == ChipId::kEsp32 ? CHIP_ESP32 : static_cast<esp_chip_model_t>(static_cast<int>(id));
  const bool has_two_cores = id == ChipId::kEsp32 || id == ChipId::kEsp32S3 ||
                             id == ChipId::kEsp32P4 || id == ChipId::kEsp32S31;
  described.cores = has_two_cores ? 2 : 1;
  const bool has_wifi = id != ChipId::kEsp32H2 && id != ChipId::kEsp32P4 &&
                        id != ChipId::kEsp32H21 && id != ChipId::kEsp32H4;
  described.features = has_wifi ? CHIP_FEATURE_WIFI_BGN : 0;
  return described;
}

}  // namespace

extern "C" {

esp_err_t esp_register_shutdown_handler(shutdown_handler_t handle) {
  auto& handlers = runtime().shutdown_handlers();
  if (handle == nullptr) return ESP_ERR_INVALID_ARG;
  if (std::find(handlers.begin(), handlers.end(), handle) != handlers.end()) {
    return ESP_ERR_INVALID_STATE;
  }
  if (handlers.size() >= kMaxShutdownHandlers) return ESP_ERR_NO_MEM;
  handlers.push_back(handle);
  return ESP_OK;
}

esp_err_t esp_unregister_shutdown_handler(shutdown_handler_t handle) {
  return std::erase(runtime().shutdown_handlers(), handle) > 0 ? ESP_OK : ESP_ERR_INVALID_STATE;
}

void esp_restart(void) { runtime().restart(); }

const char* esp_get_idf_version(void) { return rota::idf::config().idf_version; }

esp_reset_reason_t esp_reset_reason(void) {
  return static_cast<esp_reset_reason_t>(runtime().platform().reset_reason());
}

void esp_system_abort(const char* details) {
  runtime().panic(std::string("\n") + (details == nullptr ? "" : details) + "\n");
}

uint32_t esp_get_free_heap_size(void) { return kFreeHeapBytes; }
uint32_t esp_get_free_internal_heap_size(void) { return kFreeHeapBytes; }
uint32_t esp_get_minimum_free_heap_size(void) { return kMinimumFreeHeapBytes; }

void esp_chip_info(esp_chip_info_t* out_info) {
  if (out_info != nullptr) *out_info = describe(runtime().platform().chip());
}

esp_err_t esp_read_mac(uint8_t* mac, esp_mac_type_t type) {
  if (mac == nullptr || type < ESP_MAC_WIFI_STA || type > ESP_MAC_EFUSE_EXT) {
    return ESP_ERR_INVALID_ARG;
  }
  if (type == ESP_MAC_IEEE802154 || type == ESP_MAC_EFUSE_CUSTOM || type == ESP_MAC_EFUSE_EXT) {
    return ESP_ERR_NOT_SUPPORTED;
  }
  std::ranges::copy(rota::idf::mac_address_of(type), mac);
  return ESP_OK;
}

esp_err_t esp_efuse_mac_get_default(uint8_t* mac) {
  return esp_read_mac(mac, ESP_MAC_EFUSE_FACTORY);
}
esp_err_t esp_base_mac_addr_get(uint8_t* mac) { return esp_read_mac(mac, ESP_MAC_BASE); }

uint32_t esp_random(void) {
  uint32_t number = 0;
  esp_fill_random(&number, sizeof(number));
  return number;
}

void esp_fill_random(void* buf, size_t len) {
  auto* at = static_cast<char*>(buf);
  while (len > 0) {
    const ssize_t got = ::getrandom(at, len, 0);
    if (got < 0 && errno != EINTR) esp_system_abort("The host gives no random numbers.");
    if (got <= 0) continue;
    at += got;
    len -= static_cast<size_t>(got);
  }
}

esp_err_t esp_sleep_enable_timer_wakeup(uint64_t time_in_us) {
  runtime().next_sleep_us = time_in_us;
  return ESP_OK;
}

void esp_deep_sleep_start(void) {
  runtime().reset(ResetReason::kDeepSleep, runtime().next_sleep_us);
}

void esp_deep_sleep(uint64_t time_in_us) {
  esp_sleep_enable_timer_wakeup(time_in_us);
  esp_deep_sleep_start();
}

esp_sleep_wakeup_cause_t esp_sleep_get_wakeup_cause(void) {
  return esp_reset_reason() == ESP_RST_DEEPSLEEP ? ESP_SLEEP_WAKEUP_TIMER
                                                 : ESP_SLEEP_WAKEUP_UNDEFINED;
}

uint32_t esp_sleep_get_wakeup_causes(void) { return 1U << esp_sleep_get_wakeup_cause(); }

int esp_rom_printf(const char* fmt, ...) {
  va_list arguments;
  va_start(arguments, fmt);
  const std::string text = rota::idf::format_text(fmt, arguments);
  va_end(arguments);
  runtime().write_console(text);
  return static_cast<int>(text.size());
}

void esp_rom_delay_us(uint32_t us) {
  rota::idf::Scheduler& scheduler = runtime().scheduler();
  const std::uint64_t until = scheduler.now_us() + us;
  while (scheduler.now_us() < until) {
  }
}

}  // extern "C"
