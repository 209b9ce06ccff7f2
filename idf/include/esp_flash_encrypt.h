// Whether flash is encrypted. A virtual board's never is: its project's option says what a chip
// would.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  ESP_FLASH_ENC_MODE_DISABLED,
  ESP_FLASH_ENC_MODE_DEVELOPMENT,
  ESP_FLASH_ENC_MODE_RELEASE,
} esp_flash_enc_mode_t;

// CONFIG_SECURE_FLASH_ENC_ENABLED.
bool esp_flash_encryption_enabled(void);
esp_flash_enc_mode_t esp_get_flash_encryption_mode(void);
static inline void esp_flash_encryption_init_checks(void) {}
static inline bool esp_flash_encryption_cfg_verify_release_mode(void) { return false; }
static inline bool esp_flash_encrypt_initialized_once(void) { return false; }
ROTA_NOT_OFFERED(esp_flash_encrypt_region, uint32_t src_addr, size_t data_length)
static inline void esp_flash_write_protect_crypt_cnt(void) {}
static inline void esp_flash_encryption_set_release_mode(void) {}

#ifdef __cplusplus
}
#endif
