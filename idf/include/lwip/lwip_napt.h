// Address translation: the host's network has none for programs.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline void ip_napt_enable(uint32_t addr, int enable) {
  static bool told = false;
  if (!told) rota_tell_not_offered("ip_napt_enable");
  told = true;
}

#ifdef __cplusplus
}
#endif
