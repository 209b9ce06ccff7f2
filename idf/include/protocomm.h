// Secured exchanges with a phone: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct protocomm protocomm_t;
static inline protocomm_t* protocomm_new(void) { ROTA_ANSWER_NOT_OFFERED(NULL); }
static inline void protocomm_delete(protocomm_t* pc) {}

ROTA_NOT_OFFERED(protocomm_open_session, protocomm_t* pc, uint32_t session_id)

#ifdef __cplusplus
}
#endif
