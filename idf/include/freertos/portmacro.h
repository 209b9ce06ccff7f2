// What the port defines. Critical sections need nothing: no other task runs inside one anyway.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int BaseType_t;
typedef unsigned int UBaseType_t;
typedef uint32_t TickType_t;
typedef uint8_t StackType_t;

#define portMAX_DELAY ((TickType_t)0xffffffffUL)
#define portTICK_PERIOD_MS ((TickType_t)(1000 / configTICK_RATE_HZ))
#define portTICK_RATE_MS portTICK_PERIOD_MS

typedef struct {
  uint32_t owner;
  uint32_t count;
} portMUX_TYPE;
typedef portMUX_TYPE spinlock_t;

#define portMUX_INITIALIZER_UNLOCKED \
  { 0, 0 }
#define SPINLOCK_INITIALIZER portMUX_INITIALIZER_UNLOCKED
#define portMUX_INITIALIZE(mux) ((void)(mux))
#define spinlock_initialize(lock) ((void)(lock))
#define portENTER_CRITICAL(mux) ((void)(mux))
#define portEXIT_CRITICAL(mux) ((void)(mux))
#define portENTER_CRITICAL_ISR(mux) ((void)(mux))
#define portEXIT_CRITICAL_ISR(mux) ((void)(mux))
#define portENTER_CRITICAL_SAFE(mux) ((void)(mux))
#define portEXIT_CRITICAL_SAFE(mux) ((void)(mux))
#define taskENTER_CRITICAL(mux) ((void)(mux))
#define taskEXIT_CRITICAL(mux) ((void)(mux))
#define portDISABLE_INTERRUPTS() ((void)0)
#define portENABLE_INTERRUPTS() ((void)0)
#define portYIELD() taskYIELD()
// An interrupt of the chip does not exist here, so a task that was woken waits for its turn.
#define portYIELD_FROM_ISR(...) ((void)0)
#define xPortInIsrContext() (0)
#define xPortGetCoreID() (0)

#ifdef __cplusplus
}
#endif
