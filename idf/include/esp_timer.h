// Time since boot, and timers whose callbacks run in one task ("esp_timer", priority 22).
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct esp_timer* esp_timer_handle_t;
typedef void (*esp_timer_cb_t)(void* arg);

typedef enum {
  ESP_TIMER_TASK,
  ESP_TIMER_ISR,  // runs in the timer's task, too
  ESP_TIMER_MAX,
} esp_timer_dispatch_t;

typedef struct {
  esp_timer_cb_t callback;
  void* arg;
  esp_timer_dispatch_t dispatch_method;
  const char* name;
  bool skip_unhandled_events;
} esp_timer_create_args_t;

esp_err_t esp_timer_early_init(void);
esp_err_t esp_timer_init(void);
esp_err_t esp_timer_deinit(void);

// Errors: INVALID_ARG for a missing callback.
esp_err_t esp_timer_create(const esp_timer_create_args_t* create_args,
                           esp_timer_handle_t* out_handle);
// Errors: INVALID_ARG for an unknown handle, INVALID_STATE when it runs already.
esp_err_t esp_timer_start_once(esp_timer_handle_t timer, uint64_t timeout_us);
esp_err_t esp_timer_start_periodic(esp_timer_handle_t timer, uint64_t period);
// Errors: INVALID_STATE when it does not run.
esp_err_t esp_timer_restart(esp_timer_handle_t timer, uint64_t timeout_us);
esp_err_t esp_timer_stop(esp_timer_handle_t timer);
// Errors: INVALID_STATE while it runs.
esp_err_t esp_timer_delete(esp_timer_handle_t timer);
bool esp_timer_is_active(esp_timer_handle_t timer);
esp_err_t esp_timer_get_period(esp_timer_handle_t timer, uint64_t* period);
esp_err_t esp_timer_get_expiry_time(esp_timer_handle_t timer, uint64_t* expiry);
// Absolute time of the next alarm in microseconds; INT64_MAX when no timer runs.
int64_t esp_timer_get_next_alarm(void);
esp_err_t esp_timer_dump(FILE* stream);

// Microseconds since this boot began.
int64_t esp_timer_get_time(void);

#ifdef __cplusplus
}
#endif
