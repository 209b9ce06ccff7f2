// Tasks (surface 2.9). Stack depths are bytes, as on the chips.
#pragma once

#include "freertos/FreeRTOS.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tskTaskControlBlock* TaskHandle_t;

typedef enum {
  eRunning = 0,
  eReady,
  eBlocked,
  eSuspended,
  eDeleted,
  eInvalid,
} eTaskState;

typedef enum {
  eNoAction = 0,
  eSetBits,
  eIncrement,
  eSetValueWithOverwrite,
  eSetValueWithoutOverwrite,
} eNotifyAction;

#define tskIDLE_PRIORITY ((UBaseType_t)0U)
#define tskNO_AFFINITY ((BaseType_t)0x7FFFFFFF)
#define configTASK_NOTIFICATION_ARRAY_ENTRIES 1

#define taskSCHEDULER_SUSPENDED ((BaseType_t)0)
#define taskSCHEDULER_NOT_STARTED ((BaseType_t)1)
#define taskSCHEDULER_RUNNING ((BaseType_t)2)

// pdPASS, or pdFAIL when the host gives no thread. The new task waits for its turn.
BaseType_t xTaskCreate(TaskFunction_t pxTaskCode,
                       const char* pcName,
                       uint32_t uxStackDepth,
                       void* pvParameters,
                       UBaseType_t uxPriority,
                       TaskHandle_t* pxCreatedTask);
BaseType_t xTaskCreatePinnedToCore(TaskFunction_t pxTaskCode,
                                   const char* pcName,
                                   uint32_t uxStackDepth,
                                   void* pvParameters,
                                   UBaseType_t uxPriority,
                                   TaskHandle_t* pxCreatedTask,
                                   BaseType_t xCoreID);
TaskHandle_t xTaskCreateStatic(TaskFunction_t pxTaskCode,
                               const char* pcName,
                               uint32_t uxStackDepth,
                               void* pvParameters,
                               UBaseType_t uxPriority,
                               StackType_t* puxStackBuffer,
                               StaticTask_t* pxTaskBuffer);
TaskHandle_t xTaskCreateStaticPinnedToCore(TaskFunction_t pxTaskCode,
                                           const char* pcName,
                                           uint32_t uxStackDepth,
                                           void* pvParameters,
                                           UBaseType_t uxPriority,
                                           StackType_t* puxStackBuffer,
                                           StaticTask_t* pxTaskBuffer,
                                           BaseType_t xCoreID);
// NULL is the caller, which then does not return.
void vTaskDelete(TaskHandle_t xTaskToDelete);

void vTaskDelay(const TickType_t xTicksToDelay);
BaseType_t xTaskDelayUntil(TickType_t* pxPreviousWakeTime, const TickType_t xTimeIncrement);
#define vTaskDelayUntil(previous, increment) ((void)xTaskDelayUntil(previous, increment))
void vPortYield(void);
#define taskYIELD() vPortYield()
void vTaskSuspend(TaskHandle_t xTaskToSuspend);
void vTaskResume(TaskHandle_t xTaskToResume);
BaseType_t xTaskResumeFromISR(TaskHandle_t xTaskToResume);
void vTaskSuspendAll(void);
BaseType_t xTaskResumeAll(void);

TickType_t xTaskGetTickCount(void);
TickType_t xTaskGetTickCountFromISR(void);
TaskHandle_t xTaskGetCurrentTaskHandle(void);
TaskHandle_t xTaskGetHandle(const char* pcNameToQuery);
char* pcTaskGetName(TaskHandle_t xTaskToQuery);
UBaseType_t uxTaskPriorityGet(TaskHandle_t xTask);
void vTaskPrioritySet(TaskHandle_t xTask, UBaseType_t uxNewPriority);
eTaskState eTaskGetState(TaskHandle_t xTask);
UBaseType_t uxTaskGetNumberOfTasks(void);
BaseType_t xTaskGetSchedulerState(void);
// The host's stack is not measured: half of what the task asked for.
UBaseType_t uxTaskGetStackHighWaterMark(TaskHandle_t xTask);
// Name, state letter, priority, stack, number: one line a task.
void vTaskList(char* pcWriteBuffer);

BaseType_t xTaskGenericNotify(TaskHandle_t xTaskToNotify,
                              UBaseType_t uxIndexToNotify,
                              uint32_t ulValue,
                              eNotifyAction eAction,
                              uint32_t* pulPreviousNotificationValue);
uint32_t ulTaskGenericNotifyTake(UBaseType_t uxIndexToWaitOn,
                                 BaseType_t xClearCountOnExit,
                                 TickType_t xTicksToWait);
BaseType_t xTaskGenericNotifyWait(UBaseType_t uxIndexToWaitOn,
                                  uint32_t ulBitsToClearOnEntry,
                                  uint32_t ulBitsToClearOnExit,
                                  uint32_t* pulNotificationValue,
                                  TickType_t xTicksToWait);
BaseType_t xTaskGenericNotifyStateClear(TaskHandle_t xTask, UBaseType_t uxIndexToClear);
#define xTaskNotify(task, value, action) xTaskGenericNotify(task, 0, value, action, NULL)
#define xTaskNotifyGive(task) xTaskGenericNotify(task, 0, 0, eIncrement, NULL)
#define xTaskNotifyAndQuery(task, value, action, previous) \
  xTaskGenericNotify(task, 0, value, action, previous)
#define ulTaskNotifyTake(clear, ticks) ulTaskGenericNotifyTake(0, clear, ticks)
#define xTaskNotifyWait(on_entry, on_exit, value, ticks) \
  xTaskGenericNotifyWait(0, on_entry, on_exit, value, ticks)
#define xTaskNotifyStateClear(task) xTaskGenericNotifyStateClear(task, 0)
#define vTaskNotifyGiveFromISR(task, woken) ((void)(woken), (void)xTaskNotifyGive(task))
#define xTaskNotifyFromISR(task, value, action, woken) \
  ((void)(woken), xTaskNotify(task, value, action))

#ifdef __cplusplus
}
#endif
