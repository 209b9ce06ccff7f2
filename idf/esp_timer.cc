// esp_timer.h (surface 2.11).
#include "esp_timer.h"

#include <limits>
#include <string>

#include "idf/runtime.h"
#include "idf/timer_service.h"

using rota::idf::runtime;

struct esp_timer : rota::idf::KernelObject {
  explicit esp_timer(const char* called) : name(called == nullptr ? "" : called) {}
  ~esp_timer() override = default;

  std::string name;
  rota::idf::TimerService::Alarm alarm;
};

namespace {

// Periods below this would leave no time for anything else.
constexpr std::uint64_t kShortestPeriodUs = 50;

esp_err_t start(esp_timer_handle_t timer, std::uint64_t timeout_us, std::uint64_t period_us) {
  if (!runtime().holds(timer)) return ESP_ERR_INVALID_ARG;
  timer->alarm.period_us = period_us;
  const std::uint64_t due_us = runtime().scheduler().now_us() + timeout_us;
  return runtime().precise_timers().start(timer->alarm, due_us) ? ESP_OK : ESP_ERR_NO_MEM;
}

}  // namespace

extern "C" {

esp_err_t esp_timer_early_init(void) { return ESP_OK; }
esp_err_t esp_timer_init(void) { return ESP_ERR_INVALID_STATE; }  // The start-up code did it.
esp_err_t esp_timer_deinit(void) { return ESP_ERR_INVALID_STATE; }

esp_err_t esp_timer_create(const esp_timer_create_args_t* create_args,
                           esp_timer_handle_t* out_handle) {
  if (create_args == nullptr || create_args->callback == nullptr || out_handle == nullptr) {
    return ESP_ERR_INVALID_ARG;
  }
  auto* timer = runtime().create<esp_timer>(create_args->name);
  if (timer == nullptr) return ESP_ERR_NO_MEM;
  timer->alarm.skip_missed = create_args->skip_unhandled_events;
  timer->alarm.callback = [callback = create_args->callback, arg = create_args->arg] {
    callback(arg);
  };
  *out_handle = timer;
  return ESP_OK;
}

esp_err_t esp_timer_start_once(esp_timer_handle_t timer, uint64_t timeout_us) {
  if (!runtime().holds(timer)) return ESP_ERR_INVALID_ARG;
  if (timer->alarm.is_active) return ESP_ERR_INVALID_STATE;
  return start(timer, timeout_us, 0);
}

esp_err_t esp_timer_start_periodic(esp_timer_handle_t timer, uint64_t period) {
  if (!runtime().holds(timer)) return ESP_ERR_INVALID_ARG;
  if (timer->alarm.is_active) return ESP_ERR_INVALID_STATE;
  const std::uint64_t period_us = period < kShortestPeriodUs ? kShortestPeriodUs : period;
  return start(timer, period_us, period_us);
}

esp_err_t esp_timer_restart(esp_timer_handle_t timer, uint64_t timeout_us) {
  if (!runtime().holds(timer)) return ESP_ERR_INVALID_ARG;
  if (!timer->alarm.is_active) return ESP_ERR_INVALID_STATE;
  return start(timer, timeout_us, timer->alarm.period_us == 0 ? 0 : timeout_us);
}

esp_err_t esp_timer_stop(esp_timer_handle_t timer) {
  if (!runtime().holds(timer)) return ESP_ERR_INVALID_ARG;
  if (!timer->alarm.is_active) return ESP_ERR_INVALID_STATE;
  runtime().precise_timers().stop(timer->alarm);
  return ESP_OK;
}

esp_err_t esp_timer_delete(esp_timer_handle_t timer) {
  if (!runtime().holds(timer)) return ESP_ERR_INVALID_ARG;
  if (timer->alarm.is_active) return ESP_ERR_INVALID_STATE;
  runtime().destroy(timer);
  return ESP_OK;
}

bool esp_timer_is_active(esp_timer_handle_t timer) {
  return runtime().holds(timer) && timer->alarm.is_active;
}

esp_err_t esp_timer_get_period(esp_timer_handle_t timer, uint64_t* period) {
  if (!runtime().holds(timer) || period == nullptr) return ESP_ERR_INVALID_ARG;
  *period = timer->alarm.period_us;
  return ESP_OK;
}

esp_err_t esp_timer_get_expiry_time(esp_timer_handle_t timer, uint64_t* expiry) {
  if (!runtime().holds(timer) || expiry == nullptr) return ESP_ERR_INVALID_ARG;
  if (timer->alarm.period_us != 0) return ESP_ERR_NOT_SUPPORTED;
  *expiry = timer->alarm.due_us;
  return ESP_OK;
}

int64_t esp_timer_get_next_alarm(void) {
  const auto next = runtime().precise_timers().next_due_us();
  return next ? static_cast<int64_t>(*next) : std::numeric_limits<int64_t>::max();
}

esp_err_t esp_timer_dump(FILE* stream) {
  if (stream == nullptr) return ESP_ERR_INVALID_ARG;
  std::fprintf(stream, "Next alarm: %lld us\n", static_cast<long long>(esp_timer_get_next_alarm()));
  return ESP_OK;
}

int64_t esp_timer_get_time(void) { return static_cast<int64_t>(runtime().scheduler().now_us()); }

}  // extern "C"
