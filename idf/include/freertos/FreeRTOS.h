// The kernel's basic types and constants. Tasks run one at a time; another gets its turn only in a
// call that waits (idf/scheduler.h). Brings what the reference's brings: sources rely on it.
#pragma once

#include <assert.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#if __has_include("sdkconfig.h")
#include "sdkconfig.h"
#endif

#include "esp_attr.h"
#include "esp_bit_defs.h"
#include "esp_heap_caps.h"
#include "esp_rom_sys.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "freertos/portmacro.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifdef CONFIG_FREERTOS_HZ
#define configTICK_RATE_HZ ((TickType_t)CONFIG_FREERTOS_HZ)
#else
#define configTICK_RATE_HZ ((TickType_t)100)
#endif
#define configMAX_PRIORITIES (25)
#define configMINIMAL_STACK_SIZE (768)
#define configMAX_TASK_NAME_LEN (16)
#define configSTACK_DEPTH_TYPE uint32_t
#define configUSE_TRACE_FACILITY 0
#define configASSERT(x) assert(x)
#define portNUM_PROCESSORS 1
#define configNUM_CORES 1
#define configNUMBER_OF_CORES 1

#define pdFALSE ((BaseType_t)0)
#define pdTRUE ((BaseType_t)1)
#define pdPASS (pdTRUE)
#define pdFAIL (pdFALSE)
#define errQUEUE_EMPTY ((BaseType_t)0)
#define errQUEUE_FULL ((BaseType_t)0)
#define errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY (-1)

#ifndef pdMS_TO_TICKS
#define pdMS_TO_TICKS(xTimeInMs) \
  ((TickType_t)(((uint64_t)(xTimeInMs) * (uint64_t)configTICK_RATE_HZ) / (uint64_t)1000U))
#endif
#ifndef pdTICKS_TO_MS
#define pdTICKS_TO_MS(xTicks) ((TickType_t)((uint64_t)(xTicks)*1000 / (uint64_t)configTICK_RATE_HZ))
#endif

typedef void (*TaskFunction_t)(void*);

// Memory that callers of the ...Static functions provide. It is not used: objects live in the
// runtime and end with the boot.
typedef struct {
  void* rota_unused[2];
} StaticTask_t, StaticQueue_t, StaticSemaphore_t, StaticTimer_t, StaticEventGroup_t;

size_t xPortGetFreeHeapSize(void);
size_t xPortGetMinimumEverFreeHeapSize(void);
void* pvPortMalloc(size_t size);
void vPortFree(void* memory);

#ifdef __cplusplus
}
#endif
