// Encoders of pulse trains: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rmt_encoder_t* rmt_encoder_handle_t;
typedef struct {
  uint32_t rota_unused;
} rmt_copy_encoder_config_t;

ROTA_NOT_OFFERED(rmt_new_copy_encoder,
                 const rmt_copy_encoder_config_t* config,
                 rmt_encoder_handle_t* ret_encoder)
ROTA_NOT_OFFERED(rmt_encoder_reset, rmt_encoder_handle_t encoder)

#ifdef __cplusplus
}
#endif
