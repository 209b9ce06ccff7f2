// driver/gpio.h over the platform's pins (surface 2.13).
#include "idf/pins.h"

#include "driver/gpio.h"
#include "esp_log.h"
#include "idf/runtime.h"

namespace rota::idf {

void Pins::reset(int pin) {
  at(pin) = Pin{};
  at(pin).pull_up = true;
}

void Pins::set_level(int pin, int level) {
  at(pin).level = level;
  drive(pin);
}

void Pins::drive(int pin) {
  if (is_output(at(pin)) && !at(pin).is_held) platform_.drive_pin(pin, at(pin).level);
}

void Pins::hold(int pin, bool is_held) {
  at(pin).is_held = is_held;
  drive(pin);  // What was set meanwhile.
}

int Pins::level(int pin) {
  const Pin& state = at(pin);
  if (!is_input(state)) return 0;
  if (is_output(state)) return state.level;
  return platform_.pin_level(pin, state.pull_up);
}

}  // namespace rota::idf

using rota::idf::Pins;
using rota::idf::runtime;

namespace {

constexpr const char* kTag = "gpio";

bool refuses(int pin) {
  if (Pins::exists(pin)) return false;
  ESP_LOGE(kTag, "There is no GPIO %d; the pins are 0 to %d.", pin, GPIO_NUM_MAX - 1);
  return true;
}

esp_err_t set_pull_up(gpio_num_t pin, bool pull_up) {
  if (refuses(pin)) return ESP_ERR_INVALID_ARG;
  runtime().pins().set_pull_up(pin, pull_up);
  return ESP_OK;
}

}  // namespace

extern "C" {

esp_err_t gpio_config(const gpio_config_t* pGPIOConfig) {
  if (pGPIOConfig == nullptr) return ESP_ERR_INVALID_ARG;
  const std::uint64_t mask = pGPIOConfig->pin_bit_mask;
  if (mask == 0 || (mask >> GPIO_NUM_MAX) != 0) {
    ESP_LOGE(kTag, "GPIO_PIN mask error: it names no pin, or one above %d.", GPIO_NUM_MAX - 1);
    return ESP_ERR_INVALID_ARG;
  }
  Pins& pins = runtime().pins();
  for (int pin = 0; pin < GPIO_NUM_MAX; ++pin) {
    if (((mask >> pin) & 1U) == 0) continue;
    pins.set_mode(pin, pGPIOConfig->mode);
    pins.set_pull_up(pin, pGPIOConfig->pull_up_en == GPIO_PULLUP_ENABLE);
  }
  return ESP_OK;
}

esp_err_t gpio_reset_pin(gpio_num_t gpio_num) {
  if (refuses(gpio_num)) return ESP_ERR_INVALID_ARG;
  runtime().pins().reset(gpio_num);
  return ESP_OK;
}

esp_err_t gpio_set_direction(gpio_num_t gpio_num, gpio_mode_t mode) {
  if (refuses(gpio_num)) return ESP_ERR_INVALID_ARG;
  runtime().pins().set_mode(gpio_num, mode);
  runtime().pins().drive(gpio_num);
  return ESP_OK;
}

esp_err_t gpio_set_level(gpio_num_t gpio_num, uint32_t level) {
  if (refuses(gpio_num)) return ESP_ERR_INVALID_ARG;
  runtime().pins().set_level(gpio_num, level == 0 ? 0 : 1);
  return ESP_OK;
}

int gpio_get_level(gpio_num_t gpio_num) {
  return Pins::exists(gpio_num) ? runtime().pins().level(gpio_num) : 0;
}

esp_err_t gpio_set_pull_mode(gpio_num_t gpio_num, gpio_pull_mode_t pull) {
  return set_pull_up(gpio_num, pull == GPIO_PULLUP_ONLY || pull == GPIO_PULLUP_PULLDOWN);
}

esp_err_t gpio_pullup_en(gpio_num_t gpio_num) { return set_pull_up(gpio_num, true); }
esp_err_t gpio_pullup_dis(gpio_num_t gpio_num) { return set_pull_up(gpio_num, false); }

esp_err_t gpio_pulldown_en(gpio_num_t gpio_num) {
  return refuses(gpio_num) ? ESP_ERR_INVALID_ARG : ESP_OK;
}
esp_err_t gpio_pulldown_dis(gpio_num_t gpio_num) {
  return refuses(gpio_num) ? ESP_ERR_INVALID_ARG : ESP_OK;
}

esp_err_t gpio_hold_en(gpio_num_t gpio_num) {
  if (refuses(gpio_num)) return ESP_ERR_INVALID_ARG;
  runtime().pins().hold(gpio_num, true);
  return ESP_OK;
}

esp_err_t gpio_hold_dis(gpio_num_t gpio_num) {
  if (refuses(gpio_num)) return ESP_ERR_INVALID_ARG;
  runtime().pins().hold(gpio_num, false);
  return ESP_OK;
}

esp_err_t gpio_wakeup_enable(gpio_num_t gpio_num, gpio_int_type_t) {
  if (refuses(gpio_num)) return ESP_ERR_INVALID_ARG;
  ESP_LOGW(kTag, "GPIO %d does not wake a virtual board; let a timer wake it.", gpio_num);
  return ESP_ERR_NOT_SUPPORTED;
}

esp_err_t gpio_set_intr_type(gpio_num_t gpio_num, gpio_int_type_t) {
  return refuses(gpio_num) ? ESP_ERR_INVALID_ARG : ESP_OK;
}
esp_err_t gpio_install_isr_service(int) { return ESP_OK; }
esp_err_t gpio_isr_handler_add(gpio_num_t gpio_num, gpio_isr_t, void*) {
  if (refuses(gpio_num)) return ESP_ERR_INVALID_ARG;
  ESP_LOGW(kTag, "GPIO %d raises no interrupts on a virtual board; read its level instead.",
           gpio_num);
  return ESP_OK;
}
esp_err_t gpio_isr_handler_remove(gpio_num_t gpio_num) {
  return refuses(gpio_num) ? ESP_ERR_INVALID_ARG : ESP_OK;
}

}  // extern "C"
