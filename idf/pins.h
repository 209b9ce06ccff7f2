// How the program set up the board's pins. The levels themselves are the platform's.
#pragma once

#include <array>

#include "hal/gpio_types.h"
#include "idf/platform.h"

namespace rota::idf {

class Pins {
 public:
  explicit Pins(Platform& platform) : platform_(platform) {}

  static bool exists(int pin) { return pin >= 0 && pin < GPIO_NUM_MAX; }

  // For an existing pin.
  void set_mode(int pin, gpio_mode_t mode) { at(pin).mode = mode; }
  void set_pull_up(int pin, bool pull_up) { at(pin).pull_up = pull_up; }
  void reset(int pin);
  // Drives the pin when it is an output, now or as soon as it becomes one.
  void set_level(int pin, int level);
  void drive(int pin);
  void hold(int pin, bool is_held);
  int level(int pin);

 private:
  struct Pin {
    gpio_mode_t mode = GPIO_MODE_INPUT;
    bool pull_up = false;
    int level = 0;
    bool is_held = false;
  };
  Pin& at(int pin) { return pins_[static_cast<std::size_t>(pin)]; }
  static bool is_input(const Pin& pin) { return (pin.mode & GPIO_MODE_INPUT) != 0; }
  static bool is_output(const Pin& pin) { return (pin.mode & GPIO_MODE_OUTPUT) != 0; }

  Platform& platform_;
  std::array<Pin, GPIO_NUM_MAX> pins_{};
};

}  // namespace rota::idf
