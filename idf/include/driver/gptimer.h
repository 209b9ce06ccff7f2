// Hardware timers: a virtual board has none for programs; esp_timer.h and FreeRTOS timers are
// there.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gptimer_t* gptimer_handle_t;
typedef enum {
  GPTIMER_CLK_SRC_DEFAULT = 0,
  GPTIMER_CLK_SRC_APB,
  GPTIMER_CLK_SRC_XTAL
} gptimer_clock_source_t;
typedef enum { GPTIMER_COUNT_DOWN, GPTIMER_COUNT_UP } gptimer_count_direction_t;

typedef struct {
  gptimer_clock_source_t clk_src;
  gptimer_count_direction_t direction;
  uint32_t resolution_hz;
  int intr_priority;
  struct {
    uint32_t intr_shared : 1;
    uint32_t allow_pd : 1;
    uint32_t backup_before_sleep : 1;
  } flags;
} gptimer_config_t;

typedef struct {
  uint64_t count_value;
  uint64_t alarm_value;
} gptimer_alarm_event_data_t;
typedef bool (*gptimer_alarm_cb_t)(gptimer_handle_t timer,
                                   const gptimer_alarm_event_data_t* edata,
                                   void* user_ctx);
typedef struct {
  gptimer_alarm_cb_t on_alarm;
} gptimer_event_callbacks_t;

typedef struct {
  uint64_t alarm_count;
  uint64_t reload_count;
  struct {
    uint32_t auto_reload_on_alarm : 1;
  } flags;
} gptimer_alarm_config_t;

ROTA_NOT_OFFERED(gptimer_new_timer, const gptimer_config_t* config, gptimer_handle_t* ret_timer)
ROTA_NOT_OFFERED(gptimer_del_timer, gptimer_handle_t timer)
ROTA_NOT_OFFERED(gptimer_register_event_callbacks,
                 gptimer_handle_t timer,
                 const gptimer_event_callbacks_t* cbs,
                 void* user_data)
ROTA_NOT_OFFERED(gptimer_set_alarm_action,
                 gptimer_handle_t timer,
                 const gptimer_alarm_config_t* config)
ROTA_NOT_OFFERED(gptimer_set_raw_count, gptimer_handle_t timer, uint64_t value)
ROTA_NOT_OFFERED(gptimer_get_raw_count, gptimer_handle_t timer, uint64_t* value)
ROTA_NOT_OFFERED(gptimer_enable, gptimer_handle_t timer)
ROTA_NOT_OFFERED(gptimer_disable, gptimer_handle_t timer)
ROTA_NOT_OFFERED(gptimer_start, gptimer_handle_t timer)
ROTA_NOT_OFFERED(gptimer_stop, gptimer_handle_t timer)

#ifdef __cplusplus
}
#endif
