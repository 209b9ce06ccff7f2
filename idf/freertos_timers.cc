// freertos/timers.h over the timer service (surface 2.9).
#include "freertos/timers.h"

#include <string>

#include "idf/runtime.h"
#include "idf/timer_service.h"

using rota::idf::runtime;

struct tmrTimerControl : rota::idf::KernelObject {
  explicit tmrTimerControl(const char* called) : name(called == nullptr ? "" : called) {}
  ~tmrTimerControl() override = default;

  std::string name;
  TickType_t period = 0;
  bool repeats = false;
  void* id = nullptr;
  rota::idf::TimerService::Alarm alarm;
};

extern "C" {

TimerHandle_t xTimerCreate(const char* pcTimerName,
                           const TickType_t xTimerPeriodInTicks,
                           const BaseType_t xAutoReload,
                           void* pvTimerID,
                           TimerCallbackFunction_t pxCallbackFunction) {
  if (xTimerPeriodInTicks == 0 || pxCallbackFunction == nullptr) return nullptr;
  auto* timer = runtime().create<tmrTimerControl>(pcTimerName);
  if (timer == nullptr) return nullptr;
  timer->period = xTimerPeriodInTicks;
  timer->repeats = xAutoReload != pdFALSE;
  timer->id = pvTimerID;
  timer->alarm.callback = [timer, pxCallbackFunction] { pxCallbackFunction(timer); };
  return timer;
}

BaseType_t xTimerStart(TimerHandle_t xTimer, TickType_t) {
  if (!runtime().holds(xTimer)) return pdFAIL;
  rota::idf::Scheduler& scheduler = runtime().scheduler();
  xTimer->alarm.period_us = xTimer->repeats ? xTimer->period * scheduler.tick_us() : 0;
  const std::uint64_t due_us =
      (scheduler.now_us() / scheduler.tick_us() + xTimer->period) * scheduler.tick_us();
  return runtime().software_timers().start(xTimer->alarm, due_us) ? pdPASS : pdFAIL;
}

BaseType_t xTimerReset(TimerHandle_t xTimer, TickType_t xTicksToWait) {
  return xTimerStart(xTimer, xTicksToWait);
}

BaseType_t xTimerStop(TimerHandle_t xTimer, TickType_t) {
  if (!runtime().holds(xTimer)) return pdFAIL;
  runtime().software_timers().stop(xTimer->alarm);
  return pdPASS;
}

BaseType_t xTimerChangePeriod(TimerHandle_t xTimer,
                              TickType_t xNewPeriod,
                              TickType_t xTicksToWait) {
  if (!runtime().holds(xTimer) || xNewPeriod == 0) return pdFAIL;
  xTimer->period = xNewPeriod;
  return xTimerStart(xTimer, xTicksToWait);
}

BaseType_t xTimerDelete(TimerHandle_t xTimer, TickType_t) {
  if (!runtime().holds(xTimer)) return pdFAIL;
  runtime().software_timers().stop(xTimer->alarm);
  runtime().destroy(xTimer);
  return pdPASS;
}

BaseType_t xTimerIsTimerActive(TimerHandle_t xTimer) {
  return runtime().holds(xTimer) && xTimer->alarm.is_active ? pdTRUE : pdFALSE;
}

void* pvTimerGetTimerID(const TimerHandle_t xTimer) {
  return runtime().holds(xTimer) ? xTimer->id : nullptr;
}

void vTimerSetTimerID(TimerHandle_t xTimer, void* pvNewID) {
  if (runtime().holds(xTimer)) xTimer->id = pvNewID;
}

const char* pcTimerGetName(TimerHandle_t xTimer) {
  return runtime().holds(xTimer) ? xTimer->name.c_str() : nullptr;
}

TickType_t xTimerGetPeriod(TimerHandle_t xTimer) {
  return runtime().holds(xTimer) ? xTimer->period : 0;
}

TickType_t xTimerGetExpiryTime(TimerHandle_t xTimer) {
  if (!runtime().holds(xTimer)) return 0;
  return static_cast<TickType_t>(xTimer->alarm.due_us / runtime().scheduler().tick_us());
}

}  // extern "C"
