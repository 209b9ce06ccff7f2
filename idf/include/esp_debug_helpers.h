// Backtraces: a panic prints its own.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "rota_not_offered.h"

#ifdef __cplusplus
extern "C" {
#endif

ROTA_NOT_OFFERED(esp_backtrace_print, int depth)
ROTA_NOT_OFFERED(esp_backtrace_print_all_tasks, int depth)

#ifdef __cplusplus
}
#endif
