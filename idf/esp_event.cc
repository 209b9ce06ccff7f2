// esp_event.h over the event loops (surface 2.10).
#include "esp_event.h"

#include <new>
#include <string>

#include "esp_log.h"
#include "idf/event_loops.h"

using rota::idf::EventLoop;
using rota::idf::runtime;

namespace {

constexpr const char* kTag = "event";

EventLoop* default_loop() { return runtime().event_loops().default_loop(); }

// The loop behind a handle; nullptr for one that does not exist (any more).
EventLoop* loop_of(esp_event_loop_handle_t handle) {
  auto* loop = static_cast<EventLoop*>(handle);
  return loop != nullptr && runtime().holds(loop) ? loop : nullptr;
}

// What a call without a handle answers when nobody created the default loop.
esp_err_t no_default_loop(const char* call) {
  ESP_LOGE(kTag, "%s: there is no default event loop; call esp_event_loop_create_default() first.",
           call);
  return ESP_ERR_INVALID_STATE;
}

bool is_impossible(esp_event_base_t base, std::int32_t id) {
  return base == ESP_EVENT_ANY_BASE && id != ESP_EVENT_ANY_ID;
}

// Without an instance a second registration of the same handler replaces the first one's argument.
esp_err_t add(EventLoop& loop,
              esp_event_base_t base,
              std::int32_t id,
              esp_event_handler_t handler,
              void* argument,
              esp_event_handler_instance_t* instance,
              bool each_counts) try {
  if (handler == nullptr || is_impossible(base, id)) return ESP_ERR_INVALID_ARG;
  EventLoop::Handler* known = each_counts ? nullptr : loop.find(base, id, handler);
  if (known != nullptr) {
    known->argument = argument;
    return ESP_OK;
  }
  EventLoop::Handler& added = loop.add(base, id, handler, argument);
  if (instance != nullptr) *instance = &added;
  return ESP_OK;
} catch (const std::bad_alloc&) {
  return ESP_ERR_NO_MEM;
}

// Unregistering what is not registered is no error.
esp_err_t remove(EventLoop& loop,
                 esp_event_base_t base,
                 std::int32_t id,
                 esp_event_handler_t handler) {
  if (handler == nullptr || is_impossible(base, id)) return ESP_ERR_INVALID_ARG;
  if (EventLoop::Handler* known = loop.find(base, id, handler)) loop.remove(*known);
  return ESP_OK;
}

esp_err_t remove_instance(EventLoop& loop,
                          esp_event_base_t base,
                          std::int32_t id,
                          esp_event_handler_instance_t instance) {
  if (instance == nullptr || is_impossible(base, id)) return ESP_ERR_INVALID_ARG;
  EventLoop::Handler* known = loop.find(instance);
  if (known != nullptr && known->base == base && known->id == id) loop.remove(*known);
  return ESP_OK;
}

esp_err_t post(EventLoop& loop,
               esp_event_base_t base,
               std::int32_t id,
               const void* data,
               std::size_t size,
               TickType_t ticks) {
  if (base == ESP_EVENT_ANY_BASE || id == ESP_EVENT_ANY_ID) return ESP_ERR_INVALID_ARG;
  return loop.post(base, id, data, size, ticks);
}

}  // namespace

extern "C" {

esp_err_t esp_event_loop_create(const esp_event_loop_args_t* event_loop_args,
                                esp_event_loop_handle_t* event_loop) {
  if (event_loop_args == nullptr || event_loop == nullptr || event_loop_args->queue_size <= 0) {
    return ESP_ERR_INVALID_ARG;
  }
  auto* loop = runtime().create<EventLoop>(static_cast<std::size_t>(event_loop_args->queue_size));
  if (loop == nullptr) return ESP_ERR_NO_MEM;
  if (event_loop_args->task_name != nullptr &&
      !loop->start_task({event_loop_args->task_name, event_loop_args->task_priority,
                         event_loop_args->task_stack_size})) {
    runtime().destroy(loop);
    return ESP_ERR_NO_MEM;
  }
  *event_loop = loop;
  return ESP_OK;
}

esp_err_t esp_event_loop_delete(esp_event_loop_handle_t event_loop) {
  EventLoop* loop = loop_of(event_loop);
  if (loop == nullptr || loop == default_loop()) return ESP_ERR_INVALID_ARG;
  EventLoop::destroy(*loop);
  return ESP_OK;
}

esp_err_t esp_event_loop_create_default(void) { return runtime().event_loops().create_default(); }
esp_err_t esp_event_loop_delete_default(void) { return runtime().event_loops().delete_default(); }

esp_err_t esp_event_loop_run(esp_event_loop_handle_t event_loop, TickType_t ticks_to_run) {
  EventLoop* loop = loop_of(event_loop);
  if (loop == nullptr) return ESP_ERR_INVALID_ARG;
  loop->handle_for(ticks_to_run);
  return ESP_OK;
}

esp_err_t esp_event_handler_register(esp_event_base_t event_base,
                                     int32_t event_id,
                                     esp_event_handler_t event_handler,
                                     void* event_handler_arg) {
  EventLoop* loop = default_loop();
  if (loop == nullptr) return no_default_loop(__func__);
  return add(*loop, event_base, event_id, event_handler, event_handler_arg, nullptr, false);
}

esp_err_t esp_event_handler_register_with(esp_event_loop_handle_t event_loop,
                                          esp_event_base_t event_base,
                                          int32_t event_id,
                                          esp_event_handler_t event_handler,
                                          void* event_handler_arg) {
  EventLoop* loop = loop_of(event_loop);
  if (loop == nullptr) return ESP_ERR_INVALID_ARG;
  return add(*loop, event_base, event_id, event_handler, event_handler_arg, nullptr, false);
}

esp_err_t esp_event_handler_instance_register(esp_event_base_t event_base,
                                              int32_t event_id,
                                              esp_event_handler_t event_handler,
                                              void* event_handler_arg,
                                              esp_event_handler_instance_t* instance) {
  EventLoop* loop = default_loop();
  if (loop == nullptr) return no_default_loop(__func__);
  return add(*loop, event_base, event_id, event_handler, event_handler_arg, instance, true);
}

esp_err_t esp_event_handler_instance_register_with(esp_event_loop_handle_t event_loop,
                                                   esp_event_base_t event_base,
                                                   int32_t event_id,
                                                   esp_event_handler_t event_handler,
                                                   void* event_handler_arg,
                                                   esp_event_handler_instance_t* instance) {
  EventLoop* loop = loop_of(event_loop);
  if (loop == nullptr) return ESP_ERR_INVALID_ARG;
  return add(*loop, event_base, event_id, event_handler, event_handler_arg, instance, true);
}

esp_err_t esp_event_handler_unregister(esp_event_base_t event_base,
                                       int32_t event_id,
                                       esp_event_handler_t event_handler) {
  EventLoop* loop = default_loop();
  if (loop == nullptr) return no_default_loop(__func__);
  return remove(*loop, event_base, event_id, event_handler);
}

esp_err_t esp_event_handler_unregister_with(esp_event_loop_handle_t event_loop,
                                            esp_event_base_t event_base,
                                            int32_t event_id,
                                            esp_event_handler_t event_handler) {
  EventLoop* loop = loop_of(event_loop);
  if (loop == nullptr) return ESP_ERR_INVALID_ARG;
  return remove(*loop, event_base, event_id, event_handler);
}

esp_err_t esp_event_handler_instance_unregister(esp_event_base_t event_base,
                                                int32_t event_id,
                                                esp_event_handler_instance_t instance) {
  EventLoop* loop = default_loop();
  if (loop == nullptr) return no_default_loop(__func__);
  return remove_instance(*loop, event_base, event_id, instance);
}

esp_err_t esp_event_handler_instance_unregister_with(esp_event_loop_handle_t event_loop,
                                                     esp_event_base_t event_base,
                                                     int32_t event_id,
                                                     esp_event_handler_instance_t instance) {
  EventLoop* loop = loop_of(event_loop);
  if (loop == nullptr) return ESP_ERR_INVALID_ARG;
  return remove_instance(*loop, event_base, event_id, instance);
}

// Silent without the loop: the face's own components post, too, and most programs do not listen.
esp_err_t esp_event_post(esp_event_base_t event_base,
                         int32_t event_id,
                         const void* event_data,
                         size_t event_data_size,
                         TickType_t ticks_to_wait) try {
  EventLoop* loop = default_loop();
  if (loop == nullptr) return ESP_ERR_INVALID_STATE;
  return post(*loop, event_base, event_id, event_data, event_data_size, ticks_to_wait);
} catch (const std::bad_alloc&) {
  return ESP_ERR_NO_MEM;
}

esp_err_t esp_event_post_to(esp_event_loop_handle_t event_loop,
                            esp_event_base_t event_base,
                            int32_t event_id,
                            const void* event_data,
                            size_t event_data_size,
                            TickType_t ticks_to_wait) try {
  EventLoop* loop = loop_of(event_loop);
  if (loop == nullptr) return ESP_ERR_INVALID_ARG;
  return post(*loop, event_base, event_id, event_data, event_data_size, ticks_to_wait);
} catch (const std::bad_alloc&) {
  return ESP_ERR_NO_MEM;
}

esp_err_t esp_event_isr_post(esp_event_base_t event_base,
                             int32_t event_id,
                             const void* event_data,
                             size_t event_data_size,
                             BaseType_t* task_unblocked) {
  if (task_unblocked != nullptr) *task_unblocked = pdFALSE;
  const esp_err_t posted = esp_event_post(event_base, event_id, event_data, event_data_size, 0);
  return posted == ESP_ERR_TIMEOUT ? ESP_FAIL : posted;
}

}  // extern "C"
