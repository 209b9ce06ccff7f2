// Packets inside lwIP: the host's network has its own. Declared only.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pbuf {
  struct pbuf* next;
  void* payload;
  uint16_t tot_len;
  uint16_t len;
};

#ifdef __cplusplus
}
#endif
