// Reset, reset reason and memory figures. Also brings what 4.4's header brought, because many
// sources rely on it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_attr.h"
#include "esp_bit_defs.h"
#include "esp_chip_info.h"
#include "esp_err.h"
#include "esp_idf_version.h"
#include "esp_mac.h"
#include "esp_random.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  ESP_RST_UNKNOWN = 0,
  ESP_RST_POWERON = 1,
  ESP_RST_EXT = 2,
  ESP_RST_SW = 3,
  ESP_RST_PANIC = 4,
  ESP_RST_INT_WDT = 5,
  ESP_RST_TASK_WDT = 6,
  ESP_RST_WDT = 7,
  ESP_RST_DEEPSLEEP = 8,
  ESP_RST_BROWNOUT = 9,
  ESP_RST_SDIO = 10,
  ESP_RST_USB = 11,
  ESP_RST_JTAG = 12,
  ESP_RST_EFUSE = 13,
  ESP_RST_PWR_GLITCH = 14,
  ESP_RST_CPU_LOCKUP = 15,
} esp_reset_reason_t;

typedef void (*shutdown_handler_t)(void);

// At most five; they run in reverse order before esp_restart ends the boot.
// Errors: INVALID_STATE for one that is registered already, NO_MEM.
esp_err_t esp_register_shutdown_handler(shutdown_handler_t handle);
esp_err_t esp_unregister_shutdown_handler(shutdown_handler_t handle);

void esp_restart(void) __attribute__((__noreturn__));
esp_reset_reason_t esp_reset_reason(void);

// Prints the text like a panic of the chip and restarts with the reason PANIC.
void esp_system_abort(const char* details) __attribute__((__noreturn__));

// A virtual board has the host's memory; these figures are those of an idle chip, constant.
uint32_t esp_get_free_heap_size(void);
uint32_t esp_get_free_internal_heap_size(void);
uint32_t esp_get_minimum_free_heap_size(void);

#ifdef __cplusplus
}
#endif
