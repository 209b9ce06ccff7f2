// What a virtual board does not have: the call compiles, says so once in the log, and answers
// ESP_ERR_NOT_SUPPORTED.
#pragma once

#include <stdbool.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

// Logs that the call does nothing here.
void rota_tell_not_offered(const char* call);

#ifdef __cplusplus
}
#endif

// The body of such a call, of whatever type.
#define ROTA_ANSWER_NOT_OFFERED(answer) \
  do {                                  \
    static bool rota_is_told = false;   \
    if (!rota_is_told) {                \
      rota_is_told = true;              \
      rota_tell_not_offered(__func__);  \
    }                                   \
    return answer;                      \
  } while (0)

// ROTA_NOT_OFFERED(ledc_stop, ledc_mode_t mode, ledc_channel_t channel, uint32_t idle)
#define ROTA_NOT_OFFERED(name, ...) \
  static inline esp_err_t name(__VA_ARGS__) { ROTA_ANSWER_NOT_OFFERED(ESP_ERR_NOT_SUPPORTED); }
