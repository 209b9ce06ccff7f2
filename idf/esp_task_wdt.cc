// esp_task_wdt.h (surface 2.15).
#include "esp_task_wdt.h"

#include "idf/runtime.h"
#include "idf/task_watchdog.h"

using rota::idf::runtime;
using rota::idf::Task;
using rota::idf::TaskWatchdog;

namespace {

TaskWatchdog& watchdog() { return runtime().task_watchdog(); }

// NULL means the caller; nullptr for a task that does not exist (any more).
Task* task_of(TaskHandle_t handle) {
  rota::idf::Scheduler& scheduler = runtime().scheduler();
  if (handle == nullptr) return &scheduler.current();
  return scheduler.holds(handle) ? handle : nullptr;
}

esp_err_t start(const esp_task_wdt_config_t& config) {
  if (config.timeout_ms == 0) return ESP_ERR_INVALID_ARG;
  watchdog().start(std::uint64_t{config.timeout_ms} * 1000U, config.trigger_panic);
  return ESP_OK;
}

}  // namespace

extern "C" {

esp_err_t esp_task_wdt_init(const esp_task_wdt_config_t* config) {
  if (config == nullptr) return ESP_ERR_INVALID_ARG;
  if (watchdog().is_running()) return ESP_ERR_INVALID_STATE;
  return start(*config);
}

esp_err_t esp_task_wdt_reconfigure(const esp_task_wdt_config_t* config) {
  if (config == nullptr) return ESP_ERR_INVALID_ARG;
  return watchdog().is_running() ? start(*config) : ESP_ERR_INVALID_STATE;
}

esp_err_t esp_task_wdt_deinit(void) {
  if (!watchdog().is_running() || watchdog().watches_any()) return ESP_ERR_INVALID_STATE;
  watchdog().stop();
  return ESP_OK;
}

esp_err_t esp_task_wdt_add(TaskHandle_t task_handle) {
  if (!watchdog().is_running()) return ESP_ERR_INVALID_STATE;
  const Task* task = task_of(task_handle);
  if (task == nullptr || watchdog().watches(*task)) return ESP_ERR_INVALID_ARG;
  watchdog().report(*task);
  return ESP_OK;
}

esp_err_t esp_task_wdt_delete(TaskHandle_t task_handle) {
  if (!watchdog().is_running()) return ESP_ERR_INVALID_STATE;
  const Task* task = task_of(task_handle);
  if (task == nullptr || !watchdog().watches(*task)) return ESP_ERR_NOT_FOUND;
  watchdog().remove(*task);
  return ESP_OK;
}

esp_err_t esp_task_wdt_reset(void) {
  if (!watchdog().is_running()) return ESP_ERR_INVALID_STATE;
  const Task& task = runtime().scheduler().current();
  if (!watchdog().watches(task)) return ESP_ERR_NOT_FOUND;
  watchdog().report(task);
  return ESP_OK;
}

esp_err_t esp_task_wdt_status(TaskHandle_t task_handle) {
  if (!watchdog().is_running()) return ESP_ERR_INVALID_STATE;
  const Task* task = task_of(task_handle);
  return task != nullptr && watchdog().watches(*task) ? ESP_OK : ESP_ERR_NOT_FOUND;
}

}  // extern "C"
