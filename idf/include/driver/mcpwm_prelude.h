// Motor control: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mcpwm_timer_t* mcpwm_timer_handle_t;
typedef struct mcpwm_oper_t* mcpwm_oper_handle_t;
typedef struct mcpwm_cmpr_t* mcpwm_cmpr_handle_t;
typedef struct mcpwm_gen_t* mcpwm_gen_handle_t;
typedef enum { MCPWM_TIMER_CLK_SRC_DEFAULT = 0 } mcpwm_timer_clock_source_t;
typedef enum {
  MCPWM_TIMER_COUNT_MODE_PAUSE,
  MCPWM_TIMER_COUNT_MODE_UP,
  MCPWM_TIMER_COUNT_MODE_DOWN,
  MCPWM_TIMER_COUNT_MODE_UP_DOWN
} mcpwm_timer_count_mode_t;
typedef enum {
  MCPWM_TIMER_STOP_EMPTY,
  MCPWM_TIMER_STOP_FULL,
  MCPWM_TIMER_START_NO_STOP,
  MCPWM_TIMER_START_STOP_EMPTY,
  MCPWM_TIMER_START_STOP_FULL
} mcpwm_timer_start_stop_cmd_t;
typedef struct {
  int group_id;
  mcpwm_timer_clock_source_t clk_src;
  uint32_t resolution_hz;
  mcpwm_timer_count_mode_t count_mode;
  uint32_t period_ticks;
  int intr_priority;
} mcpwm_timer_config_t;
typedef struct {
  int group_id;
  int intr_priority;
} mcpwm_operator_config_t;
typedef struct {
  int intr_priority;
  struct {
    uint32_t update_cmp_on_tez : 1;
    uint32_t update_cmp_on_tep : 1;
    uint32_t update_cmp_on_sync : 1;
  } flags;
} mcpwm_comparator_config_t;
typedef struct {
  int gen_gpio_num;
} mcpwm_generator_config_t;

ROTA_NOT_OFFERED(mcpwm_new_timer,
                 const mcpwm_timer_config_t* config,
                 mcpwm_timer_handle_t* ret_timer)
ROTA_NOT_OFFERED(mcpwm_new_operator,
                 const mcpwm_operator_config_t* config,
                 mcpwm_oper_handle_t* ret_oper)
ROTA_NOT_OFFERED(mcpwm_operator_connect_timer, mcpwm_oper_handle_t oper, mcpwm_timer_handle_t timer)
ROTA_NOT_OFFERED(mcpwm_new_comparator,
                 mcpwm_oper_handle_t oper,
                 const mcpwm_comparator_config_t* config,
                 mcpwm_cmpr_handle_t* ret_cmpr)
ROTA_NOT_OFFERED(mcpwm_new_generator,
                 mcpwm_oper_handle_t oper,
                 const mcpwm_generator_config_t* config,
                 mcpwm_gen_handle_t* ret_gen)
ROTA_NOT_OFFERED(mcpwm_comparator_set_compare_value, mcpwm_cmpr_handle_t cmpr, uint32_t cmp_ticks)
ROTA_NOT_OFFERED(mcpwm_timer_enable, mcpwm_timer_handle_t timer)
ROTA_NOT_OFFERED(mcpwm_timer_start_stop,
                 mcpwm_timer_handle_t timer,
                 mcpwm_timer_start_stop_cmd_t command)

#ifdef __cplusplus
}
#endif
