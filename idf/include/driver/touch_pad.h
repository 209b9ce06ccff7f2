// Touch pads: a virtual board has none.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  TOUCH_PAD_NUM0 = 0,
  TOUCH_PAD_NUM1,
  TOUCH_PAD_NUM2,
  TOUCH_PAD_NUM3,
  TOUCH_PAD_NUM4,
  TOUCH_PAD_NUM5,
  TOUCH_PAD_NUM6,
  TOUCH_PAD_NUM7,
  TOUCH_PAD_NUM8,
  TOUCH_PAD_NUM9,
  TOUCH_PAD_MAX
} touch_pad_t;

ROTA_NOT_OFFERED(touch_pad_init, void)
ROTA_NOT_OFFERED(touch_pad_deinit, void)
ROTA_NOT_OFFERED(touch_pad_config, touch_pad_t touch_num, uint16_t threshold)
ROTA_NOT_OFFERED(touch_pad_read, touch_pad_t touch_num, uint16_t* touch_value)

#ifdef __cplusplus
}
#endif
