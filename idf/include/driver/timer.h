// The old hardware timers: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { TIMER_GROUP_0 = 0, TIMER_GROUP_1, TIMER_GROUP_MAX } timer_group_t;
typedef enum { TIMER_0 = 0, TIMER_1, TIMER_MAX } timer_idx_t;
typedef enum { TIMER_ALARM_DIS = 0, TIMER_ALARM_EN } timer_alarm_t;
typedef enum { TIMER_PAUSE = 0, TIMER_START } timer_start_t;
typedef enum { TIMER_COUNT_DOWN = 0, TIMER_COUNT_UP } timer_count_dir_t;
typedef enum { TIMER_AUTORELOAD_DIS = 0, TIMER_AUTORELOAD_EN } timer_autoreload_t;
typedef enum { TIMER_INTR_LEVEL = 0 } timer_intr_mode_t;
#define TIMER_BASE_CLK 80000000
typedef bool (*timer_isr_t)(void* arg);
typedef struct {
  timer_alarm_t alarm_en;
  timer_start_t counter_en;
  timer_intr_mode_t intr_type;
  timer_count_dir_t counter_dir;
  timer_autoreload_t auto_reload;
  uint32_t divider;
} timer_config_t;

ROTA_NOT_OFFERED(timer_init,
                 timer_group_t group_num,
                 timer_idx_t timer_num,
                 const timer_config_t* config)
ROTA_NOT_OFFERED(timer_set_counter_value,
                 timer_group_t group_num,
                 timer_idx_t timer_num,
                 uint64_t load_val)
ROTA_NOT_OFFERED(timer_get_counter_value,
                 timer_group_t group_num,
                 timer_idx_t timer_num,
                 uint64_t* timer_val)
ROTA_NOT_OFFERED(timer_set_alarm_value,
                 timer_group_t group_num,
                 timer_idx_t timer_num,
                 uint64_t alarm_value)
ROTA_NOT_OFFERED(timer_enable_intr, timer_group_t group_num, timer_idx_t timer_num)
ROTA_NOT_OFFERED(timer_isr_callback_add,
                 timer_group_t group_num,
                 timer_idx_t timer_num,
                 timer_isr_t isr_handler,
                 void* arg,
                 int intr_alloc_flags)
ROTA_NOT_OFFERED(timer_start, timer_group_t group_num, timer_idx_t timer_num)
ROTA_NOT_OFFERED(timer_pause, timer_group_t group_num, timer_idx_t timer_num)

#ifdef __cplusplus
}
#endif
