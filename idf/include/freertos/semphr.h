// Semaphores and mutexes. A mutex lends its waiter's priority to the task that holds it.
#pragma once

#include "freertos/queue.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef QueueHandle_t SemaphoreHandle_t;

SemaphoreHandle_t xSemaphoreCreateBinary(void);
SemaphoreHandle_t xSemaphoreCreateMutex(void);
SemaphoreHandle_t xSemaphoreCreateRecursiveMutex(void);
SemaphoreHandle_t xSemaphoreCreateCounting(UBaseType_t uxMaxCount, UBaseType_t uxInitialCount);
#define xSemaphoreCreateBinaryStatic(buffer) ((void)(buffer), xSemaphoreCreateBinary())
#define xSemaphoreCreateMutexStatic(buffer) ((void)(buffer), xSemaphoreCreateMutex())
#define xSemaphoreCreateRecursiveMutexStatic(buffer) \
  ((void)(buffer), xSemaphoreCreateRecursiveMutex())
#define xSemaphoreCreateCountingStatic(max_count, initial_count, buffer) \
  ((void)(buffer), xSemaphoreCreateCounting(max_count, initial_count))

void vSemaphoreDelete(SemaphoreHandle_t xSemaphore);
BaseType_t xSemaphoreTake(SemaphoreHandle_t xSemaphore, TickType_t xBlockTime);
// pdFAIL for a full semaphore, and for a mutex that the caller does not hold.
BaseType_t xSemaphoreGive(SemaphoreHandle_t xSemaphore);
BaseType_t xSemaphoreTakeRecursive(SemaphoreHandle_t xMutex, TickType_t xBlockTime);
BaseType_t xSemaphoreGiveRecursive(SemaphoreHandle_t xMutex);
TaskHandle_t xSemaphoreGetMutexHolder(SemaphoreHandle_t xMutex);
UBaseType_t uxSemaphoreGetCount(SemaphoreHandle_t xSemaphore);
#define xSemaphoreGiveFromISR(semaphore, woken) ((void)(woken), xSemaphoreGive(semaphore))
#define xSemaphoreTakeFromISR(semaphore, woken) ((void)(woken), xSemaphoreTake(semaphore, 0))

#ifdef __cplusplus
}
#endif
