// Event loops. The default loop's handlers run in the task "sys_evt" (priority 20), in the order in
// which they were registered, one event after the other in the order of the posts.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_event_base.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"
#include "freertos/semphr.h"
#include "freertos/task.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  int32_t queue_size;
  const char* task_name;  // NULL: the caller runs the loop with esp_event_loop_run
  UBaseType_t task_priority;
  uint32_t task_stack_size;
  BaseType_t task_core_id;
} esp_event_loop_args_t;

// Errors: INVALID_ARG, NO_MEM.
esp_err_t esp_event_loop_create(const esp_event_loop_args_t* event_loop_args,
                                esp_event_loop_handle_t* event_loop);
esp_err_t esp_event_loop_delete(esp_event_loop_handle_t event_loop);
// Errors: INVALID_STATE when it exists already.
esp_err_t esp_event_loop_create_default(void);
esp_err_t esp_event_loop_delete_default(void);
// Handles what is posted within the time given, for loops without a task of their own.
esp_err_t esp_event_loop_run(esp_event_loop_handle_t event_loop, TickType_t ticks_to_run);

// Errors: INVALID_ARG for a specific id of any base or no handler; INVALID_STATE without the loop.
esp_err_t esp_event_handler_register(esp_event_base_t event_base,
                                     int32_t event_id,
                                     esp_event_handler_t event_handler,
                                     void* event_handler_arg);
esp_err_t esp_event_handler_register_with(esp_event_loop_handle_t event_loop,
                                          esp_event_base_t event_base,
                                          int32_t event_id,
                                          esp_event_handler_t event_handler,
                                          void* event_handler_arg);
esp_err_t esp_event_handler_instance_register(esp_event_base_t event_base,
                                              int32_t event_id,
                                              esp_event_handler_t event_handler,
                                              void* event_handler_arg,
                                              esp_event_handler_instance_t* instance);
esp_err_t esp_event_handler_instance_register_with(esp_event_loop_handle_t event_loop,
                                                   esp_event_base_t event_base,
                                                   int32_t event_id,
                                                   esp_event_handler_t event_handler,
                                                   void* event_handler_arg,
                                                   esp_event_handler_instance_t* instance);
esp_err_t esp_event_handler_unregister(esp_event_base_t event_base,
                                       int32_t event_id,
                                       esp_event_handler_t event_handler);
esp_err_t esp_event_handler_unregister_with(esp_event_loop_handle_t event_loop,
                                            esp_event_base_t event_base,
                                            int32_t event_id,
                                            esp_event_handler_t event_handler);
esp_err_t esp_event_handler_instance_unregister(esp_event_base_t event_base,
                                                int32_t event_id,
                                                esp_event_handler_instance_t instance);
esp_err_t esp_event_handler_instance_unregister_with(esp_event_loop_handle_t event_loop,
                                                     esp_event_base_t event_base,
                                                     int32_t event_id,
                                                     esp_event_handler_instance_t instance);

// The data are copied. Waits for room in the loop's queue.
// Errors: TIMEOUT, INVALID_ARG for any base or any id, INVALID_STATE without the loop.
esp_err_t esp_event_post(esp_event_base_t event_base,
                         int32_t event_id,
                         const void* event_data,
                         size_t event_data_size,
                         TickType_t ticks_to_wait);
esp_err_t esp_event_post_to(esp_event_loop_handle_t event_loop,
                            esp_event_base_t event_base,
                            int32_t event_id,
                            const void* event_data,
                            size_t event_data_size,
                            TickType_t ticks_to_wait);
esp_err_t esp_event_isr_post(esp_event_base_t event_base,
                             int32_t event_id,
                             const void* event_data,
                             size_t event_data_size,
                             BaseType_t* task_unblocked);

#ifdef __cplusplus
}
#endif
