// freertos/task.h over the scheduler (surface 2.9).
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "esp_system.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "idf/runtime.h"

using rota::idf::runtime;
using rota::idf::Scheduler;
using rota::idf::Task;
using rota::idf::TaskState;
using rota::idf::WaitList;

namespace {

constexpr std::size_t kLongestName = configMAX_TASK_NAME_LEN - 1;

Scheduler& scheduler() { return runtime().scheduler(); }

// NULL means the caller; nullptr for a task that does not exist (any more).
Task* task_of(TaskHandle_t handle) {
  if (handle == nullptr) return &scheduler().current();
  return scheduler().holds(handle) ? handle : nullptr;
}

Task* create(TaskFunction_t code,
             const char* name,
             std::uint32_t stack,
             void* parameters,
             UBaseType_t priority) try {
  if (code == nullptr) return nullptr;
  const std::string shown = std::string(name == nullptr ? "" : name).substr(0, kLongestName);
  const unsigned allowed = priority < configMAX_PRIORITIES ? priority : configMAX_PRIORITIES - 1;
  return scheduler().create({shown, allowed, stack}, [code, parameters, shown] {
    code(parameters);
    runtime().panic("FreeRTOS Task \"" + shown +
                    "\" should not return; end it with vTaskDelete(NULL). Aborting now!\n");
  });
} catch (const std::bad_alloc&) {
  return nullptr;
}

bool notify(Task& task, std::uint32_t value, eNotifyAction action) {
  const bool was_pending = task.notification_pending;
  switch (action) {
    case eSetBits:
      task.notification_value |= value;
      break;
    case eIncrement:
      ++task.notification_value;
      break;
    case eSetValueWithOverwrite:
      task.notification_value = value;
      break;
    case eSetValueWithoutOverwrite:
      if (was_pending) return false;
      task.notification_value = value;
      break;
    case eNoAction:
      break;
  }
  task.notification_pending = true;
  return true;
}

// True when the notification came before the time was over.
bool wait_for_notification(Task& self, TickType_t ticks) {
  if (ticks == 0) return false;
  const auto until = scheduler().after_ticks(ticks);
  WaitList own;
  self.awaits_notification = true;
  const bool was_woken = scheduler().wait(own, until);
  self.awaits_notification = false;
  return was_woken;
}

char state_letter(const Task& task) {
  if (task.suspended) return 'S';
  switch (task.state) {
    case TaskState::kRunning:
      return 'X';
    case TaskState::kReady:
      return 'R';
    case TaskState::kEnded:
      return 'D';
    default:
      return 'B';
  }
}

}  // namespace

extern "C" {

BaseType_t xTaskCreate(TaskFunction_t pxTaskCode,
                       const char* pcName,
                       uint32_t uxStackDepth,
                       void* pvParameters,
                       UBaseType_t uxPriority,
                       TaskHandle_t* pxCreatedTask) {
  Task* task = create(pxTaskCode, pcName, uxStackDepth, pvParameters, uxPriority);
  if (pxCreatedTask != nullptr) *pxCreatedTask = task;
  return task == nullptr ? errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY : pdPASS;
}

BaseType_t xTaskCreatePinnedToCore(TaskFunction_t pxTaskCode,
                                   const char* pcName,
                                   uint32_t uxStackDepth,
                                   void* pvParameters,
                                   UBaseType_t uxPriority,
                                   TaskHandle_t* pxCreatedTask,
                                   BaseType_t) {
  return xTaskCreate(pxTaskCode, pcName, uxStackDepth, pvParameters, uxPriority, pxCreatedTask);
}

TaskHandle_t xTaskCreateStatic(TaskFunction_t pxTaskCode,
                               const char* pcName,
                               uint32_t uxStackDepth,
                               void* pvParameters,
                               UBaseType_t uxPriority,
                               StackType_t*,
                               StaticTask_t*) {
  return create(pxTaskCode, pcName, uxStackDepth, pvParameters, uxPriority);
}

TaskHandle_t xTaskCreateStaticPinnedToCore(TaskFunction_t pxTaskCode,
                                           const char* pcName,
                                           uint32_t uxStackDepth,
                                           void* pvParameters,
                                           UBaseType_t uxPriority,
                                           StackType_t*,
                                           StaticTask_t*,
                                           BaseType_t) {
  return create(pxTaskCode, pcName, uxStackDepth, pvParameters, uxPriority);
}

void vTaskDelete(TaskHandle_t xTaskToDelete) {
  if (Task* task = task_of(xTaskToDelete)) scheduler().end_task(*task);
}

void vTaskDelay(const TickType_t xTicksToDelay) {
  if (xTicksToDelay == 0) {
    scheduler().yield();
    return;
  }
  const auto until = scheduler().after_ticks(xTicksToDelay);
  WaitList nobody_wakes;
  static_cast<void>(scheduler().wait(nobody_wakes, until));
}

BaseType_t xTaskDelayUntil(TickType_t* pxPreviousWakeTime, const TickType_t xTimeIncrement) {
  const TickType_t now = scheduler().tick();
  const TickType_t wake = *pxPreviousWakeTime + xTimeIncrement;
  *pxPreviousWakeTime = wake;
  // The count wraps around; a time in the past is more than half of it away.
  const TickType_t remaining = wake - now;
  if (remaining == 0 || remaining > portMAX_DELAY / 2) return pdFALSE;
  vTaskDelay(remaining);
  return pdTRUE;
}

void vPortYield(void) { scheduler().yield(); }

void vTaskSuspend(TaskHandle_t xTaskToSuspend) {
  if (Task* task = task_of(xTaskToSuspend)) scheduler().suspend(*task);
}

void vTaskResume(TaskHandle_t xTaskToResume) {
  if (xTaskToResume != nullptr && scheduler().holds(xTaskToResume)) {
    scheduler().resume(*xTaskToResume);
  }
}

BaseType_t xTaskResumeFromISR(TaskHandle_t xTaskToResume) {
  vTaskResume(xTaskToResume);
  return pdFALSE;
}

// No other task runs before the caller waits, and waiting is not allowed in between.
void vTaskSuspendAll(void) {}
BaseType_t xTaskResumeAll(void) { return pdFALSE; }

TickType_t xTaskGetTickCount(void) { return scheduler().tick(); }
TickType_t xTaskGetTickCountFromISR(void) { return scheduler().tick(); }
TaskHandle_t xTaskGetCurrentTaskHandle(void) { return &scheduler().current(); }

TaskHandle_t xTaskGetHandle(const char* pcNameToQuery) {
  for (const auto& task : scheduler().tasks()) {
    if (task->name == pcNameToQuery) return task.get();
  }
  return nullptr;
}

char* pcTaskGetName(TaskHandle_t xTaskToQuery) {
  Task* task = task_of(xTaskToQuery);
  return task == nullptr ? nullptr : task->name.data();
}

UBaseType_t uxTaskPriorityGet(TaskHandle_t xTask) {
  const Task* task = task_of(xTask);
  return task == nullptr ? 0 : task->priority;
}

void vTaskPrioritySet(TaskHandle_t xTask, UBaseType_t uxNewPriority) {
  Task* task = task_of(xTask);
  if (task == nullptr) return;
  task->base_priority =
      uxNewPriority < configMAX_PRIORITIES ? uxNewPriority : configMAX_PRIORITIES - 1;
  if (task->mutexes_held == 0 || task->base_priority > task->priority) {
    task->priority = task->base_priority;
  }
}

eTaskState eTaskGetState(TaskHandle_t xTask) {
  const Task* task = task_of(xTask);
  if (task == nullptr) return eDeleted;
  if (task->suspended) return eSuspended;
  switch (task->state) {
    case TaskState::kRunning:
      return eRunning;
    case TaskState::kReady:
      return eReady;
    case TaskState::kEnded:
      return eDeleted;
    default:
      return eBlocked;
  }
}

UBaseType_t uxTaskGetNumberOfTasks(void) {
  return static_cast<UBaseType_t>(scheduler().tasks().size());
}

BaseType_t xTaskGetSchedulerState(void) { return taskSCHEDULER_RUNNING; }

UBaseType_t uxTaskGetStackHighWaterMark(TaskHandle_t xTask) {
  const Task* task = task_of(xTask);
  return task == nullptr ? 0 : task->stack_bytes / 2;
}

void vTaskList(char* pcWriteBuffer) {
  char* at = pcWriteBuffer;
  *at = '\0';
  for (const auto& task : scheduler().tasks()) {
    at += std::sprintf(at, "%-15s\t%c\t%u\t%" PRIu32 "\t%u\r\n", task->name.c_str(),
                       state_letter(*task), task->priority, task->stack_bytes, task->number);
  }
}

BaseType_t xTaskGenericNotify(TaskHandle_t xTaskToNotify,
                              UBaseType_t,
                              uint32_t ulValue,
                              eNotifyAction eAction,
                              uint32_t* pulPreviousNotificationValue) {
  if (xTaskToNotify == nullptr || !scheduler().holds(xTaskToNotify)) return pdFAIL;
  Task& task = *xTaskToNotify;
  if (pulPreviousNotificationValue != nullptr) {
    *pulPreviousNotificationValue = task.notification_value;
  }
  if (!notify(task, ulValue, eAction)) return pdFAIL;
  if (task.awaits_notification) scheduler().wake(task);
  return pdPASS;
}

uint32_t ulTaskGenericNotifyTake(UBaseType_t,
                                 BaseType_t xClearCountOnExit,
                                 TickType_t xTicksToWait) {
  Task& self = scheduler().current();
  if (self.notification_value == 0) wait_for_notification(self, xTicksToWait);
  const std::uint32_t value = self.notification_value;
  if (value != 0) self.notification_value = xClearCountOnExit != pdFALSE ? 0 : value - 1;
  self.notification_pending = false;
  return value;
}

BaseType_t xTaskGenericNotifyWait(UBaseType_t,
                                  uint32_t ulBitsToClearOnEntry,
                                  uint32_t ulBitsToClearOnExit,
                                  uint32_t* pulNotificationValue,
                                  TickType_t xTicksToWait) {
  Task& self = scheduler().current();
  if (!self.notification_pending) {
    self.notification_value &= ~ulBitsToClearOnEntry;
    wait_for_notification(self, xTicksToWait);
  }
  if (pulNotificationValue != nullptr) *pulNotificationValue = self.notification_value;
  if (!self.notification_pending) return pdFALSE;
  self.notification_value &= ~ulBitsToClearOnExit;
  self.notification_pending = false;
  return pdTRUE;
}

BaseType_t xTaskGenericNotifyStateClear(TaskHandle_t xTask, UBaseType_t) {
  Task* task = task_of(xTask);
  if (task == nullptr || !task->notification_pending) return pdFAIL;
  task->notification_pending = false;
  return pdPASS;
}

size_t xPortGetFreeHeapSize(void) { return esp_get_free_heap_size(); }
size_t xPortGetMinimumEverFreeHeapSize(void) { return esp_get_minimum_free_heap_size(); }
void* pvPortMalloc(size_t size) { return std::malloc(size); }
void vPortFree(void* memory) { std::free(memory); }

}  // extern "C"
