// Core dumps: a virtual board writes none; its black box keeps the last words (rota_black_box.h).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  uint32_t exc_tcb;
  char exc_task[16];
  uint32_t exc_pc;
  uint32_t core_dump_version;
} esp_core_dump_summary_t;
ROTA_NOT_OFFERED(esp_core_dump_image_check, void)
ROTA_NOT_OFFERED(esp_core_dump_image_get, size_t* out_addr, size_t* out_size)
ROTA_NOT_OFFERED(esp_core_dump_image_erase, void)
ROTA_NOT_OFFERED(esp_core_dump_get_summary, esp_core_dump_summary_t* summary)
ROTA_NOT_OFFERED(esp_core_dump_get_panic_reason, char* reason_buffer, size_t buffer_size)
static inline void esp_core_dump_init(void) {}

#ifdef __cplusplus
}
#endif
