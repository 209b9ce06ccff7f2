// Whether images are verified when they start. A virtual board has no fuses for it: its project's
// option says what a chip would.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ESP_SECURE_BOOT_DIGEST_LEN 32
// CONFIG_SECURE_BOOT.
bool esp_secure_boot_enabled(void);
typedef enum {
  ESP_SECURE_BOOT_V1_ECDSA = 0,
  ESP_SECURE_BOOT_V2_RSA,
  ESP_SECURE_BOOT_V2_ECDSA
} esp_secure_boot_sig_scheme_t;
ROTA_NOT_OFFERED(esp_secure_boot_verify_signature, uint32_t src_addr, uint32_t length)
static inline void esp_secure_boot_init_checks(void) {}
static inline bool esp_secure_boot_cfg_verify_release_mode(void) { return false; }
ROTA_NOT_OFFERED(esp_secure_boot_enable_secure_features, void)

#ifdef __cplusplus
}
#endif
