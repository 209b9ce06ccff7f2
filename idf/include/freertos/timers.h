// Software timers; their callbacks run in one task ("Tmr Svc", priority 1).
#pragma once

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tmrTimerControl* TimerHandle_t;
typedef void (*TimerCallbackFunction_t)(TimerHandle_t xTimer);

// NULL for a period of 0 or no callback.
TimerHandle_t xTimerCreate(const char* pcTimerName,
                           const TickType_t xTimerPeriodInTicks,
                           const BaseType_t xAutoReload,
                           void* pvTimerID,
                           TimerCallbackFunction_t pxCallbackFunction);
#define xTimerCreateStatic(name, period, reload, id, callback, buffer) \
  ((void)(buffer), xTimerCreate(name, period, reload, id, callback))
// Commands take effect at once; the time to wait is not needed.
BaseType_t xTimerStart(TimerHandle_t xTimer, TickType_t xTicksToWait);
BaseType_t xTimerReset(TimerHandle_t xTimer, TickType_t xTicksToWait);
BaseType_t xTimerStop(TimerHandle_t xTimer, TickType_t xTicksToWait);
BaseType_t xTimerChangePeriod(TimerHandle_t xTimer, TickType_t xNewPeriod, TickType_t xTicksToWait);
BaseType_t xTimerDelete(TimerHandle_t xTimer, TickType_t xTicksToWait);
BaseType_t xTimerIsTimerActive(TimerHandle_t xTimer);
void* pvTimerGetTimerID(const TimerHandle_t xTimer);
void vTimerSetTimerID(TimerHandle_t xTimer, void* pvNewID);
const char* pcTimerGetName(TimerHandle_t xTimer);
TickType_t xTimerGetPeriod(TimerHandle_t xTimer);
TickType_t xTimerGetExpiryTime(TimerHandle_t xTimer);
#define xTimerStartFromISR(timer, woken) ((void)(woken), xTimerStart(timer, 0))
#define xTimerStopFromISR(timer, woken) ((void)(woken), xTimerStop(timer, 0))
#define xTimerResetFromISR(timer, woken) ((void)(woken), xTimerReset(timer, 0))

#ifdef __cplusplus
}
#endif
